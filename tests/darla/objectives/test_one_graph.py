"""A step on any objective is one graph: nothing in it asks the device, or lies on another one.

Objectives of which this cannot be say ``one_graph = False``, and are trained eagerly.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._dynamo.utils import counters

import darla.vision.graphed_step
from darla.encoder.bundle import load_encoder
from darla.objectives import OBJECTIVES, Objective, TrainingFacts, make_objective
from darla.objectives.readout import Readout
from darla.vision.training_step import Decay, Speed, TrainingStep
from toy_frames import tiny_objective, tiny_settings, toy_frames, write_toy_bundle
from toy_graphs import META, Elsewhere, TracedGraphs, uncompiled
from toy_stacks import VARIANTS

GRAPHS = [
    name for name, kind in OBJECTIVES.usable().items() if kind.one_graph and not kind.closed_form
]
MORE_VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    **VARIANTS,
    "inverse multiquadric": ("info_vae", {"kernel": "imq"}),
    "gaussian": ("beta_vae", {"likelihood": "gaussian", "beta_warmup": 0.5, "free_bits": 0.1}),
    "standardized": ("darla_2017", {"feature_scaling": "standardize", "beta_warmup": 0.5}),
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: (name, {}) for name in GRAPHS},
    **{f"{name}, {what}": (name, settings) for what, (name, settings) in MORE_VARIANTS.items()},
}
CPU = torch.device("cpu")
STEPS, BATCH = 6, 8
FRAMES = torch.from_numpy(toy_frames(STEPS * BATCH)[0]).split(BATCH)


def make(case: str) -> Objective:
    """Make the tiny objective of a case."""
    name, settings = CASES[case]
    facts = TrainingFacts(
        (32, 32, 3), 160, STEPS, has_twins="of twins" in case, factors={"hue": 1}, actions=(3, 0)
    )
    torch.manual_seed(0)
    return make_objective(tiny_settings(name, **settings), facts)


def given(objective: Objective, device: torch.device = CPU) -> Tensor | None:
    """Return what stands beside a batch of frames."""
    if objective.sequence_length > 1:
        return torch.zeros(BATCH, 4, device=device)
    return torch.zeros(BATCH, 1, device=device) if objective.factor else None


def test_objectives_that_are_no_graph_are_known() -> None:
    """Whoever adds one says here why."""
    others = {name for name, kind in OBJECTIVES.usable().items() if not kind.one_graph}
    assert others == set()


@pytest.mark.parametrize("case", CASES)
def test_all_of_a_loss_is_computed_where_the_weights_are(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())
    objective = make(case).to(META)
    pictures, step = torch.empty(BATCH, 3, 32, 32, device=META), torch.empty((), device=META)
    with Elsewhere() as elsewhere:
        losses = objective.losses_given(pictures, step, given(objective, META))
        both = losses.total if losses.adversary is None else losses.total + losses.adversary
        both.backward()
    assert elsewhere.found == []
    assert {each.device for each in (losses.total, *losses.terms.values())} == {META}


def test_what_is_made_elsewhere_is_noticed() -> None:
    with Elsewhere() as elsewhere:
        torch.empty(3, device=META) * torch.ones(())
    assert elsewhere.found
    with pytest.raises(RuntimeError), Elsewhere():
        torch.empty((), device=META).item()


def losses_of(objective: Objective, speed: Speed) -> list[dict[str, float]]:
    """Return the losses of some steps of every stage."""
    found = []
    for stage in objective.stages():
        torch.compiler.reset()
        torch.manual_seed(1)
        step = TrainingStep(objective, stage, CPU, torch.float32, speed, Decay(STEPS, 0.5))
        stage.objective.train()
        for number, frames in enumerate(FRAMES):
            losses = step(frames, number, given(stage.objective))
            values = {"total": losses.total, **losses.terms}
            found.append({tag: value.item() for tag, value in values.items()})
        assert step.in_fact() == speed
    return found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_its_steps_can_be_replayed(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(darla.vision.graphed_step, "CudaGraphs", TracedGraphs)
    monkeypatch.setattr(torch, "compile", uncompiled)
    monkeypatch.setattr(TracedGraphs, "replays", 0)

    objective = make(case)
    replayed = losses_of(objective, "graphs")
    assert TracedGraphs.replays == len(objective.stages()) * (STEPS - 3)
    _assert_close(replayed, losses_of(make(case), "eager"))


@pytest.fixture
def quick_compiler() -> Iterator[None]:
    """Let inductor draw torch's random numbers, and spare the compiler what makes code fast.

    Compiling anything twice is an error.
    """
    quick = {
        "fallback_random": True,
        "compile_threads": 1,
        "aot_inductor.debug_compile": True,
        "cpp.simdlen": 1,
    }
    with (
        torch._dynamo.config.patch(error_on_recompile=True),
        torch._inductor.config.patch(quick),
    ):
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("case", CASES)
def test_it_is_compiled_once_as_one_graph(case: str) -> None:
    """What inductor makes of it are the eager losses, whatever moves with the steps."""
    expected = losses_of(make(case), "eager")
    counters.clear()
    objective = make(case)
    found = losses_of(objective, "compiled")
    assert not counters["graph_break"]
    assert counters["stats"]["unique_graphs"] == len(objective.stages())
    _assert_close(found, expected)


@pytest.mark.slow
@pytest.mark.usefixtures("quick_compiler")
def test_a_decoder_for_eyes_is_compiled_as_one_graph(tmp_path: Path) -> None:
    bundle = load_encoder(write_toy_bundle(tmp_path / "encoder"))

    def readout() -> Readout:
        torch.manual_seed(0)
        return Readout(bundle, tiny_objective("vae").facts, str(tmp_path))

    expected = losses_of(readout(), "eager")
    counters.clear()
    _assert_close(losses_of(readout(), "compiled"), expected)
    assert not counters["graph_break"]
    assert counters["stats"]["unique_graphs"] == 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("case", CASES)
def test_a_gpu_replays_its_steps_without_being_waited_for(
    case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Uncompiled, which takes seconds for all of them; random numbers are those of the device."""
    monkeypatch.setattr(torch, "compile", uncompiled)
    gpu, frames = torch.device("cuda"), [each.cuda() for each in FRAMES]
    totals = []
    for speed in ("eager", "graphs"):
        objective = make(case).to(gpu)
        beside = given(objective, gpu)
        torch.manual_seed(1)
        stage = objective.stages()[-1]
        step = TrainingStep(objective, stage, gpu, torch.float32, speed, Decay(STEPS, 0.5))
        stage.objective.train()
        found = []
        for number, each in enumerate(frames):
            torch.cuda.set_sync_debug_mode("error" if speed == "graphs" and number > 3 else 0)
            try:
                found.append(step(each, number, beside).total.clone())
            finally:
                torch.cuda.set_sync_debug_mode(0)
        assert step.first_bad() is None
        totals.append([total.item() for total in found])
    assert step.in_fact() == "graphs"
    assert not capsys.readouterr().err
    assert totals[1] == pytest.approx(totals[0], rel=0.02)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("case", ["beta_vae", "look_state_nce"])
def test_a_gpu_compiles_it_and_replays_that(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    torch.compiler.reset()
    gpu, totals = torch.device("cuda"), []
    for speed in ("eager", "graphs"):
        objective = make(case).to(gpu)
        torch.manual_seed(1)
        step = TrainingStep(objective, objective.stages()[-1], gpu, torch.float32, speed)
        with torch._inductor.config.patch(fallback_random=True):
            totals.append(
                [step(each.cuda(), number).total.item() for number, each in enumerate(FRAMES)]
            )
        assert step.in_fact() == speed
    assert not capsys.readouterr().err
    assert totals[1] == pytest.approx(totals[0], rel=1e-2)


def _assert_close(found: list[dict[str, float]], expected: list[dict[str, float]]) -> None:
    """Check that losses are the same but for rounding, which training lets grow."""
    assert [each.keys() for each in found] == [each.keys() for each in expected]
    for one, other in zip(found, expected, strict=True):
        for tag, value in one.items():
            assert value == pytest.approx(other[tag], rel=2e-3, abs=2e-4), tag
