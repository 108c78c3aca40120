"""Send a tracker what is logged, step by step, and go on without it when it fails.

A file beside TensorBoard's events, ``wandb_run.json`` and the like, holds by what the tracker knows
the run and the last step that it was sent. A run that is interrupted and continued continues there
too, and steps that it takes a second time are not sent a second time.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypedDict

import msgspec
from tqdm import tqdm

from darla.running.atomic import write_json
from darla.running.checked_json import Count, read_checked
from darla.running.one_line import one_line
from darla.tracking.tracked_run import Row, Sink, TrackedRun
from darla.tracking.trackers import TRACKERS

_LONGEST = 300  # characters of what a library says


class _Record(TypedDict):
    """What is known of a run that was tracked before."""

    run: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    last_step: Count


class SentRows:
    """What a tracker is sent of one run."""

    def __init__(self, folder: Path, run: TrackedRun) -> None:
        """Begin a tracked run, or continue the one that the folder's events belong to.

        A ValueError where the folder's record of it is damaged.
        """
        self._tracker = run.tracker
        self._file = folder / f"{run.tracker}_run.json"
        known = _known(self._file)
        self._before = -1 if known is None else known["last_step"]
        self._last = max(0, self._before)
        self._row: Row | None = None
        self._sink: Sink | None = None
        with self._going_on_alone():
            self._sink = TRACKERS[run.tracker].open(run, None if known is None else known["run"])
            if self._sink.kept is not None:  # it knows better what has arrived
                self._before = self._sink.kept
            self._keep_record()

    def row(self, step: int) -> Row | None:
        """Return what to put something into that is logged at a step.

        What was logged at another step before is sent. None where nothing is to be sent: of a step
        that was sent before the run was interrupted, or after the tracker has failed.
        """
        if self._sink is None or step <= self._before:
            return None
        if self._row is not None and self._row.step != step:
            self.send()
        if self._row is None:
            self._row = Row(step)
        return self._row

    def send(self) -> None:
        """Send what was logged since the last time."""
        row, self._row = self._row, None
        if row is None or self._sink is None:
            return
        with self._going_on_alone():
            self._sink.send(row)
            if row.step > self._last:
                self._last = row.step
                self._keep_record()

    def close(self, finished: bool) -> None:
        """Send the rest, and end the tracked run: it has come to its end, or was interrupted."""
        self.send()
        sink, self._sink = self._sink, None
        if sink is not None:
            with self._going_on_alone():
                sink.close(finished)

    def _keep_record(self) -> None:
        """Write down how the run continues."""
        assert self._sink is not None
        write_json(self._file, _Record(run=self._sink.id, last_step=self._last))

    @contextmanager
    def _going_on_alone(self) -> Iterator[None]:
        """Leave the tracker, and say so in one line, where the block fails."""
        try:
            yield
        except Exception as error:  # whatever a library, a network or a disk may raise
            self._sink = None
            said = f"{type(error).__name__}: {one_line(error)}"[:_LONGEST]
            tqdm.write(
                f"warning: {self._tracker} failed ({said}); TensorBoard goes on alone",
                file=sys.stderr,
            )


def _known(file: Path) -> _Record | None:
    """Return what is known of a run that was tracked before; None when there is none."""
    if not file.is_file():
        return None
    return read_checked(file, _Record, "remove it to begin another run of the tracker")
