"""The tasks' rules a second time: one world in NumPy, on MiniWorld, as they were first written.

``darla_envs.rooms`` simulates many worlds in compiled kernels; tests compare both number for
number. Nothing outside of tests uses these.
"""
