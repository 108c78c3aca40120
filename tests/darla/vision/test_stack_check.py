"""Which objectives can be trained as a stack: all of ours, and others unless a step shows not."""

import dataclasses
import itertools
from typing import Any

import pytest
import torch
from torch import Tensor

from darla.objectives import LossTerms
from darla.objectives.autoencoder import Autoencoder
from darla.vision.stack_check import why_not
from toy_frames import tiny_objective, tiny_settings, toy_facts
from toy_stacks import CASES, make, state


@pytest.mark.parametrize("case", CASES)
def test_objectives_of_ours_are_found_to_be_such(case: str) -> None:
    made = make(case)
    before, random = [state(each) for each in made], torch.get_rng_state()
    for number in range(len(made[0].stages())):
        assert why_not([each.stages()[number].objective for each in made[:2]]) is None
    assert all(torch.equal(state(each), then) for each, then in zip(made, before, strict=True))
    assert torch.equal(torch.get_rng_state(), random)


class Asking(Autoencoder):
    """Looks at a loss, as a schedule of its own might."""

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        weight = 2.0 if pictures.mean().item() > 0.5 else 1.0
        losses = super().losses(pictures, step)
        return dataclasses.replace(losses, total=weight * losses.total)


class Forgetting(Autoencoder):
    """Puts another tensor in a buffer's place, which a stack would not see."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seen: Tensor
        self.register_buffer("seen", torch.zeros(()))

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        self.seen = self.seen + pictures.mean().detach()
        return super().losses(pictures, step)


class Outside(Autoencoder):
    """Has numbers that are not torch's, and so one for all models of a stack."""

    numbers = itertools.count(1)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        losses = super().losses(pictures, step)
        return dataclasses.replace(losses, total=next(self.numbers) * losses.total)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Asking, "its step is none for several models (RuntimeError: vmap: "),
        (Forgetting, "a model's buffers are not those that it has alone"),
        (Outside, "a model's losses are not those that it has alone"),
    ],
)
def test_what_cannot_be_stacked_is_found_out(kind: type[Autoencoder], why: str) -> None:
    told = why_not([kind(tiny_settings("autoencoder"), toy_facts()) for _ in range(2)])
    assert told is not None and told.startswith(why) and "\n" not in told


def test_what_is_fitted_is_no_stack() -> None:
    assert why_not([tiny_objective("pca"), tiny_objective("pca")]) == (
        "it is fitted in closed form, and takes no steps"
    )
