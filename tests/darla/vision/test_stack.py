"""Models in a stack are those that each would be alone, but for rounding; noise is each one's own.

To compare them the stack draws the same noise for all, which is what each alone draws of one seed.
"""

import contextlib
import copy
import dataclasses
import itertools
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import darla.vision.graphed_step
from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives import OBJECTIVES, LossTerms, Objective, TrainingFacts, make_objective
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.readout import Readout
from darla.vision.stack import Stack
from darla.vision.stack_check import why_not
from darla.vision.training_step import Decay, TrainingStep
from toy_frames import tiny_objective, tiny_settings, toy_facts, toy_frames, write_toy_bundle
from toy_graphs import META, Counted, Elsewhere, TracedGraphs, uncompiled

CPU = torch.device("cpu")
MODELS, BATCH, STEPS = 3, 8, 4
STEPPED = [name for name, kind in OBJECTIVES.usable().items() if not kind.closed_form]
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "of twins": ("look_state_nce", {"recolored": 0.5, "own_copies": 0.2, "one_hue": 0.3}),
    "stratified": ("beta_tcvae", {"estimate": "stratified"}),
    "told a factor": ("cvae", {"condition": "hue"}),
    "recolored": ("ml_vae", {"recolored": 0.5, "state_likeness": 1.0}),
}
NOISELESS = {"autoencoder", "sparse_autoencoder", "fsq", "qlae", "adversarial_autoencoder"}
"""Objectives that need no random number, but for an adversary's."""
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
def test_objectives_of_ours_are_found_to_be_such(case: str) -> None:
    made = make(case)
    before, random = [state(each) for each in made], torch.get_rng_state()
    for number in range(len(made[0].stages())):
        assert why_not([each.stages()[number].objective for each in made[:2]]) is None
    assert all(torch.equal(state(each), then) for each, then in zip(made, before, strict=True))
    assert torch.equal(torch.get_rng_state(), random)


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


FEW = ["beta_vae", "look_state_nce", "look_state_nce, of twins", "factor_vae", "vq_vae"]


@pytest.mark.parametrize("case", FEW)
def test_all_of_a_stack_s_loss_is_computed_where_the_weights_are(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())
    stack = Stack([each.to(META) for each in make(case)])
    pictures = torch.empty(MODELS * BATCH, 3, 32, 32, device=META)
    with Elsewhere(numbers=True) as elsewhere:
        losses = stack.losses_given(pictures, torch.empty((), device=META), None)
        losses.total.sum().backward()
    assert elsewhere.found == []
    assert {each.device for each in (losses.total, *losses.terms.values())} == {META}


@pytest.mark.parametrize("case", FEW)
def test_a_step_of_many_is_hardly_more_operations_than_a_step_of_one(case: str) -> None:
    counts = []
    for count in (1, 8):
        models = [make(case)[0] for _ in range(count)]
        stack = Stack(models) if count > 1 else None
        stage, frames = models[0].stages()[0], torch.cat(batches(0)[:1] * count)
        step = TrainingStep(models[0], stage, CPU, torch.float32, stack=stack)
        step(frames, 0)
        with Counted() as counted:
            step(frames, 1)
        counts.append(counted.count)
    assert counts[0] > 100 and counts[1] < 1.7 * counts[0]


@pytest.mark.parametrize("case", ["beta_vae", "look_state_nce", "vq_vae"])
def test_a_stack_can_be_replayed(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = trained_at_once(make(case), 0)
    monkeypatch.setattr(darla.vision.graphed_step, "CudaGraphs", TracedGraphs)
    monkeypatch.setattr(torch, "compile", uncompiled)
    monkeypatch.setattr(TracedGraphs, "replays", 0)
    found = trained_at_once(make(case), 0, speed="graphs")
    assert TracedGraphs.replays == STEPS - 3
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.total, other.total, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("case", ["beta_vae", "look_state_nce", "factor_vae", "vq_vae"])
def test_a_stack_can_be_compiled_as_one_graph(case: str) -> None:
    torch.compiler.reset()
    found = []
    for compiled in (False, True):
        stack = Stack(make(case), randomness="same")
        losses: Any = stack.losses_given
        if compiled:
            losses = torch.compile(losses, fullgraph=True, backend="aot_eager")
        torch.manual_seed(0)
        shown = to_pictures(torch.cat(batches(0)))
        found.append(losses(shown, torch.ones(()), None).total)
    torch.testing.assert_close(*found, rtol=2e-3, atol=2e-3)
