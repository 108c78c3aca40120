"""Rank correlation: against SciPy, ties, resampling of groups, and what is undefined."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import spearmanr

from rank_correlation import rank_correlation

# Few different values, so that there are ties.
pairs = arrays.arrays(
    np.float64, st.tuples(st.just(2), st.integers(3, 12)), elements=st.integers(0, 5).map(float)
)


def vary(values: np.ndarray) -> bool:
    return all(len(set(side)) > 1 for side in values)


@given(pairs.filter(vary))
def test_the_coefficient_is_scipys_also_with_ties(values) -> None:
    result = rank_correlation(*values, resamples=50)
    assert result is not None
    assert result.value == pytest.approx(spearmanr(*values).statistic, abs=1e-12)
    assert (result.pairs, result.units) == (values.shape[1], values.shape[1])


@given(pairs.filter(vary), st.permutations(range(12)))
def test_only_ranks_count_and_pairs_have_no_order(values, order) -> None:
    kept = [place for place in order if place < values.shape[1]]
    straight = rank_correlation(*values, resamples=50)
    bent = rank_correlation(np.exp(values[0][kept]), -(values[1][kept] ** 3), resamples=50)
    assert straight is not None and bent is not None
    assert bent.value == pytest.approx(-straight.value, abs=1e-12)


def test_the_interval_is_the_exact_one_over_all_draws() -> None:
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 1.0, 4.0, 3.0])
    exact = []
    for draw in itertools.product(range(4), repeat=4):
        drawn = list(draw)
        if len(set(drawn)) > 1:
            exact.append(spearmanr(x[drawn], y[drawn]).statistic)
    result = rank_correlation(x, y, level=0.5, resamples=50_000)
    assert result is not None and result.interval is not None
    expected = np.quantile(exact, [0.25, 0.75])
    assert [result.interval.low, result.interval.high] == pytest.approx(expected, abs=0.01)


def test_groups_are_drawn_whole() -> None:
    """Within every group y falls with x; from group to group it rises."""
    x = np.array([0.0, 0.1, 1.0, 1.1, 2.0, 2.1, 3.0, 3.1])
    y = np.array([0.1, 0.0, 1.1, 1.0, 2.1, 2.0, 3.1, 3.0])
    groups = [name for name in "abcd" for _ in range(2)]
    exact = []
    for draw in itertools.product(range(4), repeat=4):
        drawn = [pair for group in draw for pair in (2 * group, 2 * group + 1)]
        exact.append(spearmanr(x[drawn], y[drawn]).statistic)
    result = rank_correlation(x, y, groups, level=0.5, resamples=50_000)
    alone = rank_correlation(x, y, level=0.5, resamples=50_000)
    assert result is not None and result.interval is not None
    assert (result.pairs, result.units) == (8, 4)
    expected = np.quantile(exact, [0.25, 0.75])
    assert [result.interval.low, result.interval.high] == pytest.approx(expected, abs=0.01)
    assert alone is not None and alone.interval is not None
    assert result.value == alone.value
    assert result.interval.low < alone.interval.low - 0.1  # four units know less than eight


def test_agents_on_one_encoder_are_no_evidence_of_their_own() -> None:
    """Twenty agents on each of three encoders tell no more than one agent on each."""
    x, y = [1.0, 2.0, 3.0], [0.5, 0.9, 0.7]
    few = rank_correlation(x, y, "abc")
    many = rank_correlation(np.repeat(x, 20), np.repeat(y, 20), np.repeat(list("abc"), 20).tolist())
    assert few is not None and many is not None
    assert many.value == pytest.approx(few.value)
    assert few.interval is not None and many.interval is not None
    assert many.interval.low == pytest.approx(few.interval.low)
    assert many.interval.high == pytest.approx(few.interval.high)


def test_undefined_pairs_are_left_out() -> None:
    nan = float("nan")
    result = rank_correlation([1.0, 2.0, nan, 3.0, 4.0], [1.0, 2.0, 0.0, 3.0, nan], "aabbc")
    assert result is not None
    assert (result.value, result.pairs, result.units) == (1.0, 3, 2)
    assert result.interval is None  # two units


@pytest.mark.parametrize(
    ("x", "y"),
    [([], []), ([1.0, 2.0], [1.0, 2.0]), ([1.0] * 4, [1.0, 2.0, 3.0, 4.0]), ([1, 2, 3], [5, 5, 5])],
)
def test_too_few_pairs_or_constants_are_undefined(x, y) -> None:
    assert rank_correlation(x, y) is None


@pytest.mark.parametrize(
    ("x", "y", "groups"), [([1, 2], [1, 2, 3], None), ([1, 2, 3], [1, 2, 3], "ab")]
)
def test_lists_that_do_not_match_are_refused(x, y, groups) -> None:
    with pytest.raises(ValueError, match="two equally long lists"):
        rank_correlation(x, y, groups)
