import errno
import os
from pathlib import Path

import pytest
import torch

import darla.vision.checkpoints
from darla.running.step_folders import step_folders
from darla.vision.checkpoints import (
    Checkpoint,
    resume,
    save_checkpoint,
)


def checkpoint(step: int) -> Checkpoint:
    info = {"stage": 0, "stage_name": "toy", "stage_step": step, "dataset": {}}
    return Checkpoint(step, {"weights": torch.full((3,), float(step))}, info)


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    return resume(folder, lambda found: found)


def test_the_newest_checkpoint_comes_back(tmp_path: Path) -> None:
    assert latest_checkpoint(tmp_path) is None
    for step in (5, 100, 20):
        save_checkpoint(tmp_path, checkpoint(step))
    newest = latest_checkpoint(tmp_path)
    assert newest is not None and newest.step == 100 and newest.info["stage"] == 0
    assert torch.equal(newest.tensors["weights"], torch.full((3,), 100.0))


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4):
        save_checkpoint(tmp_path, checkpoint(step))
    assert [path.name for path in step_folders(tmp_path)] == [
        "step_0000000003",
        "step_0000000004",
    ]


def test_a_step_can_be_saved_again(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    save_checkpoint(tmp_path, checkpoint(1))
    assert len(step_folders(tmp_path)) == 1


DAMAGES = {
    "truncated": lambda folder: shorten(folder / "state.safetensors"),
    "no json": lambda folder: (folder / "state.json").unlink(),
    "bad json": lambda folder: (folder / "state.json").write_text("{"),
    "deep json": lambda folder: (folder / "state.json").write_text("[" * 100_000),
    "a list": lambda folder: (folder / "state.json").write_text("[]"),
    "no stage": lambda folder: (folder / "state.json").write_text('{"step": 2}'),
    "a pipe": lambda folder: pipe(folder / "state.json"),
}


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4])


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_passed_over(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    newest = save_checkpoint(tmp_path, checkpoint(2))
    DAMAGES[damage](newest)
    found = latest_checkpoint(tmp_path)
    assert found is not None and found.step == 1
    assert "damaged checkpoint" in capsys.readouterr().err


def test_one_that_cannot_be_gone_on_from_is_passed_over(tmp_path: Path) -> None:
    for step in (1, 2):
        save_checkpoint(tmp_path, checkpoint(step))

    def use(found: Checkpoint) -> int:
        if found.step == 2:
            raise ValueError("it does not fit")
        return found.step

    assert resume(tmp_path, use) == 1


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    newest = save_checkpoint(tmp_path, checkpoint(1))
    (newest / "state.json").unlink()
    with pytest.raises(ValueError, match="no checkpoint in"):
        latest_checkpoint(tmp_path)


def test_a_full_disk_costs_no_earlier_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path, checkpoint(1))

    def full(path: Path, value: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(darla.vision.checkpoints, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path, checkpoint(2))
    assert [path.name for path in tmp_path.iterdir()] == ["step_0000000001"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".step_0000000009.1234.tmp").mkdir(parents=True)
    save_checkpoint(tmp_path, checkpoint(1))
    assert [path.name for path in tmp_path.iterdir()] == ["step_0000000001"]
