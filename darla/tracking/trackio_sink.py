"""Runs that Trackio shows, kept in its SQLite files on this machine.

``TRACKIO_DIR`` says where; with ``TRACKIO_SPACE_ID`` or ``TRACKIO_SERVER_URL`` they are sent there.
"""

from types import ModuleType
from typing import Any

from darla.running.extras import extra
from darla.tracking.tracked_run import PROJECT, Row, TrackedRun


def library() -> ModuleType:
    """Import trackio; a ValueError that names the extra where it is missing."""
    return extra("trackio", "trackio", "runs tracked by trackio")


class TrackioSink:
    """A run of Trackio, which knows runs by their names: the newest of that name is continued."""

    kept: int | None = None

    def __init__(self, run: TrackedRun, known: str | None) -> None:
        """Begin a run, or continue the one of a known name."""
        self._trackio: Any = library()
        self.id = known or run.name
        self._run = self._trackio.init(
            project=PROJECT,
            name=self.id,
            resume="never" if known is None else "allow",
            group=run.group,
            config=run.config,
            embed=False,  # which would start a server in a notebook
        )

    def send(self, row: Row) -> None:
        """Send what was logged at a step."""
        self._run.log(
            {
                **row.scalars,
                **{tag: self._trackio.Image(each) for tag, each in row.pictures.items()},
                **{tag: self._trackio.Markdown(each) for tag, each in row.texts.items()},
                **{tag: self._trackio.Histogram(each) for tag, each in row.histograms.items()},
            },
            step=row.step,
        )

    def close(self, finished: bool) -> None:
        """Wait until all is sent, or written; Trackio does not ask how a run has ended."""
        self._run.finish()
