"""Frames from and to what others have: NumPy files, pictures, videos, Minari and LeRobot.

Each format is one module that reads a :class:`~darla.convert.recording.Recording` and, for most,
writes one; :func:`convert` joins two of them.
"""

from darla.convert.conversion import ConvertConfig, Converted, convert

__all__ = ["ConvertConfig", "Converted", "convert"]
