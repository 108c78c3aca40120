"""Batches and learning rates that nobody gave are those that were measured, or fit a GPU."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

import darla.vision.batch_choice
from darla.vision.batch_choice import chosen_batch, fitting_rate, settled
from darla.vision.config import VisionConfig
from darla.vision.train import train_vision
from toy_frames import tiny_config
from toy_runs import COUNT

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def test_a_cpu_has_what_was_measured(tmp_path: Path) -> None:
    found = settled(VisionConfig((Path("data"),), tmp_path / "run", device="cpu"), 10**9)
    assert (found.batch_size, found.learning_rate) == (32, 0.001)


@pytest.mark.parametrize(
    ("frames", "batch"),
    [(140_000, 32), (639_999, 32), (640_000, 64), (3 * 10**6, 256), (10**9, 512)],
)
def test_a_gpu_s_batches_leave_enough_steps(frames: int, batch: int) -> None:
    assert chosen_batch(frames, GPU) == batch
    assert batch == 32 or frames / batch >= 10_000
    assert chosen_batch(frames, CPU) == 32


def test_the_rate_grows_with_the_root_of_a_chosen_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [fitting_rate(batch) for batch in (32, 128, 512)] == pytest.approx([1e-3, 2e-3, 4e-3])
    monkeypatch.setattr(darla.vision.batch_choice, "resolve_device", lambda _: "cuda")
    config = VisionConfig((Path("data"),), tmp_path / "run", epochs=10.0)
    found = settled(config, 10**6)
    assert (found.batch_size, found.learning_rate) == (512, pytest.approx(4e-3))
    given = settled(dataclasses.replace(config, learning_rate=0.01), 10**6)
    assert (given.batch_size, given.learning_rate) == (512, 0.01)
    given = settled(dataclasses.replace(config, batch_size=256), 10**6)
    assert (given.batch_size, given.learning_rate) == (256, 0.001)


def test_a_run_keeps_what_it_was_begun_with(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(data, tmp_path / "run", epochs=0.5, batch_size=None, learning_rate=None)
    monkeypatch.setattr(darla.vision.batch_choice, "USUAL_BATCH", 8)
    trained = train_vision(config)
    training = json.loads((trained.bundle / "config.json").read_text())["training"]
    assert (training["batch_size"], training["learning_rate"]) == (8, 0.001)
    assert training["steps"] == COUNT // 16
    monkeypatch.setattr(darla.vision.batch_choice, "USUAL_BATCH", 16)
    again = settled(config, COUNT)
    assert (again.batch_size, again.learning_rate) == (8, 0.001)
    assert train_vision(config) == trained
    with pytest.raises(ValueError, match="batch_size=8, not 16"):
        train_vision(dataclasses.replace(config, batch_size=16))


def test_what_a_damaged_record_says_is_checked(tmp_path: Path, data: Path) -> None:
    config = tiny_config(data, tmp_path / "run", epochs=0.5, batch_size=None)
    train_vision(config)
    record = config.out / "run.json"
    told = json.loads(record.read_text())
    told["config"]["batch_size"] = -3
    record.write_text(json.dumps(told))
    with pytest.raises(ValueError, match="batch_size is -3; expected a number above 0"):
        train_vision(config)
