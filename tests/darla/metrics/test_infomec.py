import numpy as np
import pytest

from darla.metrics import FactorColumn, check_samples
from darla.metrics.infomec import infomec
from toy_codes import mixed_factors, stacked


def test_neighbours_find_all_there_is_to_know_and_nothing_in_noise() -> None:
    factors = mixed_factors()
    noise = np.random.default_rng(1).normal(size=(2000, 1))
    latents = np.concatenate([stacked(factors), noise], axis=1)
    result = infomec(check_samples(latents, factors), np.random.default_rng(0))
    np.testing.assert_allclose(result.information[:4], np.eye(4), atol=0.06)
    assert result.information[4].max() < 0.05


def test_gaussian_information_has_its_closed_form() -> None:
    rng = np.random.default_rng(0)
    shape = rng.integers(0, 2, 3000)
    latents = np.stack([np.where(shape == 1, 1.0, -1.0) * 1.5 + rng.normal(size=3000)], axis=1)
    other = rng.integers(0, 2, 3000)
    factors = [
        FactorColumn("shape", "categorical", shape, 0, 1),
        FactorColumn("other", "categorical", other, 0, 1),
    ]
    grid = np.linspace(-8, 8, 4001)
    halves = [np.exp(-0.5 * (grid - mean) ** 2) / np.sqrt(2 * np.pi) for mean in (-1.5, 1.5)]
    mixed = sum(halves) / 2
    spread = -np.trapezoid(mixed * np.log(mixed), grid)
    expected = (spread - 0.5 * np.log(2 * np.pi * np.e)) / np.log(2)
    result = infomec(check_samples(latents, factors), np.random.default_rng(0))
    assert result.information[0, 0] == pytest.approx(expected, abs=0.04)
    assert result.infoc == 1.0 or result.information[0, 1] == 0.0


def test_a_latent_of_two_factors_is_half_of_each() -> None:
    rng = np.random.default_rng(0)
    coins = rng.integers(0, 2, (2000, 2))
    factors = [FactorColumn(f"coin_{k}", "categorical", coins[:, k], 0, 1) for k in range(2)]
    latents = np.stack([coins[:, 0] + 2.0 * coins[:, 1], rng.normal(size=2000)], axis=1)
    latents[:, 1] *= 1e-4
    result = infomec(check_samples(latents, factors), np.random.default_rng(0))
    assert result.infom == pytest.approx(0.0, abs=0.05)
    assert result.infoc == 1.0 and list(result.dead_latents) == [1]


def test_what_is_linear_in_the_latents_is_read() -> None:
    factors = mixed_factors()
    distance, yaw, lamp, shape = stacked(factors).T
    names = [factor.name for factor in factors]
    pair = np.stack([distance, np.sin(yaw), np.cos(yaw), lamp, shape], axis=1)
    turned = pair @ np.linalg.qr(np.random.default_rng(2).normal(size=(5, 5)))[0]
    read = infomec(check_samples(turned, factors), np.random.default_rng(0)).read
    assert (read > 0.95).all()
    angle = infomec(check_samples(stacked(factors), factors), np.random.default_rng(0)).read
    assert angle[names.index("yaw")] == pytest.approx(3 / np.pi**2, abs=0.04)


def test_latents_of_something_else_do_not_count() -> None:
    factors = mixed_factors()
    noise = np.random.default_rng(1).normal(size=(2000, 8))
    samples = check_samples(np.concatenate([stacked(factors), noise], axis=1), factors)
    result = infomec(samples, np.random.default_rng(0))
    assert result.informative.tolist() == [True] * 4 + [False] * 8
    assert result.infom > 0.97 and result.infoc > 0.97


def test_noise_is_not_read() -> None:
    latents = np.random.default_rng(1).normal(size=(2000, 3))
    result = infomec(check_samples(latents, mixed_factors()), np.random.default_rng(0))
    assert (result.read < 0.02).all() and result.infoe < 0.02
