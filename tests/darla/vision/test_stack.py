"""Models in a stack are those that each would be alone, but for rounding; noise is each one's own.

To compare them the stack draws the same noise for all, which is what each alone draws of one seed.
"""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives import LossTerms
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.readout import Readout
from darla.vision.stack import Stack
from darla.vision.stack_check import why_not
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_settings, toy_facts, write_toy_bundle
from toy_stacks import (
    CASES,
    CPU,
    MODELS,
    STEPS,
    assert_same,
    batches,
    beside,
    chunks,
    make,
    of_model,
    state,
    trained_alone,
    trained_at_once,
)

NOISELESS = {"autoencoder", "sparse_autoencoder", "fsq", "qlae", "adversarial_autoencoder"}
"""Objectives that need no random number, but for an adversary's."""


@pytest.mark.parametrize("case", CASES)
def test_stacked_steps_are_those_of_each_model_alone(case: str) -> None:
    alone, at_once = make(case), make(case)
    before = [state(each) for each in at_once]
    for number in range(len(alone[0].stages())):
        for each in (*alone, *at_once):
            torch.manual_seed(0)
            each.stages()[number].objective.prepare(chunks)
        expected = [trained_alone(each, number, model) for model, each in enumerate(alone)]
        found = trained_at_once(at_once, number)
        codes = alone[0].encoder.shape.quantized
        for step, losses in enumerate(found[: 1 if codes else None]):
            for model in range(MODELS):
                assert_same(of_model(losses, model), expected[model][step])
    for model in range(MODELS):
        moved = state(alone[model]) - before[model]
        apart = state(at_once[model]) - state(alone[model])
        # Adam makes steps of its rate of gradients that are nothing but rounding, and rounding can
        # tell which code is the nearest.
        assert apart.norm() < (0.1 if codes else 0.02) * moved.norm()
    assert not torch.allclose(state(at_once[0]), state(at_once[1]))


@pytest.mark.parametrize("case", CASES)
def test_each_model_has_noise_of_its_own(case: str) -> None:
    """Models that are the same, on the same frames, are moved another way where there is noise."""
    same = [make(case)[0].stages()[-1].objective.train() for _ in range(MODELS)]
    pictures, step, given = to_pictures(batches(0)[0]), torch.ones(()), beside(same[0])
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        model = copy.deepcopy(same[0])
        drawn.append(_moves(model, model.losses_given(pictures, step, given)))
    is_noisy = _apart(*(torch.cat([each.flatten() for each in found]) for found in drawn))

    stack, told = Stack(same), None if given is None else given.repeat(MODELS, 1)
    found = _moves(stack, stack.losses_given(pictures.repeat(MODELS, 1, 1, 1), step, told))
    rows = torch.cat([each.reshape(MODELS, -1) for each in found], dim=1)
    assert is_noisy == (CASES[case][0] not in NOISELESS)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert _apart(rows[one], rows[other]) == is_noisy


def _moves(learner: nn.Module, losses: LossTerms) -> list[Tensor]:
    """Return gradients of what is made small, but an adversary's, and buffers as they are now."""
    total, parameters = losses.total.sum(), [*learner.parameters()]
    gradients = torch.autograd.grad(total, parameters, materialize_grads=True)
    return [*gradients, *learner.buffers()]


def _apart(one: Tensor, other: Tensor) -> bool:
    """Tell whether moves are others, not the same but for rounding."""
    return bool((one - other).norm() > 1e-4 * one.norm())


@pytest.mark.parametrize("case", ["look_state_nce", "beta_tcvae", "qlae", "vq_vae", "dip_vae_i"])
def test_what_one_model_sees_changes_nothing_in_another(case: str) -> None:
    """Not even where a loss compares the frames of a batch."""
    found = []
    for change in (False, True):
        stack = Stack(make(case), randomness="same")
        shown = batches(0)
        if change:
            shown[1] = 255 - shown[1]
        torch.manual_seed(0)
        losses = stack.losses_given(to_pictures(torch.cat(shown)), torch.ones(()), None)
        gradients = torch.autograd.grad(losses.total.sum(), [*stack.parameters()])
        found.append([losses.total, *gradients, *stack.buffers()])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one[[0, 2]], other[[0, 2]])
    assert not torch.allclose(found[0][0][1], found[1][0][1])


def test_a_decoder_for_eyes_can_be_stacked(tmp_path: Any) -> None:
    models = []
    for seed in range(2):
        bundle = load_encoder(write_toy_bundle(tmp_path / f"{seed}", seed=seed))
        torch.manual_seed(seed)
        models.append(Readout(bundle, toy_facts(), str(tmp_path)))
    assert why_not(models) is None
    stack = Stack(models)
    before = [state(each) for each in models]
    step = TrainingStep(models[0], models[0].stages()[0], CPU, torch.float32, stack=stack)
    step(torch.cat(batches(0)[:2]), 0)
    for model, then in zip(models, before, strict=True):
        assert not torch.equal(state(model), then)
        encoder = sum(each.numel() for each in model.encoder.state_dict().values())
        assert torch.equal(state(model)[:encoder], then[:encoder])


def test_models_are_views_of_their_stack() -> None:
    models = make("qlae")
    stack = Stack(models)
    with torch.no_grad():
        for each in (*stack.parameters(), *stack.buffers()):
            each.fill_(7.0)
    assert all((state(each) == 7.0).all() for each in models)
    models[1].load_state_dict({name: 0 * each for name, each in models[0].state_dict().items()})
    assert {each[1].sum().item() for each in (*stack.parameters(), *stack.buffers())} == {0.0}


def test_steps_that_are_not_finite_are_known_by_their_model() -> None:
    models = make("beta_vae")
    stack = Stack(models)
    step = TrainingStep(models[0], models[0].stages()[0], CPU, torch.float32, stack=stack)
    step(torch.cat(batches(0)), 0)
    with torch.no_grad():
        models[1].encoder.head.bias.fill_(float("nan"))  # type: ignore[union-attr, operator]
    for number in (1, 2):
        losses = step(torch.cat(batches(number)), number)
    assert step.bad() == [(1, 1)] and step.first_bad() == 1
    assert torch.isfinite(losses.total).tolist() == [True, False, True]
    assert all(torch.isfinite(state(models[model])).all() for model in (0, 2))


class Brightening(Autoencoder):
    """Learns a single number beside its networks, and keeps another."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.brightness = nn.Parameter(torch.zeros(()))
        self.steps: Tensor
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        self.steps += 1
        return self.compared(self.decoder(self.encoder(pictures).mu) + self.brightness, pictures)

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        own = {"params": [self.brightness], "lr": 10 * learning_rate}
        return [*super().parameter_groups(learning_rate), own]


def test_single_numbers_are_learnt_and_kept_by_each_model() -> None:
    alone, at_once = (
        [Brightening(tiny_settings("autoencoder"), toy_facts()) for _ in range(MODELS)]
        for _ in range(2)
    )
    for one, other in zip(alone, at_once, strict=True):
        other.load_state_dict(one.state_dict())
    assert why_not(alone) is None
    expected = [trained_alone(each, 0, model) for model, each in enumerate(alone)]
    found = trained_at_once([*at_once], 0)
    for model in range(MODELS):
        assert_same(of_model(found[-1], model), expected[model][-1])
        torch.testing.assert_close(at_once[model].brightness, alone[model].brightness)
        assert at_once[model].steps == STEPS
    assert len({each.brightness.item() for each in at_once}) == MODELS
