"""Some thousand frames on which latents are measured: of the dataset, else of the environment.

Where neither was given there are only the few that a bundle carries, of which nothing is known but
their pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from darla.collection.reported_factors import factor_reader
from darla.frames.dataset_description import learnt_from
from darla.frames.pictures import resize_frames
from darla.frames.read_rows import read_rows
from darla.probes import ProbeTarget
from darla.probes.targets import described_target
from darla_agents.explore.frame_book import FrameBook
from darla_agents.explore.named_encoders import NamedEncoder
from darla_agents.explore.settable_worlds import SettableWorld

MOST = 2000
_IN_VIEW = True


@dataclass(frozen=True, eq=False)
class SampledFrames:
    """N frames, in an order that means nothing, so that any part of them is as any other."""

    origin: str
    """What they are, for people."""
    targets: tuple[ProbeTarget, ...]
    """Their true factors; none where none are known."""
    rows: np.ndarray | None
    """int64 (N,): which of the dataset's they are; None where they are not of it."""
    read: Callable[[tuple[int, int]], np.ndarray]
    """Returns them in a size (height, width): uint8 (N, height, width, 3)."""


def sample_frames(book: FrameBook, encoder: NamedEncoder, seed: int) -> SampledFrames:
    """Choose or draw frames; of an environment with an object in view, as encoders see most."""
    if book.dataset is not None:
        return _of_dataset(book, encoder, seed)
    if book.world is not None:
        return book.drawn(lambda world: _of_world(world, seed))
    frames = encoder.encoder.reference_frames
    origin = f"the {len(frames)} frames that the bundle carries"
    return SampledFrames(origin, (), None, lambda size: resize_frames(frames, size))


def _of_dataset(book: FrameBook, encoder: NamedEncoder, seed: int) -> SampledFrames:
    """Choose frames, spread evenly over the dataset."""
    dataset = book.need_dataset()
    count = min(len(dataset), MOST)
    spread = np.unique(np.linspace(0, len(dataset) - 1, count).astype(np.int64))
    rows = np.random.default_rng(seed).permutation(spread)
    described = dataset.attributes["factors"]
    targets = tuple(
        described_target(name, described[name], values[rows])
        for name, values in dataset.factors.items()
    )
    known = learnt_from(encoder.encoder.config.get("dataset") or {}, dataset)
    learnt = ", from which the encoder has learnt" if known else ""
    origin = f"{count:,} frames of {dataset.path.name}{learnt}"
    return SampledFrames(origin, targets, rows, lambda size: read_rows(dataset, rows, size))


def _of_world(world: SettableWorld, seed: int) -> SampledFrames:
    """Draw settings from the domain in which the look varies most."""
    settings = world.sample(world.varied, MOST, seed, _IN_VIEW)
    frames, reported = world.draw(world.varied, settings)
    targets = tuple(_target(world, name, reported) for name in world.factors)
    origin = f"{MOST:,} frames of {world.suite.env_id}, {world.varied}"
    return SampledFrames(origin, targets, None, lambda size: resize_frames(frames, size))


def _target(world: SettableWorld, name: str, reported: list[dict[str, Any]]) -> ProbeTarget:
    """Return the values of one factor."""
    described = world.factors[name]
    read = factor_reader(name, {**described})
    return described_target(name, described, np.array([read(each) for each in reported]))
