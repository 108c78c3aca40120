"""darla's own frame datasets, as a recording and from one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from darla.convert.decoding import fit
from darla.convert.recording import ReadOptions, Recording, WriteOptions, in_chunks
from darla.frames.attributes import DEFAULT_CHUNK_SIZE, LARGEST_CHUNK
from darla.frames.dataset import FrameDataset
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from darla.running.run_record import versions

_OF_THE_FILES = ("format", "schema", "finished_chunks", "num_frames", "size", "factors")


def recognises(path: Path) -> bool:
    """Whether a frame dataset, or another Zarr group, is at a path."""
    return (path / "zarr.json").is_file()


def read(path: Path, options: ReadOptions) -> Recording:
    """Read a finished frame dataset; what :meth:`FrameDataset.open` raises where there is none."""
    dataset = FrameDataset.open(path)
    attributes = dataset.attributes
    size = options.size or (dataset.shape[1], dataset.shape[2])
    action_size = attributes.get("action_size") or 0

    def blocks() -> Iterator[FrameChunk]:
        factors = [dataset.factors[name] for name in attributes["factors"]]
        for start in range(0, len(dataset), dataset.chunk_size):
            part = slice(start, min(start + dataset.chunk_size, len(dataset)))
            count = part.stop - part.start
            columns = [each[part] for each in factors]
            yield FrameChunk(
                fit(dataset.read(part.start, part.stop), size, options.size, path),
                np.stack(columns, axis=1) if columns else np.empty((count, 0), np.float32),
                dataset.actions[part],
                dataset.rewards[part],
                dataset.episode_starts[part],
                dataset.action_vectors[part] if action_size else None,
            )

    return Recording(
        len(dataset),
        size,
        blocks,
        attributes["factors"],
        action_size,
        {name: each for name, each in attributes.items() if name not in _OF_THE_FILES},
    )


def write(recording: Recording, path: Path, options: WriteOptions) -> None:
    """Write a frame dataset at a path where there is nothing."""
    rows = options.chunk_size or recording.origin.get("chunk_size") or DEFAULT_CHUNK_SIZE
    rows = max(1, min(rows, LARGEST_CHUNK // (recording.size[0] * recording.size[1] * 3)))
    create_frame_dataset(path, attributes_of(recording, options.name, rows))
    writer = FrameWriter(path)
    for index, chunk in enumerate(in_chunks(recording.blocks(), rows)):
        writer.write(index, chunk)
    writer.complete()


def attributes_of(recording: Recording, name: str, chunk_size: int) -> dict[str, Any]:
    """Return the attributes of a dataset of the frames: those of its origin, where it has one."""
    foreign = {"env": name, "env_kwargs": {}, "how": "converted", "versions": versions()}
    return {
        **(recording.origin or foreign),
        "num_frames": recording.num_frames,
        "size": list(recording.size),
        "chunk_size": chunk_size,
        "factors": dict(recording.factors),
        "action_size": recording.action_size,
    }
