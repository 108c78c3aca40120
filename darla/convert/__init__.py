"""Frames from and to what others have: NumPy files, pictures, videos, Minari and LeRobot.

Each format is one module that reads a :class:`~darla.convert.recording.Recording` and, for most,
writes one; :func:`~darla.convert.convert.convert` joins two of them.
"""
