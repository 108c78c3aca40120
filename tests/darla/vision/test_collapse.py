from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.vision.collapse import collapse_warning, varied_share
from toy_frames import toy_frames, write_toy_bundle


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
