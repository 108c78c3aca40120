import dataclasses
from typing import Any

import pytest
import torch
from torch import Tensor

from darla.objectives import LossTerms, Objective, ObjectiveSettings, TrainingFacts
from darla.objectives.autoencoder import Autoencoder
from darla.vision.training_step import Decay, TrainingStep
from toy_frames import tiny_objective, tiny_settings, toy_facts, toy_frames

CPU = torch.device("cpu")
FRAMES = torch.from_numpy(toy_frames(16)[0])


def make(stage: int) -> tuple[Objective, TrainingStep]:
    objective = tiny_objective("darla_2017")
    chosen = objective.stages()[stage]
    return objective, TrainingStep(objective, chosen, CPU, torch.float32)


@pytest.mark.parametrize(("stage", "trained"), [(0, ("dae.",)), (1, ("encoder.", "decoder."))])
def test_only_the_stage_s_parameters_change(stage: int, trained: tuple[str, ...]) -> None:
    objective, step = make(stage)
    before = {name: value.clone() for name, value in objective.named_parameters()}
    for number in range(3):
        step(FRAMES, number)
    for name, value in objective.named_parameters():
        assert torch.equal(value, before[name]) != name.startswith(trained), name


def test_losses_are_detached_and_named() -> None:
    _, step = make(1)
    losses = step(FRAMES, 0)
    assert {"loss/kl", "gradient_norm"} <= losses.terms.keys()
    assert losses.kl_per_latent is not None
    for value in (losses.total, losses.kl_per_latent, *losses.terms.values()):
        assert not value.requires_grad


def test_the_first_bad_step_is_remembered() -> None:
    objective, step = make(1)
    step(FRAMES, 0)
    assert step.first_bad() is None
    with torch.no_grad():
        objective.encoder.head.bias.fill_(float("nan"))
    step(FRAMES, 1)
    step(FRAMES, 2)
    assert step.first_bad() == 1


class Opposed(Autoencoder):
    """An autoencoder beside which a network learns the pictures' mean brightness."""

    def __init__(self, settings: ObjectiveSettings, facts: TrainingFacts) -> None:
        super().__init__(settings, facts)
        self.adversary = torch.nn.Linear(4, 1)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        with torch.no_grad():
            latents = self.encoder(pictures).mu
        assert self.adversary is not None
        guess = self.adversary(latents)[:, 0] - pictures.mean(dim=(1, 2, 3))
        return dataclasses.replace(plain, adversary=guess.square().mean())

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        assert self.adversary is not None
        own = {"params": list(self.adversary.parameters()), "lr": 0.01, "betas": (0.5, 0.9)}
        return [*super().parameter_groups(learning_rate), own]


def opposed(kind: type[Autoencoder]) -> tuple[Autoencoder, TrainingStep]:
    torch.manual_seed(0)
    objective = kind(tiny_settings("autoencoder"), toy_facts())
    stage = objective.stages()[0]
    return objective, TrainingStep(objective, stage, CPU, torch.float32)


def test_an_adversary_learns_beside_the_objective_without_a_word_in_it() -> None:
    (alone, plain), (objective, both) = opposed(Autoencoder), opposed(Opposed)
    adversary = []
    for number in range(30):
        expected, losses = plain(FRAMES, number), both(FRAMES, number)
        torch.testing.assert_close(losses.total, expected.total)
        torch.testing.assert_close(losses.terms["gradient_norm"], expected.terms["gradient_norm"])
        assert losses.adversary is not None and not losses.adversary.requires_grad
        adversary.append(losses.adversary.item())
    assert adversary[-1] < 0.5 * adversary[0]
    for name, value in alone.named_parameters():
        torch.testing.assert_close(objective.get_parameter(name), value)
    assert both.optimizer.param_groups[1]["betas"] == (0.5, 0.9)


def test_an_adversary_that_breaks_is_noticed() -> None:
    objective, step = opposed(Opposed)
    step(FRAMES, 0)
    with torch.no_grad():
        objective.get_parameter("adversary.weight").fill_(float("inf"))
    step(FRAMES, 1)
    assert step.first_bad() == 1


def test_the_learning_rate_falls_in_a_line_at_the_end() -> None:
    decay = Decay(steps=100, share=0.4)
    shares = [decay.share_at(step) for step in (0, 60, 80, 90, 99, 100)]
    assert shares == pytest.approx([1.0, 1.0, 0.5, 0.25, 0.025, 0.02])
    assert {Decay(100, 0.0).share_at(step) for step in range(101)} == {1.0}


def test_every_group_s_rate_decays_from_its_own() -> None:
    objective = Opposed(tiny_settings("autoencoder"), toy_facts())
    stage, decay = objective.stages()[0], Decay(10, 1.0)
    step = TrainingStep(objective, stage, CPU, torch.float32, decay=decay)
    step(FRAMES, 5)
    rates = [group["lr"] for group in step.optimizer.param_groups]
    assert rates == pytest.approx([0.5 * stage.learning_rate, 0.5 * 0.01])


@pytest.mark.parametrize("stage", [0, 1])
def test_the_loss_can_be_compiled_as_one_graph(stage: int) -> None:
    _, step = make(stage)
    torch.manual_seed(1)
    expected = step._forward(FRAMES, torch.zeros(())).total
    torch.manual_seed(1)
    compiled = torch.compile(step._forward, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(FRAMES, torch.zeros(())).total, expected)
