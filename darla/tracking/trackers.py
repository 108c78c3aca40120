"""Which trackers there are; their libraries are imported when one is asked for."""

from darla.running.registry import Registry
from darla.tracking import mlflow_sink, trackio_sink, wandb_sink
from darla.tracking.tracked_run import Tracker

TRACKERS: Registry[Tracker] = Registry("tracker", "darla.trackers")
"""The trackers by their names; those of other packages too."""

TRACKERS.register("wandb", Tracker(wandb_sink.library, wandb_sink.WandbSink))
TRACKERS.register("mlflow", Tracker(mlflow_sink.library, mlflow_sink.MlflowSink))
TRACKERS.register("trackio", Tracker(trackio_sink.library, trackio_sink.TrackioSink))


def check_tracker(name: str | None) -> None:
    """Raise a ValueError for an unknown tracker, or one whose library is not installed.

    None asks for none.
    """
    if name is not None:
        TRACKERS[name].check()
