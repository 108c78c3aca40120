"""The one writer of all that trainings log: TensorBoard's events, and the same for a tracker."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils.tensorboard.writer import SummaryWriter

from darla.tracking.sent_rows import SentRows
from darla.tracking.tracked_run import Row, TrackedRun


class RunWriter(SummaryWriter):
    """Writes a run's events into a folder, and sends scalars, pictures, texts and histograms on.

    They are sent as one row when the step changes, and at :meth:`send`, :meth:`flush` and
    :meth:`close`. What is TensorBoard's alone, layouts and tables of hyperparameters, stays there.
    """

    def __init__(self, folder: Path, last_step: int, tracked: TrackedRun | None = None) -> None:
        """Open ``folder``; what a killed run has left there after ``last_step`` is hidden.

        Args:
            folder: for the events; made if missing.
            last_step: the step that the run goes on after.
            tracked: what a tracker is told of the run; None where there is none.

        Raises:
            ValueError: the tracker is unknown, or the folder's record of its run is damaged.
        """
        super().__init__(str(folder), purge_step=last_step + 1)
        self._sent = None if tracked is None else SentRows(folder, tracked)

    def add_scalar(
        self, tag: str, scalar_value: Any, global_step: int | None = None, *rest: Any, **more: Any
    ) -> None:
        """Write a number."""
        super().add_scalar(tag, scalar_value, global_step, *rest, **more)
        if (row := self._row(global_step)) is not None:
            row.scalars[tag] = float(scalar_value)

    def add_histogram(
        self, tag: str, values: Any, global_step: int | None = None, *rest: Any, **more: Any
    ) -> None:
        """Write a histogram of values, of any shape."""
        super().add_histogram(tag, values, global_step, *rest, **more)
        if (row := self._row(global_step)) is not None:
            array = _array(values)
            if (finite := array[np.isfinite(array)]).size:
                row.histograms[tag] = finite

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Write a picture, uint8 or float from 0 to 1, with axes in the order of the formats.

        :meth:`add_figure` comes here too.
        """
        super().add_image(tag, img_tensor, global_step, walltime, dataformats)
        if (row := self._row(global_step)) is not None:
            row.pictures[tag] = as_picture(_array(img_tensor), dataformats)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, *rest: Any, **more: Any
    ) -> None:
        """Write a text."""
        super().add_text(tag, text_string, global_step, *rest, **more)
        if (row := self._row(global_step)) is not None:
            row.texts[tag] = text_string

    def send(self) -> None:
        """Send the tracker what it was not sent yet; nothing where there is none."""
        if self._sent is not None:
            self._sent.send()

    def flush(self) -> None:
        """Write out and send all that was logged."""
        super().flush()
        self.send()

    def close(self) -> None:
        """Write out and send all that was logged, and end the tracked run.

        Within an exception, and so in the ``finally`` of a training that was interrupted, the
        tracker is told that the run has not come to its end.
        """
        try:
            super().close()
        finally:
            sent, self._sent = self._sent, None
            if sent is not None:
                sent.close(finished=sys.exc_info()[0] is None)

    def _row(self, step: int | None) -> Row | None:
        """Return what a tracker will be sent of a step; None for nothing."""
        return None if self._sent is None else self._sent.row(step or 0)


def _array(values: Any) -> np.ndarray:
    """Return numbers of any device as an array."""
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def as_picture(values: np.ndarray, axes: str) -> np.ndarray:
    """Return a picture as uint8 (H, W, 3).

    Args:
        values: uint8, or float from 0 to 1.
        axes: their order, such as ``CHW``; ``HW`` for a grey one.
    """
    axes = axes.upper()
    if "C" not in axes:
        values, axes = values[..., None], f"{axes}C"
    values = values.transpose([axes.index(each) for each in "HWC"])
    if values.dtype != np.uint8:
        values = (values * 255.0).clip(0, 255).astype(np.uint8)
    return np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values
