"""Datasets of random numbers, and the attributes that describe them."""

from pathlib import Path
from typing import Any

import numpy as np

from darla.frames.attributes import ATTRIBUTES
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset


def contents(folder: Path) -> dict[str, bytes]:
    """Return what the files below a folder hold, by their names in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def describe(categories: tuple[str, ...] = ()) -> dict[str, Any]:
    kind = "categorical" if categories else "continuous"
    limits = {"low": None, "high": None, "unit": "", "role": "state"}
    return {"kind": kind, "categories": list(categories), **limits}


def attributes_of(
    num_frames: int = 10,
    chunk_size: int = 4,
    size: tuple[int, int] = (8, 12),
    factors: int = 2,
    action_size: int = 0,
) -> dict[str, Any]:
    made = dict.fromkeys(ATTRIBUTES)
    for name in ("format", "schema", "finished_chunks"):
        del made[name]
    return {
        **made,
        "env": "Toy/Counting-v0",
        "env_kwargs": {},
        "how": "random",
        "num_frames": num_frames,
        "chunk_size": chunk_size,
        "size": list(size),
        "action_size": action_size,
        "factors": {f"factor_{index}": describe() for index in range(factors)},
    }


def random_chunks(attributes: dict[str, Any], seed: int = 0) -> list[FrameChunk]:
    rng = np.random.default_rng(seed)
    height, width = attributes["size"]
    numbers = attributes["action_size"]
    left, chunks = attributes["num_frames"], []
    while left:
        n = min(left, attributes["chunk_size"])
        left -= n
        chunks.append(
            FrameChunk(
                frames=rng.integers(0, 256, (n, height, width, 3), dtype=np.uint8),
                factors=rng.normal(size=(n, len(attributes["factors"]))).astype(np.float32),
                actions=rng.integers(-1, 3, n),
                rewards=rng.normal(size=n).astype(np.float32),
                episode_starts=rng.random(n) < 0.5,
                action_vectors=rng.normal(size=(n, numbers)).astype("float32") if numbers else None,
            )
        )
    return chunks


def write_dataset(path: Path, **settings: Any) -> list[FrameChunk]:
    attributes = attributes_of(**settings)
    chunks = random_chunks(attributes)
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    for index in reversed(range(len(chunks))):
        writer.write(index, chunks[index])
    writer.complete()
    return chunks
