import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from darla.metrics import check_samples
from darla.metrics.mig import mig
from intervals import over_seeds
from toy_codes import mixed_factors, stacked


def test_the_interval_is_student_s() -> None:
    draws = iter([1.0, 2.0, 3.0])
    score = over_seeds(lambda rng: {"score": next(draws)}, [7, 8, 9])["score"]
    assert (score.mean, score.std, score.values) == (2.0, 1.0, (1.0, 2.0, 3.0))
    reach = t.ppf(0.975, 2) / np.sqrt(3)
    assert (score.low, score.high) == pytest.approx((2 - reach, 2 + reach))


@settings(max_examples=3)
@given(start=st.integers(0, 10**6), confidence=st.sampled_from([0.5, 0.8, 0.95]))
def test_intervals_hold_the_mean_as_often_as_they_say(start: int, confidence: float) -> None:
    held = 0
    for trial in range(300):
        seeds = range(start + 5 * trial, start + 5 * trial + 5)
        interval = over_seeds(lambda rng: {"x": rng.normal(3.0)}, seeds, confidence)["x"]
        held += interval.low <= 3.0 <= interval.high
    assert held / 300 == pytest.approx(confidence, abs=0.13)


def test_every_score_of_a_metric_is_repeated_with_fresh_subsamples() -> None:
    factors = mixed_factors()
    samples = check_samples(stacked(factors), factors)
    found = over_seeds(lambda rng: mig(samples.subsample(1000, rng)).scores, range(3))
    assert list(found) == ["mig"] and found["mig"].std > 0
    assert found["mig"].low < mig(samples).score + 0.05


def test_seeds_must_be_several_and_different() -> None:
    for seeds, confidence, message in [
        ([1], 0.95, "two seeds or more, and got 1"),
        ([1, 1], 0.95, "repeat one"),
        ([1, 2], 95, "confidence is 95"),
    ]:
        with pytest.raises(ValueError, match=message):
            over_seeds(lambda rng: {"x": 0.0}, seeds, confidence)
