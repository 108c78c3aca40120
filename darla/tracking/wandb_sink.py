"""Runs that Weights & Biases shows.

Where it sends what, and as whom, is its own environment's to say: ``WANDB_MODE=offline`` keeps
everything on the machine, ``WANDB_PROJECT`` names another project.
"""

import os
import uuid
from types import ModuleType
from typing import Any

from darla.running.extras import extra
from darla.tracking.tracked_run import PROJECT, Row, TrackedRun


def library() -> ModuleType:
    """Import wandb; a ValueError that names the extra where it is missing."""
    return extra("wandb", "wandb", "runs tracked by wandb")


class WandbSink:
    """A run of wandb; its id is ours, so that it continues where it was interrupted."""

    def __init__(self, run: TrackedRun, known: str | None) -> None:
        """Begin a run, or continue the one of a known id."""
        self._wandb: Any = library()
        self.id = known or uuid.uuid4().hex
        self._run = self._wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            id=self.id,
            resume="allow",
            name=run.name,
            group=run.group,
            config=run.config,
            allow_val_change=True,  # what decides nothing may change when a run is continued
            reinit="create_new",  # a run of the caller's own goes on as it is
        )
        # What was under way when a process was killed may not have arrived.
        self.kept: int | None = self._run.step - 1 if self._run.resumed else None

    def send(self, row: Row) -> None:
        """Send what was logged at a step."""
        pictures = {tag: self._wandb.Image(each) for tag, each in row.pictures.items()}
        histograms = {tag: self._wandb.Histogram(each) for tag, each in row.histograms.items()}
        self._run.log({**row.scalars, **row.texts, **pictures, **histograms}, step=row.step)

    def close(self, finished: bool) -> None:
        """Wait until all is sent, or written, and end the run."""
        self._run.finish(exit_code=0 if finished else 1)
