"""The tasks' rooms, many at a time: their state as arrays, and their rules as kernels.

A reset draws settings (``look_table``, ``placing``, ``painting``) into a ``RoomState``, a step
changes it (``moving``), and infos are made from it (``room_factors``): ``simulated_rooms`` does
these, and ``sampled_rooms`` also draws settings to collect frames from (``sampling``). What rooms
show is pictures (``room_worlds``) or their true state (``factor_worlds``).

Kernels call the same thing by the same name, and say no more of it than what they do to it:

- ``chosen``: (n,) int64, which worlds; ``state``: a
  :class:`~darla_envs.rooms.room_state.RoomState`, changed in place.
- ``row`` and ``rows``: (S,) and (n, S) float64, settings, see ``setting_rows``; ``fixed``: the same
  of what is given, NaN where something is open.
- ``u``: uniform numbers in [0, 1) of one episode, or a row of them for each; see
  :func:`darla_envs.description.layout.num_draws`. ``rng``: where they come from.
- ``looks`` and ``places``: where looks are drawn from and where things may stand, see
  ``look_table`` and ``placing``; ``camera``: the agent's, see ``visible``, which is drawn from
  ``cameras``, see ``surroundings``.
- ``objects``: (K, 2), x and z in metres, of which those with ``present``, (K,) bool, are there.
"""
