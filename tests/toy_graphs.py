"""Graphs of steps on a CPU, recorded as CUDA records them, and what steps consist of."""

import itertools
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from darla.objectives import LossTerms
from darla.vision.compiled_losses import Losses
from darla.vision.graphed_step import CudaGraphs, Take

META = torch.device("meta")


class TracedGraphs(CudaGraphs):
    """In place of CUDA's: what a step does beside its operations is done once, and never again.

    A number that changes with the steps, but not on the device, stays what it was; a step that asks
    for the value of a tensor cannot be recorded. Results are written over by the next replay.
    """

    replays = 0

    def beside(self, take: Take, frames: Tensor, given: Tensor | None) -> LossTerms:
        return take(frames, given)

    def recorded(self, take: Take, frames: Tensor, given: Tensor | None) -> Take:
        found: list[LossTerms] = []

        def flat(frames: Tensor, *given: Tensor) -> list[Tensor]:
            found.append(take(frames, given[0] if given else None))
            return list(_tensors(found[0]))

        graph = make_fx(flat)(*_batch(frames, given))
        taken = iter([True])  # unlike CUDA's, recording takes the step

        def replay(frames: Tensor, given: Tensor | None) -> LossTerms:
            type(self).replays += 1
            if not next(taken, False):
                new = graph(*_batch(frames, given))
                for old, value in zip(_tensors(found[0]), new, strict=True):
                    old.copy_(value)
            return found[0]

        return replay


def _batch(frames: Tensor, given: Tensor | None) -> list[Tensor]:
    return [frames] if given is None else [frames, given]


def _tensors(losses: LossTerms) -> Iterator[Tensor]:
    others = (losses.kl_per_latent, losses.adversary)
    every = itertools.chain([losses.total], losses.terms.values(), others)
    return (each for each in every if each is not None)


def uncompiled(losses: Losses, **_: Any) -> Losses:
    """In place of ``torch.compile``: the same losses, which pass for compiled ones."""
    return lambda *batch: losses(*batch)


class Elsewhere(TorchDispatchMode):
    """Notes what is computed of, or on, another device than the meta one, which computes nothing.

    Values cannot be asked of that device at all. With ``numbers`` single ones may lie elsewhere: a
    kernel is told them, as it is told a number of Python's.
    """

    def __init__(self, numbers: bool = False) -> None:
        super().__init__()
        self.least = 1 if numbers else 0
        self.found: list[str] = []

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), named: Any = None
    ) -> Any:
        outcome = function(*arguments, **(named or {}))
        tensors = tree_leaves((arguments, named, outcome))
        others = [each for each in tensors if isinstance(each, Tensor) and each.device != META]
        if any(each.ndim >= self.least for each in others):
            self.found.append(str(function))
        return outcome


class Counted(TorchDispatchMode):
    """Counts the operations that a device is told of; views are none."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), named: Any = None
    ) -> Any:
        self.count += not function.is_view
        return function(*arguments, **(named or {}))
