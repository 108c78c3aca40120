"""Models of one objective, stacked: the same work on all of them at once, each with its own.

A network for pictures of 64x64 leaves a GPU idle. Where several seeds of one objective are trained
their weights lie one behind the other, (S, ...), and each operation is done for all of them
(:func:`torch.func.vmap`). The models themselves are views of these tensors: what a step does to the
stack they have at once, and what is loaded into one of them the stack has.

Nothing goes from one model to another: a contrast within a batch, statistics of it and codes that
follow it are of the model's own frames, and random numbers are drawn for each model anew. Whether
that holds for an objective is found out before it is trained (:mod:`darla.vision.stack_check`).
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from darla.objectives import LossTerms, Objective


@contextmanager
def slow_operations_unsaid() -> Iterator[None]:
    """Keep torch quiet in the block about the few operations that it does model by model."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="There is a performance drop")
        yield


class Stack(nn.Module):
    """Objectives of the same settings, whose parameters and buffers lie in one tensor each.

    Attributes:
        count: S, how many models there are.
    """

    def __init__(
        self,
        models: Sequence[Objective],
        randomness: Literal["different", "same"] = "different",
    ) -> None:
        """Stack models; their random numbers are ``different``, unless they are to be compared."""
        super().__init__()
        self.count = len(models)
        self._randomness = randomness
        # In a tuple, and so no submodules: nothing is trained here beside what is stacked.
        self._models = tuple(_Losses(each) for each in models)
        self._trained: dict[str, nn.Parameter] = {}
        self._moved: dict[str, Tensor] = {}
        for name, _ in self._models[0].named_parameters():
            of_each = [each.get_parameter(name) for each in self._models]
            self._trained[name] = nn.Parameter(_stacked(of_each))
            self.register_parameter(name.replace(".", "/"), self._trained[name])
        for name, _ in self._models[0].named_buffers():
            self._moved[name] = _stacked([each.get_buffer(name) for each in self._models])
            self.register_buffer(name.replace(".", "/"), self._moved[name])

    @property
    def adversary(self) -> nn.ParameterList | None:
        """The stacked parameters of the models' adversaries; None where they have none."""
        adversary = self._models[0].objective.adversary
        return None if adversary is None else nn.ParameterList(self._of(adversary.parameters()))

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return Adam's parameter groups, which are those of one model, of stacked parameters.

        Adam's arithmetic is of each number alone, so that it is that of an Adam for each model.
        """
        groups = self._models[0].objective.parameter_groups(learning_rate)
        return [{**group, "params": self._of(group["params"])} for group in groups]

    def losses_given(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        """Compute the losses of all models: (S,), and of each latent (S, z).

        Pictures, float32 (S N, 3, H, W), and what is given beside them, (S N, m), are those of one
        model after the other; the step is of all.
        """
        told = None if given is None else self._split(given)
        dims = (0, 0, 0, None, None if told is None else 0)
        all_at_once: Any = vmap(self._of_one, in_dims=dims, randomness=self._randomness)
        found = all_at_once(self._trained, self._moved, self._split(pictures), step, told)
        return LossTerms(
            found["total"], found["terms"], found.get("kl_per_latent"), found.get("adversary")
        )

    def _of_one(
        self,
        parameters: dict[str, Tensor],
        buffers: dict[str, Tensor],
        pictures: Tensor,
        step: Tensor,
        given: Tensor | None,
    ) -> dict[str, Any]:
        """Return the losses of one model by name, without what it has none of."""
        state = (parameters, buffers)
        losses: LossTerms = functional_call(self._models[0], state, (pictures, step, given))
        found = {"kl_per_latent": losses.kl_per_latent, "adversary": losses.adversary}
        there = {name: value for name, value in found.items() if value is not None}
        return {"total": losses.total, "terms": losses.terms, **there}

    def _split(self, rows: Tensor) -> Tensor:
        """Return rows (S N, ...) by model, (S, N, ...)."""
        return rows.view(self.count, -1, *rows.shape[1:])

    def _of(self, parameters: Any) -> list[nn.Parameter]:
        """Return the stacked parameters in place of those of the first model."""
        names = {id(each): name for name, each in self._models[0].named_parameters()}
        return [self._trained[names[id(each)]] for each in parameters]


class _Losses(nn.Module):
    """An objective as a function, of pictures, the step's number and what is given, to losses."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.objective = objective

    def forward(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        return self.objective.losses_given(pictures, step, given)


def _stacked(of_each: Sequence[Tensor]) -> Tensor:
    """Put the same tensor of all models into one, (S, ...), and let each be a view of it."""
    together = torch.stack([each.detach() for each in of_each])
    for own, view in zip(of_each, together, strict=True):
        own.data = view
    return together
