"""A tracker that keeps what it is sent, and what TensorBoard was given, to compare them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from darla.tracking.tracked_run import Row, TrackedRun, Tracker
from darla.tracking.trackers import TRACKERS

Scalars = dict[str, list[tuple[int, float]]]


@dataclass
class ToyTracker:
    """Runs by their ids, and what they were sent.

    Attributes:
        opened: ids, and whether the run was continued.
        sent: ids and rows.
        ended: ids, and whether the run had come to its end.
        kept: the last step that it says it has of a run that is continued.
        fails: what is raised at an opening (``open``) or at the row of a number (``3``).
    """

    runs: dict[str, TrackedRun] = field(default_factory=dict)
    opened: list[tuple[str, bool]] = field(default_factory=list)
    sent: list[tuple[str, Row]] = field(default_factory=list)
    ended: list[tuple[str, bool]] = field(default_factory=list)
    fails: dict[str | int, Exception] = field(default_factory=dict)
    kept: int | None = None

    def open(self, run: TrackedRun, known: str | None) -> "ToySink":
        if "open" in self.fails:
            raise self.fails["open"]
        name = known or f"run{len(self.runs)}"
        assert (name in self.runs) == (known is not None)
        self.opened.append((name, known is not None))
        self.runs.setdefault(name, run)
        return ToySink(name, self.kept, self)

    @property
    def rows(self) -> list[Row]:
        """The rows of all runs."""
        return [row for _, row in self.sent]

    def rows_of(self, run: str) -> list[Row]:
        """Return the rows of a run, by its id."""
        return [row for name, row in self.sent if name == run]

    def scalars(self, run: str = "run0") -> Scalars:
        """Return the numbers of a run as TensorBoard has them, by tag: steps and float32."""
        found: Scalars = {}
        for row in self.rows_of(run):
            for tag, value in row.scalars.items():
                found.setdefault(tag, []).append((row.step, float(np.float32(value))))
        return found


@dataclass
class ToySink:
    """An open run."""

    id: str
    kept: int | None
    tracker: ToyTracker

    def send(self, row: Row) -> None:
        number = len(self.tracker.sent)
        if number in self.tracker.fails:
            raise self.tracker.fails[number]
        self.tracker.sent.append((self.id, row))

    def close(self, finished: bool) -> None:
        self.tracker.ended.append((self.id, finished))


@contextmanager
def toy_tracker() -> Iterator[ToyTracker]:
    """Let ``toy`` be a tracker in the block."""
    toy = ToyTracker()
    with mock.patch.dict(TRACKERS._known, {"toy": Tracker(lambda: None, toy.open)}):
        yield toy


def events_of(folder: Path) -> EventAccumulator:
    """Read all that TensorBoard was given in a folder."""
    return EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0}).Reload()


def scalars_of(folder: Path) -> Scalars:
    """Return the numbers that TensorBoard was given in a folder, by tag."""
    events = events_of(folder)
    return {
        tag: [(each.step, each.value) for each in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }
