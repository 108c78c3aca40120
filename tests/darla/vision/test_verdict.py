from pathlib import Path

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.networks import Posterior
from darla.vision.train import train_vision
from darla.vision.verdict import MOST_MOVEMENT, collapse_warning, judge, varied_share
from toy_frames import tiny_config, toy_frames, write_toy_bundle, write_toy_dataset


def test_dead_latents_are_reported(tmp_path: Path) -> None:
    frozen = load_encoder(write_toy_bundle(tmp_path))
    frozen.statistics.kl[:] = 0.009
    warning = collapse_warning(frozen)
    assert warning is not None and "all 4 latents have collapsed" in warning
    assert "\n" not in warning


def test_pictures_that_never_vary_are_reported(tmp_path: Path) -> None:
    frozen = load_encoder(write_toy_bundle(tmp_path, posterior="point"))
    assert frozen.active.any()
    for parameter in frozen.decoder.convolutions.parameters():
        parameter.data.zero_()
    warning = collapse_warning(frozen)
    assert warning is not None and "reconstructions have collapsed" in warning


def test_a_model_that_sees_is_left_in_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = load_encoder(write_toy_bundle(tmp_path, posterior="point"))
    monkeypatch.setattr(frozen, "decode", lambda latents: frozen.reference_frames)
    assert collapse_warning(frozen) is None


def test_the_share_of_variance_that_is_kept() -> None:
    frames, _ = toy_frames(20)
    mean = np.broadcast_to(frames.mean(axis=0).astype(np.uint8), frames.shape)
    assert varied_share(frames, frames) == 1.0
    assert varied_share(frames, mean) == 0.0
    assert varied_share(frames, frames // 2) == pytest.approx(0.25, abs=0.02)
    assert varied_share(mean, mean) == 1.0


@pytest.fixture
def told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrozenEncoder:
    """Return an encoder that keeps pictures and says which latents hold the state."""
    frozen = load_encoder(write_toy_bundle(tmp_path))
    frozen.statistics.kl[:] = 1.0
    frozen.config["latent_roles"] = {"look": [0, 1], "state": [2, 3]}
    monkeypatch.setattr(frozen, "decode", lambda latents: frozen.reference_frames)
    return frozen


def see(frozen: FrozenEncoder, state: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the encoder see colours in its look, and what is given for each frame in its state."""

    def forward(pictures: torch.Tensor) -> Posterior:
        times = len(pictures) // len(frozen.reference_frames)
        look = pictures.mean(dim=(2, 3))[:, :2]
        return Posterior(torch.cat([look, state.repeat(times, 1)], dim=1), None)

    monkeypatch.setattr(frozen.encoder, "forward", forward)


def see_colors_alone(frozen: FrozenEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the encoder see colours in its look and in its state alike."""

    def forward(pictures: torch.Tensor) -> Posterior:
        return Posterior(pictures.mean(dim=(2, 3))[:, [0, 1, 0, 1]], None)

    monkeypatch.setattr(frozen.encoder, "forward", forward)


def test_a_state_that_colours_do_not_move_is_told_apart(
    told_apart: FrozenEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(told_apart, torch.randn(len(told_apart.reference_frames), 2), monkeypatch)
    verdict = judge(told_apart)
    assert (verdict.state_movement, verdict.failure) == (0.0, None)
    assert (verdict.kept_variance, verdict.active_latents) == (1.0, 4)


def test_a_state_that_is_the_look_has_failed(
    told_apart: FrozenEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_colors_alone(told_apart, monkeypatch)
    before = torch.get_rng_state()
    verdict = judge(told_apart)
    assert torch.equal(before, torch.get_rng_state())
    assert verdict == judge(told_apart)
    assert verdict.state_movement is not None and verdict.state_movement > MOST_MOVEMENT
    assert verdict.failure is not None and "have not been told apart" in verdict.failure
    assert "\n" not in verdict.failure


def test_twins_take_the_place_of_copies_in_other_colours(
    told_apart: FrozenEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_colors_alone(told_apart, monkeypatch)
    frames = told_apart.reference_frames
    same, other = np.stack([frames, frames]), np.stack([frames, frames[::-1]])
    assert judge(told_apart, twins=same).state_movement == 0.0
    assert judge(told_apart, twins=same).failure is None
    moved = judge(told_apart, twins=other)
    assert moved.state_movement is not None and moved.state_movement > MOST_MOVEMENT
    assert moved.failure is not None and "when nothing but the look changes" in moved.failure


def test_a_state_without_active_latents_has_failed(told_apart: FrozenEncoder) -> None:
    told_apart.statistics.kl[2:] = 0.0
    verdict = judge(told_apart)
    assert verdict.state_movement is None
    assert verdict.failure is not None and verdict.failure.startswith("the state has collapsed")


def test_the_encoder_that_ships_is_sound() -> None:
    verdict = judge(load_encoder("rooms"))
    assert verdict.failure is None
    assert verdict.state_movement is not None and verdict.state_movement < 0.4
    assert verdict.kept_variance > 0.7


def test_a_bundle_says_whether_it_has_failed(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 96, per_look=4)
    sound = load_encoder(train_vision(tiny_config(data, tmp_path / "sound", epochs=14.0)).bundle)
    assert sound.failure is None
    assert sound.config["verdict"] == judge(sound).to_json()
    assert sound.config["verdict"]["state_movement"] is None  # a beta-VAE tells nothing apart
    dear = tiny_config(data, tmp_path / "dear", beta=1e4, epochs=8.0)
    failed = load_encoder(train_vision(dear).bundle)
    assert failed.failure is not None and "have collapsed" in failed.failure
