"""A dataset of walks along a line, which an agent's actions decide; no factor is recorded."""

from pathlib import Path

import numpy as np

from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from toy_datasets import attributes_of

WIDTH = 32


def write_walks(
    path: Path, episodes: int = 12, steps: int = 50, seed: int = 0, stride: int = 1
) -> Path:
    """Write walks: action 0 goes left, 1 goes right, on a circle of pixels; a column shows where.

    Steps are as long as the column is wide. Each episode is a chunk, and has a colour of its own
    for the background.
    """
    rng = np.random.default_rng(seed)
    attributes = attributes_of(episodes * steps, steps, (WIDTH, WIDTH), factors=0)
    create_frame_dataset(path, attributes | {"seed": seed})
    writer = FrameWriter(path)
    for episode in range(episodes):
        actions = np.concatenate([[-1], rng.integers(0, 2, steps - 1)])
        walk = stride * np.cumsum(np.where(actions < 0, 0, 2 * actions - 1))
        places = (rng.integers(WIDTH // stride) * stride + walk) % WIDTH
        frames = np.empty((steps, WIDTH, WIDTH, 3), np.uint8)
        frames[:] = rng.integers(0, 120, 3, dtype=np.uint8)
        for column in range(stride):
            frames[np.arange(steps), :, places + column] = 255
        starts = np.arange(steps) == 0
        rewards = np.zeros(steps, np.float32)
        empty = np.zeros((steps, 0), np.float32)
        writer.write(episode, FrameChunk(frames, empty, actions, rewards, starts))
    writer.complete()
    return path
