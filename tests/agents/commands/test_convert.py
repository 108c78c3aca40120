"""``darla convert``: frames that somebody has are learnt from, without an environment."""

from pathlib import Path

import numpy as np
import pytest

from darla import FrameDataset
from toy_commands import run_darla
from toy_frames import toy_frames

TINY = "--epochs 1 --batch-size 32 --channels 8 16 --hidden-units 32 --latents 4 --device cpu"


def test_an_encoder_learns_from_an_npz(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames, _ = toy_frames(96, per_look=4)
    np.savez(tmp_path / "mine.npz", frames=frames, episode_starts=np.arange(96) % 4 == 0)
    assert run_darla("convert", tmp_path / "mine.npz", tmp_path / "data") == 0
    said = capsys.readouterr().out
    assert "read     96 frames of 32 x 32, a NumPy file" in said and "one episode" not in said
    assert (tmp_path / "data.contact_sheet.png").is_file()
    out = tmp_path / "run"
    assert run_darla("train-vision", "--data", tmp_path / "data", "--out", out, *TINY.split()) == 0
    assert (out / "encoder/model.safetensors").is_file()


def test_what_is_wrong_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "mine.npy", np.zeros((3, 8, 8)))
    assert run_darla("convert", tmp_path / "mine.npy", tmp_path / "data") == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and "expected frames uint8" in said


def test_a_dataset_goes_out_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames, _ = toy_frames(6)
    np.save(tmp_path / "mine.npy", frames)
    assert run_darla("convert", tmp_path / "mine.npy", tmp_path / "data") == 0
    assert "all frames are one episode" in capsys.readouterr().out
    assert run_darla("convert", tmp_path / "data", tmp_path / "pngs", "--to", "pictures") == 0
    assert "lost     actions, rewards and factors" in capsys.readouterr().out
    assert run_darla("convert", tmp_path / "pngs", tmp_path / "back", "--image-size", 16) == 0
    assert FrameDataset.open(tmp_path / "back").shape == (6, 16, 16, 3)
