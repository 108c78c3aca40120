"""Frames of a dataset that encoders are measured on: a part of it that memory holds as latents."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import learnt_from
from darla.frames.read_rows import read_rows
from darla_agents.encoder_evaluation.bundles import bundle_labels

_LEAST_FRAMES = 400
_LEAST_EPISODES = 4
_FEWEST_CHUNKS = 8


@dataclass(frozen=True, eq=False)
class RecordedFrames:
    """M frames of a dataset, in its order; a place is an index among them."""

    label: str
    """A short name of the dataset."""
    dataset: FrameDataset
    rows: np.ndarray
    """int64 (M,), which of the dataset's frames they are, ascending."""

    def __len__(self) -> int:
        """Return the number of frames M."""
        return len(self.rows)

    @cached_property
    def episode(self) -> np.ndarray:
        """int64 (M,): the number of the episode of each frame, ascending."""
        numbers: np.ndarray = np.cumsum(self.dataset.episode_starts)[self.rows]
        return numbers

    @cached_property
    def actions(self) -> np.ndarray:
        """int64 (M,): the action that led to each frame, -1 where there is none."""
        led_here: np.ndarray = self.dataset.actions[self.rows]
        return led_here

    @cached_property
    def factors(self) -> dict[str, np.ndarray]:
        """float32 (M,) for each recorded factor; categories by their index."""
        return {name: values[self.rows] for name, values in self.dataset.factors.items()}

    @cached_property
    def steps(self) -> np.ndarray:
        """int64 (n,): the places whose frame is followed by the next one of the same episode."""
        follows = (np.diff(self.rows) == 1) & (np.diff(self.episode) == 0)
        return np.flatnonzero(follows)

    def read(self, places: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Read the frames at some places, resized; uint8 (n, H, W, 3)."""
        return read_rows(self.dataset, self.rows[places], size)

    def encode(self, encoder: FrozenEncoder) -> np.ndarray:
        """Encode all frames; float32 (M, z)."""
        height, width, _ = encoder.image_shape
        parts = np.array_split(np.arange(len(self)), -(-len(self) // self.dataset.chunk_size))
        return np.concatenate([encoder.encode(self.read(part, (height, width))) for part in parts])

    def notes(self, encoder: FrozenEncoder) -> list[str]:
        """Say what must be known of these frames to believe what is measured of an encoder."""
        found = []
        size, seen = self.dataset.shape[1:3], encoder.image_shape[:2]
        if size != seen:
            resized = f"{size[0]} x {size[1]} are resized to {seen[0]} x {seen[1]}"
            found.append(f"frames of {self.label}, {resized}")
        if learnt_from(encoder.config.get("dataset") or {}, self.dataset):
            found.append(
                f"has learnt from {self.label} itself, whose frames are not new to it; give frames "
                "of another --seed"
            )
        return found


def open_recorded(paths: Sequence[Path], most: int) -> list[RecordedFrames]:
    """Open datasets, and choose up to ``most`` frames of each, spread evenly over it.

    Raises:
        FileNotFoundError: there is no dataset.
        ValueError: one cannot be used, is given twice, or has too few frames or episodes.
    """
    datasets = [FrameDataset.open(path) for path in paths]
    labels = bundle_labels([path.resolve() for path in paths], "dataset")
    found = [
        RecordedFrames(label, dataset, _spread_rows(dataset, most))
        for label, dataset in zip(labels, datasets, strict=True)
    ]
    for frames in found:
        episodes = len(np.unique(frames.episode))
        if len(frames) < _LEAST_FRAMES or episodes < _LEAST_EPISODES:
            raise ValueError(
                f"{frames.dataset.path} has {len(frames)} frames of {episodes} episodes to measure "
                f"on; expected at least {_LEAST_FRAMES} of {_LEAST_EPISODES}: collect more frames, "
                "in smaller chunks (--chunk-size), each of which begins an episode"
            )
    return found


def _spread_rows(dataset: FrameDataset, most: int) -> np.ndarray:
    """Return the rows of as many whole chunks as ``most`` frames fill, (n,).

    Of eight chunks the beginnings where fewer would be filled, since each holds other episodes.
    """
    size, count = dataset.chunk_size, len(dataset)
    chunks = -(-count // size)
    wanted = min(chunks, max(_FEWEST_CHUNKS, most // size))
    picked = np.unique(np.linspace(0, chunks - 1, wanted).round().astype(np.int64))
    ends = np.minimum(picked * size + min(size, most // wanted), count)
    return np.concatenate([np.arange(*each) for each in zip(picked * size, ends, strict=True)])


def thinned(places: np.ndarray, most: int) -> np.ndarray:
    """Return up to ``most`` of some places, (n,), spread evenly over them."""
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).round().astype(np.int64)]
