"""Several tiny models of every objective, trained alone and as a stack."""

from typing import Any

import pytest
import torch
from torch import Tensor

from darla.objectives import OBJECTIVES, LossTerms, Objective, TrainingFacts, make_objective
from darla.vision.stack import Stack
from darla.vision.training_step import Decay, TrainingStep
from toy_frames import tiny_settings, toy_frames

CPU = torch.device("cpu")
MODELS, BATCH, STEPS = 3, 8, 4
STEPPED = [name for name, kind in OBJECTIVES.usable().items() if not kind.closed_form]
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "of twins": ("look_state_nce", {"recolored": 0.5, "own_copies": 0.2, "one_hue": 0.3}),
    "stratified": ("beta_tcvae", {"estimate": "stratified"}),
    "told a factor": ("cvae", {"condition": "hue"}),
    "recolored": ("ml_vae", {"recolored": 0.5, "state_likeness": 1.0}),
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: (name, {}) for name in STEPPED},
    "contractive": ("contractive", {"weight": 1e4}),  # so that directions matter
    **{f"{name}, {what}": (name, settings) for what, (name, settings) in VARIANTS.items()},
}


def make(case: str) -> list[Objective]:
    """Make the tiny objectives of a case, each of its own seed."""
    name, settings = CASES[case]
    facts = TrainingFacts(
        (32, 32, 3), 160, STEPS, has_twins="of twins" in case, factors={"hue": 1}, actions=(3, 0)
    )
    made = []
    for seed in range(MODELS):
        torch.manual_seed(seed)
        made.append(make_objective(tiny_settings(name, **settings), facts))
    return made


def batches(step: int) -> list[Tensor]:
    """Return a batch of frames for each model, uint8 (N, H, W, 3)."""
    return [
        torch.from_numpy(toy_frames(BATCH, seed=10 * step + model)[0]) for model in range(MODELS)
    ]


def chunks() -> tuple[Tensor, ...]:
    """Return a dataset's frames in parts, uint8 (n, H, W, 3) each."""
    parts: tuple[Tensor, ...] = torch.from_numpy(toy_frames(40)[0]).split(20)
    return parts


def beside(objective: Objective) -> Tensor | None:
    """Return what stands beside a batch of frames."""
    if objective.sequence_length > 1:
        return torch.linspace(0, 1, 4 * BATCH).view(BATCH, 4)
    return torch.linspace(-1, 1, BATCH)[:, None] if objective.factor else None


def trained_alone(objective: Objective, stage: int, model: int) -> list[LossTerms]:
    """Train a stage of an objective on the batches of a model."""
    part = objective.stages()[stage]
    step = TrainingStep(objective, part, CPU, torch.float32, decay=Decay(STEPS, 0.5))
    part.objective.train()
    found = []
    for number in range(STEPS):
        torch.manual_seed(number)
        found.append(step(batches(number)[model], number, beside(part.objective)))
    return found


def trained_at_once(objectives: list[Objective], stage: int, **made: Any) -> list[LossTerms]:
    """Train a stage of all objectives as a stack."""
    parts = [each.stages()[stage] for each in objectives]
    stack = Stack([part.objective for part in parts], randomness="same")
    decay = Decay(STEPS, 0.5)
    step = TrainingStep(
        objectives[0], parts[0], CPU, torch.float32, decay=decay, stack=stack, **made
    )
    for part in parts:
        part.objective.train()
    given = beside(parts[0].objective)
    found = []
    for number in range(STEPS):
        torch.manual_seed(number)
        told = None if given is None else given.repeat(MODELS, 1)
        losses = step(torch.cat(batches(number)), number, told)
        terms = {tag: value.clone() for tag, value in losses.terms.items()}
        found.append(LossTerms(losses.total.clone(), terms, losses.kl_per_latent))
    assert step.bad() == []
    return found


def of_model(losses: LossTerms, model: int) -> LossTerms:
    """Return the losses of one model of a stack."""
    kl = losses.kl_per_latent
    terms = {tag: value[model] for tag, value in losses.terms.items()}
    return LossTerms(losses.total[model], terms, None if kl is None else kl[model])


def assert_same(found: LossTerms, expected: LossTerms) -> None:
    """Check that losses are the same, but for rounding."""
    assert found.terms.keys() == expected.terms.keys()
    for tag, value in expected.terms.items():
        assert found.terms[tag].item() == pytest.approx(value.item(), rel=2e-3, abs=1e-4), tag
    assert found.total.item() == pytest.approx(expected.total.item(), rel=1e-4)
    torch.testing.assert_close(found.kl_per_latent, expected.kl_per_latent, rtol=2e-3, atol=1e-4)


def state(objective: Objective) -> Tensor:
    """Return all weights and buffers of an objective as they are now, end to end."""
    return torch.cat([each.double().flatten() for each in objective.state_dict().values()])
