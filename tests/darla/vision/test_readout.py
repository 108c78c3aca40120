"""A second decoder, for eyes, of an encoder that is trained already."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.remembered import encode_sequence
from darla.vision.train import train_vision
from toy_frames import tiny_config, toy_frames, write_toy_dataset

COUNT = 160


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_dataset(tmp_path_factory.mktemp("frames") / "toy", COUNT, chunk_size=80)


def test_a_readout_draws_better_what_the_same_encoder_sees(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run", epochs=6.0, beta=0.1)
    before = load_encoder(train_vision(config).bundle)
    pictures = (config.out / "reconstructions.png").read_bytes()
    asked = dataclasses.replace(config, readout_epochs=30.0)
    after = load_encoder(train_vision(asked).bundle)

    frames, _ = toy_frames(64, seed=1)
    np.testing.assert_array_equal(before.encode(frames), after.encode(frames))
    errors = [
        np.abs(each.decode(each.encode(frames)).astype(float) - frames).mean()
        for each in (before, after)
    ]
    assert errors[1] < 0.7 * errors[0]
    assert before.decoder.shape.decoder is None and after.decoder.shape.decoder == "readout"
    assert after.config["objective"]["name"] == "beta_vae"
    settings = before.config["objective"]["settings"]
    assert after.config["objective"]["settings"] == {**settings, "readout_epochs": 30.0}
    assert after.config["verdict"]["kept_variance"] > before.config["verdict"]["kept_variance"]
    assert (config.out / "reconstructions.png").read_bytes() != pictures


def test_a_finished_readout_is_not_trained_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny_config(data, tmp_path / "run", epochs=1.0, readout_epochs=1.0)
    bundle = train_vision(config).bundle
    weights = (bundle / "model.safetensors").read_bytes()
    capsys.readouterr()
    train_vision(config)
    assert "nothing to do" in capsys.readouterr().out
    assert (bundle / "model.safetensors").read_bytes() == weights


def test_the_same_seed_gives_the_same_readout(data: Path, tmp_path: Path) -> None:
    found = [
        load_encoder(
            train_vision(
                tiny_config(data, tmp_path / name, epochs=1.0, readout_epochs=2.0, seed=3)
            ).bundle
        )
        for name in ("one", "other")
    ]
    one, other = (each.decoder.state_dict() for each in found)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_readout_of_an_encoder_with_memory_learns_from_sequences(tmp_path: Path) -> None:
    acted = write_toy_dataset(tmp_path / "toy", COUNT, chunk_size=80, per_look=8, choices=3)
    config = tiny_config(acted, tmp_path / "run", objective="sequence_vae", sequence_length=4)
    before = load_encoder(train_vision(config).bundle)
    after = load_encoder(train_vision(dataclasses.replace(config, readout_epochs=2.0)).bundle)
    frames, _ = toy_frames(16, seed=1)
    actions, starts = np.zeros(16, int), np.arange(16) % 8 == 0
    seen = [encode_sequence(each, frames, actions, starts) for each in (before, after)]
    np.testing.assert_array_equal(*seen)
    assert after.decoder.shape.decoder == "readout"
    assert after.decode(seen[1]).shape == frames.shape
    np.testing.assert_array_equal(before.statistics.std, after.statistics.std)
