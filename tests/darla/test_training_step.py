from pathlib import Path

import pytest
import torch
from toy_frames import tiny_config, toy_frames

from darla.objectives import Objective, make_objective
from darla.training_step import TrainingStep, choose_precision

CPU = torch.device("cpu")
FRAMES = torch.from_numpy(toy_frames(16)[0])


def make(stage: int) -> tuple[Objective, TrainingStep]:
    config = tiny_config(Path("data"), Path("run"), objective="darla")
    torch.manual_seed(0)
    objective = make_objective(config, (32, 32, 3), steps=10)
    chosen = objective.stages()[stage]
    return objective, TrainingStep(objective, chosen, CPU, torch.float32, compiled=False)


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


def test_precision_suits_the_device() -> None:
    assert choose_precision("float32", torch.device("cuda")) == torch.float32
    assert choose_precision("bfloat16", CPU) == torch.bfloat16
    assert choose_precision("auto", torch.device("cuda")) == torch.bfloat16
    assert choose_precision("auto", CPU) in (torch.float32, torch.bfloat16)


@pytest.mark.parametrize("stage", [0, 1])
def test_the_loss_can_be_compiled_as_one_graph(stage: int) -> None:
    _, step = make(stage)
    torch.manual_seed(1)
    expected = step._forward(FRAMES, torch.zeros(())).total
    torch.manual_seed(1)
    compiled = torch.compile(step._forward, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(FRAMES, torch.zeros(())).total, expected)
