"""Intervals of means: closed forms, what they have in common, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from darla_agents.comparison.intervals import (
    independent_units,
    mean_interval,
    sample_mean,
    share_interval,
)

scores = arrays.arrays(np.float64, st.integers(2, 9), elements=st.floats(-1, 1))


@given(scores, st.floats(0.1, 0.99))
def test_agents_on_their_own_have_student_s_interval(values: np.ndarray, level: float) -> None:
    found = mean_interval(values, level=level)
    low, high = stats.t.interval(level, len(values) - 1, values.mean(), stats.sem(values))
    assert found is not None and found.level == level
    if np.ptp(values) > 1e-9:
        assert [found.low, found.high] == pytest.approx([low, high])


@given(scores, st.integers(2, 4))
def test_as_many_agents_on_each_encoder_have_that_of_the_encoders_means(values, agents) -> None:
    each = np.stack([values + 0.1 * place for place in range(agents)])
    names = [str(number) for number in range(len(values))] * agents
    found, expected = mean_interval(each.ravel(), names), mean_interval(each.mean(axis=0))
    assert found is not None and expected is not None
    assert [found.low, found.high] == pytest.approx([expected.low, expected.high], abs=1e-9)


def test_five_agents_on_three_encoders_by_hand() -> None:
    found = sample_mean([1.0, 2.0, 6.0, 3.0, 3.0], independent_units(["a", "b", "c", "a", "b"]))
    # Means of encoders 2, 2.5 and 6 around 3, weights 0.4^2 / 0.6 twice and 0.2^2 / 0.8.
    assert (found.value, found.units) == (3.0, 3)
    assert found.variance == pytest.approx(4 / 15 * (1.0 + 0.25) + 0.05 * 9.0)
    assert found.freedom == pytest.approx(9 / 5)


@given(scores, st.integers(0, 1000), st.floats(-5, 5), st.floats(0.1, 10))
def test_intervals_forget_order_and_follow_shift_and_scale(values, seed, shift, scale) -> None:
    rng = np.random.default_rng(seed)
    names = rng.choice(["a", "b", "c"], len(values))
    names[:2] = "a", "b"
    order = rng.permutation(len(values))
    found = mean_interval(values, list(names))
    moved = mean_interval(scale * values[order] + shift, list(names[order]))
    assert found is not None and moved is not None
    expected = [scale * found.low + shift, scale * found.high + shift]
    assert [moved.low, moved.high] == pytest.approx(expected, abs=1e-6)


def test_units_are_encoders_where_there_are_several() -> None:
    assert len({*independent_units(["a", "a", "a"])}) == 3
    assert len({*independent_units(["", "", ""])}) == 3
    assert independent_units(["a", "b", "a", "c"]).tolist() == [0, 1, 0, 2]
    assert len({*independent_units(["a", "", "b", "", "a"])}) == 4
    both = independent_units(["a", "a", "b", "c"], ["x", "y", "y", "z"])
    assert both.tolist() == [0, 0, 0, 1]  # b shares y with a's second agent
    assert independent_units(["a", "a", "b"], ["x", "x", "x"]).tolist() == [0, 0, 1]


def test_one_unit_gives_no_interval() -> None:
    assert mean_interval([0.5]) is None
    one, two = sample_mean([0.5]), sample_mean([0.1, 0.2])
    assert share_interval(one, two, [two]) is None
    assert share_interval(two, two, [two, one]) is None


def test_what_is_no_list_of_scores_is_refused() -> None:
    for values, units in (([], None), ([[0.1]], None), ([0.1, 0.2], [0])):
        with pytest.raises(ValueError, match="a mean over agents takes a list of scores"):
            sample_mean(values, units)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_interval([0.1, 0.2], level=95.0)


@pytest.mark.parametrize("encoders", [(0, 1, 2), (0, 1, 2, 3, 4), (0, 1, 2, 0, 1)])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_intervals_hold_the_mean_as_often_as_they_say(encoders, share: float) -> None:
    rng = np.random.default_rng(0)
    names = [str(number) for number in encoders]
    held = 0
    for _ in range(1000):
        common = rng.normal(size=5)[list(encoders)]
        values = share**0.5 * common + (1 - share) ** 0.5 * rng.normal(size=len(encoders))
        found = mean_interval(values, names)
        held += found is not None and found.low <= 0.0 <= found.high
    assert 0.93 < held / 1000 < 0.98


def test_shares_of_a_gap_hold_the_true_one_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        noise = rng.normal(size=(4, 3))
        low, agents, first, second = noise + np.array([0.0, 6.0, 9.0, 11.0])[:, np.newaxis]
        upper = [sample_mean(first), sample_mean(second)]
        found = share_interval(sample_mean(agents), sample_mean(low), upper)
        held += found is None or found.low <= 0.6 <= found.high
    assert 0.93 < held / 1000 < 0.99
