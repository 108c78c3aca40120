"""What a tracker is told of a run, and what is asked of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class TrackedRun:
    """A run that a tracker is to show: one folder of TensorBoard's events."""

    tracker: str
    """The tracker's name in :data:`darla.tracking.trackers.TRACKERS`."""
    name: str
    """What the run is called."""
    group: str
    """What runs that belong together have in common, such as the stages of a training."""
    config: dict[str, Any]
    """What made it, as JSON can hold it."""


@dataclass(frozen=True)
class Row:
    """What is logged at one step, by tag."""

    step: int
    """The step, from 0."""
    scalars: dict[str, float] = field(default_factory=dict)
    """Numbers, which may be NaN or infinite."""
    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    """Pictures, uint8 (H, W, 3)."""
    texts: dict[str, str] = field(default_factory=dict)
    """Texts."""
    histograms: dict[str, np.ndarray] = field(default_factory=dict)
    """The values that a histogram is of: finite, (n,) and at least one."""


class Sink(Protocol):
    """An open run of a tracker. Whatever it raises ends the tracking, and not the training."""

    id: str
    """By what the tracker knows the run, so that it can be continued."""
    kept: int | None
    """The last step of a continued run that the tracker says it has; None where it says none."""

    def send(self, row: Row) -> None:
        """Send what was logged at a step. Steps never fall, and one may come in several rows."""

    def close(self, finished: bool) -> None:
        """Send what is left, and say whether the run has come to its end or was interrupted."""


@dataclass(frozen=True)
class Tracker:
    """How a tracker is spoken to."""

    check: Callable[[], object]
    """Raises a ValueError of one line where the tracker's library is not installed."""
    open: Callable[[TrackedRun, str | None], Sink]
    """Begins a run, or continues the one whose id is given."""


PROJECT = "darla"
"""The project, or experiment, of all runs where the library's own environment names none."""
