"""Alarms: how often they are false, what raises them, and what is read from a file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses import alarm, auroc, calibrate, load_calibration
from darla.uses.alarm import score
from toy_frames import write_toy_bundle
from toy_quadrants import LOGVAR, quadrant_encoder, quadrant_frames, without_decoder

NAMES = {"reconstruction", "kl", "density", "worst"}


def usual(count: int, seed: int) -> np.ndarray:
    """Draw frames of four quarters in small noise, so that no two are lost alike."""
    frames = quadrant_frames(count, seed, spread=60)
    noise = np.random.default_rng(seed).normal(size=frames.shape, scale=4)
    return (frames + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def encoder() -> FrozenEncoder:
    return quadrant_encoder()


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_new_frames_raise_false_alarms_as_often_as_was_asked(
    encoder: FrozenEncoder, rate: float
) -> None:
    known = calibrate(encoder, usual(200, 1), usual(400, 2), rate)
    found = alarm(encoder, usual(800, 3), known)
    assert set(found.raised) == set(found.scores) == NAMES
    for raised in found.raised.values():
        assert raised.mean() == pytest.approx(rate, abs=0.045)


def test_of_the_held_out_frames_no_more_raise_one_than_the_rate(encoder: FrozenEncoder) -> None:
    held_out = usual(99, 2)
    found = alarm(encoder, held_out, calibrate(encoder, usual(200, 1), held_out, 0.1))
    for raised in found.raised.values():
        assert raised.sum() == 9  # the threshold is the 90th of 99: ceil(100 * 0.9)


def test_strange_frames_are_told_by_what_is_strange(encoder: FrozenEncoder) -> None:
    known = calibrate(encoder, usual(200, 1), usual(400, 2), 0.02)
    striped = usual(50, 4)
    striped[:, ::2] = striped[:, ::2] // 2  # in each quarter: another mean, and much is lost
    lost = alarm(encoder, striped, known)
    assert lost.raised["reconstruction"].all() and lost.raised["worst"].all()
    bright = np.full((50, 32, 32, 3), 250, np.uint8)
    away = alarm(encoder, bright, known)
    assert away.raised["density"].all() and away.raised["kl"].all()
    assert not away.raised["reconstruction"].any()
    assert auroc(*(alarm(encoder, each, known).scores["kl"] for each in (striped, bright))) == 1


def test_scores_are_those_of_the_closed_form(encoder: FrozenEncoder) -> None:
    frames = usual(20, 5)
    known = calibrate(encoder, usual(100, 1), usual(50, 2), 0.1)
    found = score(encoder, frames, known.density)
    means = encoder.encode(frames).astype(np.float64)
    nats = 0.5 * (means**2 + np.exp(LOGVAR) - 1 - LOGVAR).sum(axis=1)
    np.testing.assert_allclose(found["kl"], nats, rtol=1e-4)
    decoded = encoder.decode(encoder.encode(frames)).astype(float)
    errors = np.square((decoded - frames) / 255).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found["reconstruction"], errors, rtol=1e-4)


def test_an_alarm_without_calibration_is_refused_in_one_line(encoder: FrozenEncoder) -> None:
    with pytest.raises(ValueError, match="an alarm needs to be calibrated") as error:
        alarm(encoder, usual(2, 0), None)
    assert "\n" not in str(error.value)


def test_a_calibration_is_of_one_encoder(encoder: FrozenEncoder, tmp_path: Path) -> None:
    known = calibrate(encoder, usual(100, 1), usual(50, 2), 0.1)
    known.save(tmp_path / "alarm.json")
    other = load_encoder(write_toy_bundle(tmp_path / "other"))
    with pytest.raises(ValueError, match="the calibration is of another encoder"):
        alarm(other, usual(2, 0), known)
    with pytest.raises(ValueError, match="was calibrated for another encoder"):
        load_calibration(tmp_path / "alarm.json", other)


def test_what_is_saved_raises_the_same_alarms(encoder: FrozenEncoder, tmp_path: Path) -> None:
    known = calibrate(encoder, usual(100, 1), usual(50, 2), 0.1)
    known.save(tmp_path / "alarm.json")
    read = load_calibration(tmp_path / "alarm.json", encoder)
    assert (read.held_out_frames, read.false_alarm_rate) == (50, 0.1)
    before, after = (alarm(encoder, usual(80, 7), each) for each in (known, read))
    for name in NAMES:
        np.testing.assert_array_equal(before.scores[name], after.scores[name])
        np.testing.assert_array_equal(before.raised[name], after.raised[name])


def spoil(value: Any, path: str, new: Any) -> None:
    """Replace, or with ... remove, what lies at a path of keys."""
    *way, last = path.split(".")
    for key in way:
        value = value[key]
    if new is ...:
        del value[last]
    else:
        value[last] = new


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("format", "darla encoder"),
        ("schema", 2),
        ("false_alarm_rate", 1.5),
        ("thresholds", ...),
        ("thresholds.kl", ...),
        ("thresholds.kl", "much"),
        ("thresholds.kl", float("nan")),
        ("scales.kl.std", 0.0),
        ("scales.kl", ...),
        ("density", None),
        ("density.mean", [0.0]),
        ("density.covariance", [[0.0] * 12] * 12),
        ("density.covariance", [[1.0] * 12] * 11),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(
    encoder: FrozenEncoder, tmp_path: Path, path: str, new: Any
) -> None:
    file = tmp_path / "alarm.json"
    calibrate(encoder, usual(100, 1), usual(50, 2), 0.1).save(file)
    value = json.loads(file.read_text())
    spoil(value, path, new)
    file.write_text(json.dumps(value))
    with pytest.raises(ValueError, match=r"alarm\.json is damaged: .*; calibrate the alarm") as e:
        load_calibration(file, encoder)
    assert "\n" not in str(e.value)


def test_no_file_is_no_calibration(encoder: FrozenEncoder, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no calibration at .*; make one with darla use"):
        load_calibration(tmp_path / "none.json", encoder)


def test_rates_that_so_few_frames_cannot_hold_are_refused(encoder: FrozenEncoder) -> None:
    with pytest.raises(ValueError, match=r"10 held-out frames are too few .*give at least 19"):
        calibrate(encoder, usual(100, 1), usual(10, 2), 0.05)
    with pytest.raises(ValueError, match="false_alarm_rate is 0"):
        calibrate(encoder, usual(100, 1), usual(10, 2), 0)


@pytest.mark.parametrize(
    ("posterior", "names"),
    [("point", {"reconstruction", "density"}), ("fsq", {"reconstruction"})],
)
def test_encoders_have_the_scores_that_they_can(
    tmp_path: Path, posterior: str, names: set[str]
) -> None:
    codes = 5 if posterior == "fsq" else 0
    other = load_encoder(write_toy_bundle(tmp_path / "b", posterior=posterior, codes=codes))
    known = calibrate(other, usual(60, 1), usual(60, 2), 0.1)
    known.save(tmp_path / "alarm.json")
    found = alarm(other, usual(10, 3), load_calibration(tmp_path / "alarm.json", other))
    assert set(found.scores) == {*names, "worst"}
    if posterior == "fsq":
        with pytest.raises(ValueError, match="neither a decoder nor continuous latents"):
            calibrate(without_decoder(other), usual(60, 1), usual(60, 2), 0.1)


def test_without_a_decoder_latents_alone_are_asked() -> None:
    blind = without_decoder(quadrant_encoder())
    known = calibrate(blind, usual(100, 1), usual(50, 2), 0.1)
    assert set(alarm(blind, usual(5, 3), known).scores) == {"kl", "density", "worst"}


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    assert auroc(np.array([1.0, 2.0]), np.array([2.0, 3.0])) == pytest.approx(3.5 / 4)
    assert auroc(np.zeros(3), np.zeros(4)) == 0.5
