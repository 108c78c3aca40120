import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from report_encoders import interval_of


def test_the_interval_is_student_s() -> None:
    score = interval_of([1.0, 2.0, 3.0])
    assert (score.mean, score.std, score.values) == (2.0, 1.0, (1.0, 2.0, 3.0))
    reach = t.ppf(0.975, 2) / np.sqrt(3)
    assert (score.low, score.high) == pytest.approx((2 - reach, 2 + reach))


@settings(max_examples=3)
@given(start=st.integers(0, 10**6), confidence=st.sampled_from([0.5, 0.8, 0.95]))
def test_intervals_hold_the_mean_as_often_as_they_say(start: int, confidence: float) -> None:
    held = 0
    for trial in range(300):
        seeds = range(start + 5 * trial, start + 5 * trial + 5)
        values = [float(np.random.default_rng(seed).normal(3.0)) for seed in seeds]
        interval = interval_of(values, confidence)
        held += interval.low <= 3.0 <= interval.high
    assert held / 300 == pytest.approx(confidence, abs=0.13)
