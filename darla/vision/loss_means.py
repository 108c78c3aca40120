"""Means of losses over some steps, summed up where the losses are: of one model, or of several."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from darla.objectives import LossTerms

TOTAL = "loss/total"
"""The tag of what the optimiser makes small."""


@dataclass(frozen=True)
class Means:
    """What a model's losses were, on average over some steps."""

    terms: dict[str, float]
    """By TensorBoard tag, ``loss/total`` among them."""
    kl_per_latent: np.ndarray | None
    """float32 (z,) nats; None where there is no posterior."""
    frames_per_second: float
    """Frames that the model was trained on in a second, all else that was done included."""


class LossMeans:
    """Takes up the losses of steps, without waiting for the device to compute them."""

    def __init__(self) -> None:
        """Begin with no step."""
        self._sums: dict[str, Tensor] = {}
        self._kl: Tensor | None = None
        self._steps = 0
        self._frames = 0
        self._since = time.perf_counter()

    def add(self, losses: LossTerms, frames: int) -> None:
        """Take up the losses of a step on so many frames: those of a model, or of S, (S, ...)."""
        values = {TOTAL: losses.total, **losses.terms}
        known = [tag for tag in values if tag in self._sums]
        if known:  # all at once: to a GPU each sum alone is as much work
            torch._foreach_add_([self._sums[tag] for tag in known], [values[tag] for tag in known])
        # The next step may write over what this one found.
        self._sums |= {tag: value.clone() for tag, value in values.items() if tag not in known}
        if losses.kl_per_latent is not None:
            kl = losses.kl_per_latent
            self._kl = kl.clone() if self._kl is None else self._kl.add_(kl)
        self._steps += 1
        self._frames += frames

    def taken(self) -> list[Means]:
        """Return the means since the last call, of each model, and begin anew; waits for a GPU."""
        values = {tag: value.reshape(-1).tolist() for tag, value in self._sums.items()}
        count = len(values[TOTAL])
        kl: list[np.ndarray | None] = [None] * count
        if self._kl is not None:
            kl = [*(self._kl.cpu().numpy() / self._steps).reshape(count, -1)]
        rate = self._frames / (time.perf_counter() - self._since) / count
        found = [
            Means({tag: each[of] / self._steps for tag, each in values.items()}, kl[of], rate)
            for of in range(count)
        ]
        self._sums, self._kl, self._steps, self._frames = {}, None, 0, 0
        self._since = time.perf_counter()
        return found
