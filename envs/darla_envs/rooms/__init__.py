"""The project's own rooms, many at a time: their state as arrays, and their rules as kernels.

A reset draws settings (``sampling``, ``look_table``, ``placing``, ``painting``) into a
``RoomState``, a step changes it (``moving``), and infos and pictures are made from it.
"""
