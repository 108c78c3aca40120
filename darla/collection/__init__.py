"""Frames from any Gymnasium environment, single or in batches, into a dataset."""
