"""The measure that needs no factors: total correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.metrics.total_correlation import total_correlation


def correlated(rho: float, count: int = 5000) -> np.ndarray:
    """Draw two latents whose correlation is exactly ``rho``."""
    x, y = np.random.default_rng(0).normal(size=(2, count))
    x = (x - x.mean()) / x.std()
    y = y - y.mean() - (x @ y) / count * x
    return np.stack([x, rho * x + np.sqrt(1 - rho**2) * y / y.std()], axis=1)


@given(rho=st.floats(-0.99, 0.99), scale=st.floats(0.01, 100), shift=st.floats(-10, 10))
def test_two_gaussian_latents_have_the_closed_form(rho: float, scale: float, shift: float) -> None:
    latents = correlated(rho) * [scale, -1.0] + shift
    expected = -0.5 * np.log(1 - rho**2)
    assert total_correlation(latents).nats == pytest.approx(expected, abs=1e-3)


def test_noise_is_as_large_as_documented() -> None:
    latents = np.random.default_rng(0).normal(size=(1000, 10))
    assert total_correlation(latents).nats == pytest.approx(10 * 9 / 4000, rel=0.4)


def test_copies_have_a_finite_total_correlation() -> None:
    latents = correlated(0.0)[:, [0, 0]]
    assert total_correlation(latents).nats == pytest.approx(0.5 * np.log(1 / 2e-6), abs=0.01)


def test_dead_latents_are_left_out_of_the_total_correlation() -> None:
    latents = np.insert(correlated(0.5), 1, 3.0, axis=1)
    result = total_correlation(latents)
    assert result.nats == pytest.approx(total_correlation(correlated(0.5)).nats)
    assert list(result.dead_latents) == [1] and not result.correlations[1].any()
    assert result.correlations[0, 2] == pytest.approx(0.5)
    disowned = total_correlation(correlated(0.5), active=np.array([True, False]))
    assert disowned.nats == 0.0 and list(disowned.dead_latents) == [1]
    assert total_correlation(np.ones((100, 2))).nats == 0.0


def test_total_correlation_takes_more_samples_than_latents() -> None:
    with pytest.raises(ValueError, match="19 samples are too few; give at least 20"):
        total_correlation(correlated(0.0, count=19))
