"""Batches of several seeds, each in the order that it would have alone."""

from collections.abc import Iterator, Sequence

import numpy as np

from darla.vision.batches import Batch, FrameBatches


class StackedBatches:
    """The batches of a stage for several seeds, gathered together from frames in memory."""

    def __init__(self, of_each: Sequence[FrameBatches]) -> None:
        """Take the batches of each seed, which are of the same frames, in orders of their own."""
        self._of_each = tuple(of_each)

    def indices(self, step: int) -> np.ndarray:
        """Return which frames batch number ``step`` holds: one seed's after the other, (S B,)."""
        return np.concatenate([each.indices(step) for each in self._of_each])

    def starting_at(self, step: int) -> Iterator[Batch]:
        """Yield batches without end, the first of them number ``step``; (S B, ...) each."""
        orders = [each.indices_from(step) for each in self._of_each]
        for of_each in zip(*orders, strict=True):
            # All at once: to a GPU each gathering alone is as much work.
            yield self._of_each[0].gathered(np.concatenate(of_each))
