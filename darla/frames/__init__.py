"""Datasets of frames: what is on disk, written chunk by chunk, and read."""
