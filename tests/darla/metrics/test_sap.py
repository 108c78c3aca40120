import numpy as np
import pytest

from darla.metrics import FactorColumn, check_samples
from darla.metrics.sap import sap
from toy_codes import mixed_factors, stacked


def test_continuous_factors_are_a_matter_of_squared_correlation() -> None:
    rng = np.random.default_rng(0)
    value = rng.uniform(size=2000)
    latents = np.stack([value + rng.normal(size=2000) / 5, rng.normal(size=2000), -value], axis=1)
    result = sap(check_samples(latents, [FactorColumn("x", "continuous", value, 0, 1)]))
    expected = np.corrcoef(np.column_stack([latents, value]), rowvar=False)[3, :3] ** 2
    np.testing.assert_allclose(result.predictability[:, 0], expected)
    assert result.score == pytest.approx(1 - expected[0])


def test_circular_factors_are_a_matter_of_sine_and_cosine() -> None:
    yaw = mixed_factors(3000)[1]
    angle = yaw.values
    latents = np.stack([np.sin(angle - 0.7), angle, np.sin(2 * angle)], axis=1)
    table = sap(check_samples(latents, [yaw])).predictability[:, 0]
    assert table[0] == pytest.approx(1.0)
    assert table[1] == pytest.approx(6 / np.pi**2, abs=0.03)  # closed form for a uniform angle
    assert table[2] == pytest.approx(0.0, abs=0.01)


def test_categories_are_told_apart_by_a_line_with_chance_at_0() -> None:
    factors = mixed_factors()[2:]
    noise = np.random.default_rng(1).normal(size=(2000, 2))
    latents = np.concatenate([stacked(factors), noise], axis=1)
    table = sap(check_samples(latents, factors)).predictability
    np.testing.assert_allclose(np.diag(table), 1.0)
    assert table[2:].max() < 0.1


def test_rare_categories_count_as_much_as_others() -> None:
    rare = (np.arange(2000) % 50 == 0).astype(float)
    noise = np.random.default_rng(1).normal(size=2000)
    latents = np.stack([noise, rare], axis=1)
    factors = [FactorColumn("lamp", "categorical", rare, 0, 1)]
    result = sap(check_samples(latents, factors))
    assert result.predictability[0, 0] < 0.35 and result.predictability[1, 0] == 1.0


def test_a_sine_and_a_cosine_have_no_gap() -> None:
    yaw = mixed_factors()[1]
    latents = np.stack([np.sin(yaw.values), np.cos(yaw.values)], axis=1)
    assert sap(check_samples(latents, [yaw])).score == pytest.approx(0.0, abs=1e-9)
