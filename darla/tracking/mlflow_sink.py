"""Runs that MLflow shows, in the store that ``MLFLOW_TRACKING_URI`` names.

Without one MLflow keeps them in ``mlflow.db`` of the current folder. ``MLFLOW_EXPERIMENT_NAME``
names another experiment.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from darla.running.exclusive import holding
from darla.running.extras import extra
from darla.tracking.tracked_run import PROJECT, Row, TrackedRun

_DATABASE = "sqlite:///"
_MOST_PARAMETERS = 100  # in one request
_FORBIDDEN = re.compile(r"[^\w\-. :/]")  # in names of metrics and parameters


def library() -> ModuleType:
    """Import MLflow; a ValueError that names the extra where it is missing."""
    return extra("mlflow", "mlflow", "runs tracked by mlflow")


class MlflowSink:
    """A run of MLflow; it has no histograms, which are left out."""

    kept: int | None = None

    def __init__(self, run: TrackedRun, known: str | None) -> None:
        """Begin a run, or continue the one of a known id."""
        mlflow: Any = library()
        self._entities = mlflow.entities
        with _alone(mlflow.get_tracking_uri()):
            self._client = mlflow.MlflowClient()
            if known is None:
                self.id = self._begin(run)
            else:
                self.id = known
                self._client.update_run(known, status="RUNNING")

    def _begin(self, run: TrackedRun) -> str:
        """Begin a run with its configuration, which MLflow does not let change; return its id."""
        begun = self._client.create_run(
            self._experiment(), run_name=run.name, tags={"group": run.group}
        )
        named: str = begun.info.run_id
        parameters = [self._entities.Param(name, text) for name, text in flat(run.config)]
        for first in range(0, len(parameters), _MOST_PARAMETERS):
            some = parameters[first : first + _MOST_PARAMETERS]
            self._client.log_batch(named, params=some)
        return named

    def _experiment(self) -> str:
        """Return the id of the experiment, which is made if it is missing."""
        named = os.environ.get("MLFLOW_EXPERIMENT_ID")
        if named:
            return named
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", PROJECT)
        found = self._client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self._client.create_experiment(name))
            except Exception:  # another process was faster
                found = self._client.get_experiment_by_name(name)
                if found is None:
                    raise
        return str(found.experiment_id)

    def send(self, row: Row) -> None:
        """Send what was logged at a step: numbers in one request, the others one by one."""
        now = int(time.time() * 1000)
        numbers = [
            self._entities.Metric(_FORBIDDEN.sub("_", tag), value, now, row.step)
            for tag, value in row.scalars.items()
        ]
        if numbers:
            self._client.log_batch(self.id, metrics=numbers)
        for tag, picture in row.pictures.items():
            key = _FORBIDDEN.sub("_", tag)
            self._client.log_image(self.id, picture, key=key, step=row.step)
        for tag, text in row.texts.items():
            place = f"{_FORBIDDEN.sub('_', tag)}/{row.step}.txt"
            self._client.log_text(self.id, text, place)

    def close(self, finished: bool) -> None:
        """Say that the run has ended."""
        self._client.set_terminated(self.id, "FINISHED" if finished else "KILLED")


@contextmanager
def _alone(store: str) -> Iterator[None]:
    """Let other trainings wait in the block where it may make a database: two at a time fail."""
    if not store.startswith(_DATABASE):
        yield
        return
    file = Path(unquote(store.removeprefix(_DATABASE).partition("?")[0]))
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.parent / f".{file.name}.lock"
    with holding(beside, file, wait=True):
        try:
            yield
        finally:
            beside.unlink(missing_ok=True)


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Go through the values of mappings within mappings: names joined by dots, and texts.

    Names have ``_`` in place of characters that MLflow's must not have.
    """
    for key, value in values.items():
        name = f"{before}{_FORBIDDEN.sub('_', key)}"
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{name}.")
        else:
            yield name, str(value)
