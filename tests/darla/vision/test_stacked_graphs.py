"""A step of a stack is one graph on one device, of hardly more operations than one model's."""

import contextlib
from typing import Any

import pytest
import torch

import darla.vision.graphed_step
from darla.encoder.networks import to_pictures
from darla.vision.stack import Stack
from darla.vision.training_step import TrainingStep
from toy_graphs import META, Counted, Elsewhere, TracedGraphs, uncompiled
from toy_stacks import BATCH, CPU, MODELS, STEPS, batches, make, trained_at_once

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


@pytest.mark.parametrize("case", ["look_state_nce", "vq_vae"])
def test_a_stack_can_be_replayed(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = trained_at_once(make(case), 0)
    monkeypatch.setattr(darla.vision.graphed_step, "CudaGraphs", TracedGraphs)
    monkeypatch.setattr(torch, "compile", uncompiled)
    monkeypatch.setattr(TracedGraphs, "replays", 0)
    found = trained_at_once(make(case), 0, speed="graphs")
    assert TracedGraphs.replays == STEPS - 3
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.total, other.total, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("case", ["look_state_nce", "factor_vae", "vq_vae"])
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
