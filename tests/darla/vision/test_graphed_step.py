"""Replayed steps are the steps that would have been taken, whatever moves while they are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

import darla.vision.graphed_step
from darla.objectives import LossTerms, Objective
from darla.objectives.autoencoder import Autoencoder
from darla.vision.graphed_step import CudaGraphs, GraphedStep
from darla.vision.training_step import Decay, TrainingStep, speed_of
from toy_frames import tiny_objective, tiny_settings, toy_facts, toy_frames
from toy_graphs import TracedGraphs, uncompiled

CPU, GPU = torch.device("cpu"), torch.device("cuda")
STEPS = 9
FRAMES = torch.from_numpy(toy_frames(8 * STEPS)[0]).split(8)


@pytest.fixture(autouse=True)
def weights_are_cast_anew() -> Iterator[None]:
    """Let autocast keep no weights: tracing forbids it to, and gradients are added up otherwise."""
    before = torch.is_autocast_cache_enabled()
    torch.set_autocast_cache_enabled(False)
    yield
    torch.set_autocast_cache_enabled(before)


class Unrecorded(CudaGraphs):
    """Replays nothing: all steps are taken."""

    def beside(self, take: Any, *batch: Any) -> LossTerms:
        losses: LossTerms = take(*batch)
        return losses

    def recorded(self, take: Any, *batch: Any) -> Any:
        return take


def trained(
    objective: Objective,
    graphs: type[CudaGraphs],
    monkeypatch: pytest.MonkeyPatch,
    precision: torch.dtype = torch.float32,
) -> tuple[list[LossTerms], list[Tensor]]:
    """Take some steps by a graph; returns losses and weights."""
    monkeypatch.setattr(darla.vision.graphed_step, "CudaGraphs", graphs)
    monkeypatch.setattr(torch, "compile", uncompiled)
    torch.manual_seed(1)
    stage = objective.stages()[-1]
    step = TrainingStep(objective, stage, CPU, precision, "graphs", Decay(STEPS, 0.5))
    stage.objective.train()
    losses = []
    for number, frames in enumerate(FRAMES):
        found = step(frames, number)
        terms = {tag: value.clone() for tag, value in found.terms.items()}
        losses.append(LossTerms(found.total.clone(), terms))
    assert step.first_bad() is None
    assert step.in_fact() == ("graphs" if graphs is TracedGraphs else "compiled") or isinstance(
        objective, Asking
    )
    return losses, [each.clone() for each in objective.state_dict().values()]


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("annealed_vae", {"capacity_steps": 6}),
        ("factor_vae", {}),  # has an adversary
        ("vq_vae", {}),  # learns beside its gradients
        ("look_state_nce", {"beta_warmup": 0.5}),
    ],
)
def test_a_replayed_step_is_the_step(
    name: str, settings: dict[str, Any], precision: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: Callable[[], Objective] = lambda: tiny_objective(name, STEPS, **settings)  # noqa: E731
    expected, weights = trained(make(), Unrecorded, monkeypatch, precision)
    monkeypatch.setattr(TracedGraphs, "replays", 0)
    losses, replayed = trained(make(), TracedGraphs, monkeypatch, precision)
    assert TracedGraphs.replays == STEPS - 3
    for before, after in zip(expected, losses, strict=True):
        torch.testing.assert_close(after.terms, before.terms, rtol=0, atol=0)
        assert torch.equal(after.total, before.total)
    assert all(map(torch.equal, weights, replayed))


def test_steps_by_a_graph_are_those_without(monkeypatch: pytest.MonkeyPatch) -> None:
    losses, weights = trained(tiny_objective("beta_vae", STEPS), TracedGraphs, monkeypatch)
    objective = tiny_objective("beta_vae", STEPS)
    torch.manual_seed(1)
    stage = objective.stages()[0]
    step = TrainingStep(objective, stage, CPU, torch.float32, decay=Decay(STEPS, 0.5))
    for number, (frames, found) in enumerate(zip(FRAMES, losses, strict=True)):
        torch.testing.assert_close(step(frames, number).terms, found.terms, rtol=1e-4, atol=1e-6)
    for one, other in zip(weights, objective.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


class Asking(Autoencoder):
    """Looks at its loss, for which a GPU would be waited."""

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        assert plain.total.item() > 0
        return plain


def test_what_is_no_graph_is_said_in_a_line_and_trained_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(kind: type[Autoencoder]) -> Autoencoder:
        torch.manual_seed(0)
        return kind(tiny_settings("autoencoder"), toy_facts())

    expected, _ = trained(make(Autoencoder), Unrecorded, monkeypatch)
    capsys.readouterr()
    losses, _ = trained(make(Asking), TracedGraphs, monkeypatch)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: the training step is no CUDA graph, and slower for it: ")
    assert [each.total.item() for each in losses] == [each.total.item() for each in expected]


def test_the_first_steps_are_taken_as_they_are() -> None:
    recorded = []

    class Counted(Unrecorded):
        def recorded(self, take: Any, *batch: Any) -> Any:
            recorded.append(True)
            return take

    step = GraphedStep(lambda frames, _: LossTerms(frames.float().mean(), {}))
    step._graphs = Counted()
    for frames in FRAMES:
        before = len(recorded)
        step(frames, None)
        assert len(recorded) - before == (frames is FRAMES[3])


def test_only_a_gpu_replays_and_only_what_is_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = tiny_objective("vae")
    assert speed_of(objective, True, GPU) == "graphs"
    assert speed_of(objective, False, GPU) == speed_of(objective, True, CPU) == "eager"
    monkeypatch.setattr(type(objective), "one_graph", False)
    assert speed_of(objective, True, GPU) == "eager"
