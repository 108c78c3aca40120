import numpy as np
import pytest

from darla.metrics import FactorColumn, check_samples
from darla.metrics.mig import mig
from darla.metrics.mutual_information import binned_information
from toy_codes import mixed_factors, permuted, stacked, ten_factors


def test_information_and_entropy_have_their_closed_forms() -> None:
    coin = np.tile([0, 1], 1000)
    other = np.repeat([0, 1], 1000)
    factors = [
        FactorColumn("coin", "categorical", coin, 0, 1),
        FactorColumn("pair", "categorical", coin + 2 * other, 0, 3),
    ]
    result = mig(check_samples(np.stack([coin, other, coin + other], axis=1), factors))
    np.testing.assert_allclose(result.entropies, [np.log(2), np.log(4)])
    half = 0.5 * np.log(2)  # whether coin + other is 1 says nothing of coin, else everything
    expected = [[np.log(2), np.log(2)], [0, np.log(2)], [half, 1.5 * np.log(2)]]
    np.testing.assert_allclose(result.information, expected, atol=1e-12)
    np.testing.assert_allclose(result.gaps, [0.5, 0.25])
    assert result.score == pytest.approx(0.375)


def test_latents_are_columns_whatever_the_layout_of_memory() -> None:
    factors = ten_factors()
    by_rows = check_samples(np.ascontiguousarray(stacked(factors)), factors)
    by_columns = check_samples(np.asfortranarray(stacked(factors)), factors)
    assert mig(by_rows).score == mig(by_columns).score > 0.95


def test_a_circular_factor_may_be_a_latent_but_not_a_pair() -> None:
    factors = mixed_factors()
    distance, yaw, lamp, shape = stacked(factors).T
    angle = mig(check_samples(np.stack([distance, yaw, lamp, shape], axis=1), factors))
    assert (angle.gaps > 0.9).all()
    pair = np.stack([distance, np.sin(yaw), np.cos(yaw), lamp, shape], axis=1)
    gaps = mig(check_samples(pair, factors)).gaps
    assert gaps[1] < 0.05 and (gaps[[0, 2, 3]] > 0.9).all()


def test_a_turned_circle_says_as_much() -> None:
    yaw = mixed_factors()[1]
    noise = np.random.default_rng(1).normal(size=yaw.values.shape)
    latents = np.stack([yaw.values, noise], axis=1)
    turned = FactorColumn("yaw", "circular", yaw.values + 6 * np.pi, yaw.low, yaw.high)
    scores = [mig(check_samples(latents, [factor])).score for factor in (yaw, turned)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-3) and scores[0] > 0.9


def test_what_histograms_see_in_noise_is_as_documented() -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(size=(10_000, 2))
    samples = check_samples(values[:, :1], [FactorColumn("x", "continuous", values[:, 1], 0, 1)])
    assert binned_information(samples)[0, 0] == pytest.approx(19 * 19 / 20_000, rel=0.3)


def test_mixed_up_latents_say_little_of_each_factor() -> None:
    factors = ten_factors()
    latents = permuted(stacked(factors), np.random.default_rng(1))
    result = mig(check_samples(latents, factors))
    assert result.information.max() < 0.1 and result.information.shape == (10, 10)
