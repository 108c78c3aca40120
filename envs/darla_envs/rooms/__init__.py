"""The tasks' rooms, many at a time: their state as arrays, and their rules as kernels.

A reset draws settings (``look_table``, ``placing``, ``painting``) into a ``RoomState``, a step
changes it (``moving``), and infos are made from it (``room_factors``): ``simulated_rooms`` does
these, and ``sampled_rooms`` also draws settings to collect frames from (``sampling``). What rooms
show is pictures (``room_worlds``) or their true state (``factor_worlds``).
"""
