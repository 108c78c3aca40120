"""Whatever happens to the compiler, the steps that are taken are the same."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._dynamo.exc import BackendCompilerFailed

from darla.objectives import LossTerms
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, toy_frames
from toy_graphs import uncompiled

CPU = torch.device("cpu")
FRAMES = torch.from_numpy(toy_frames(24)[0]).split(8)
Losses = Callable[..., LossTerms]
IN_FACT: list[str] = []


def trained(speed: Any) -> list[Tensor]:
    """Return the losses and weights of some steps of what draws, and learns beside gradients."""
    objective = tiny_objective("vq_vae")
    torch.manual_seed(1)
    step = TrainingStep(objective, objective.stages()[0], CPU, torch.float32, speed)
    losses = [step(frames, number).total for number, frames in enumerate(FRAMES)]
    IN_FACT[:] = [step.in_fact()]
    return [*losses, *(each.clone() for each in objective.state_dict().values())]


def fails_forward(losses: Losses, **_: Any) -> Losses:
    def failing(*batch: Any) -> LossTerms:
        losses(*batch)  # as far as it comes
        raise RuntimeError("no\ncompiler " + 1000 * "!")

    return failing


class _Broken(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, total: Tensor) -> Tensor:
        return total.clone()

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Any:
        raise RuntimeError("no compiler for gradients")


def fails_backward(losses: Losses, **_: Any) -> Losses:
    def failing(*batch: Any) -> LossTerms:
        found = losses(*batch)
        return LossTerms(_Broken.apply(found.total), found.terms)  # type: ignore[no-untyped-call]

    return failing


def fails_at_once(losses: Losses, **_: Any) -> Losses:
    raise RuntimeError("torch.compile is not supported on this Python")


@pytest.mark.parametrize("failing", [fails_forward, fails_backward, fails_at_once])
def test_what_cannot_be_compiled_is_said_in_a_line_and_trained_eagerly(
    failing: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = trained("eager")
    monkeypatch.setattr(torch, "compile", failing)
    assert all(map(torch.equal, trained("compiled"), expected))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: the training step is not compiled, and slower for it: Runtime")
    assert len(line) < 300
    assert IN_FACT == ["eager"]


def test_compiling_takes_no_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = trained("eager")
    monkeypatch.setattr(torch, "compile", uncompiled)
    assert all(map(torch.equal, trained("compiled"), expected))
    assert not capsys.readouterr().err
    assert IN_FACT == ["compiled"]


def test_a_broken_cache_is_left_aside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is compiled fails as long as the cache is the one that is broken."""
    expected = trained("eager")
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    tried = []

    def compiled(losses: Losses, **_: Any) -> Losses:
        def called(*batch: Any) -> LossTerms:
            tried.append(os.environ["TORCHINDUCTOR_CACHE_DIR"])
            if tried == [str(tmp_path)]:
                raise BackendCompilerFailed(compiled, OSError("file too short"), None)
            return losses(*batch)

        return called

    monkeypatch.setattr(torch, "compile", compiled)
    assert all(map(torch.equal, trained("compiled"), expected))
    assert not capsys.readouterr().err
    assert tried[1] != str(tmp_path) and os.environ["TORCHINDUCTOR_CACHE_DIR"] == str(tmp_path)


SCRIPT = """
import torch
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, toy_frames
from toy_graphs import uncompiled

objective, device = tiny_objective("autoencoder"), torch.device("cpu")
step = TrainingStep(objective, objective.stages()[0], device, torch.float32, "compiled")
print(step(torch.from_numpy(toy_frames(8)[0]), 0).total.item())
"""


@pytest.mark.slow
def test_a_library_that_a_killed_run_left_half_written_does_no_harm(tmp_path: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        places = {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, **places},
            capture_output=True,
            text=True,
            check=True,
        )

    first = run()
    libraries = list(tmp_path.rglob("*.so"))
    assert libraries
    for library in libraries:
        library.write_bytes(library.read_bytes()[:100])
    again = run()
    assert float(again.stdout) == pytest.approx(float(first.stdout), rel=1e-5)
    assert "warning: the training step" not in again.stderr
