import numpy as np
import pytest

from darla.metrics import FactorColumn, check_samples
from darla.metrics.factor_columns import Samples
from darla.metrics.sap import SAP
from darla.metrics.sap import sap as measure_sap
from toy_codes import mixed_factors


def sap(samples: Samples) -> SAP:
    return measure_sap(samples, np.random.default_rng(0))


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


def test_categories_are_told_apart_by_a_line_by_plain_accuracy() -> None:
    rng = np.random.default_rng(1)
    lamp, latents = rng.integers(0, 2, 3000), rng.normal(size=(3000, 3))
    latents[:, 0] += np.where(lamp, 1.0, -1.0)
    latents[:, 2] = 5.0  # dead: always the same answer
    result = sap(check_samples(latents, [FactorColumn("lamp", "categorical", lamp, 0, 1)]))
    np.testing.assert_allclose(result.predictability[:, 0], [0.841, 0.5, 0.5], atol=0.04)
    best = np.sort(result.predictability[:, 0])
    assert result.score == pytest.approx(best[2] - best[1])


def test_categories_depend_on_the_scale_of_a_latent_and_numbers_do_not() -> None:
    rng = np.random.default_rng(1)
    shape, place = rng.integers(0, 3, 3000), rng.uniform(size=3000)
    latents = np.stack([shape - 1.0 + rng.normal(size=3000) / 5, place], axis=1)
    factors = [
        FactorColumn("shape", "categorical", shape, 0, 2),
        FactorColumn("place", "continuous", place, 0, 1),
    ]
    wide, narrow = (sap(check_samples(scale * latents, factors)) for scale in (1.0, 0.01))
    np.testing.assert_allclose(wide.predictability[:, 1], narrow.predictability[:, 1], atol=1e-9)
    assert wide.gaps[0] > narrow.gaps[0] + 0.05


def test_a_sine_and_a_cosine_have_no_gap() -> None:
    yaw = mixed_factors()[1]
    latents = np.stack([np.sin(yaw.values), np.cos(yaw.values)], axis=1)
    assert sap(check_samples(latents, [yaw])).score == pytest.approx(0.0, abs=1e-9)
