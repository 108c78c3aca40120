"""Environments that MiniWorld draws, one at a time, and wrappers of these."""
