"""Statistics against closed forms, properties, and numbers from rliable 1.2.0."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from darla_agents.comparison.statistics import (
    bootstrap,
    bootstrap_interval,
    gap_closed,
    interquartile_mean,
    mean,
    optimality_gap,
    paired_difference,
    percentile_interval,
    probability_of_improvement,
    probability_of_improvement_interval,
    transfer_ratio,
)

FIRST = np.array(  # (runs, tasks)
    [
        [0.91, 0.42, 0.55],
        [0.88, 0.61, 0.47],
        [0.95, 0.38, 0.72],
        [0.79, 0.50, 0.30],
        [0.93, 0.77, 0.66],
    ]
)
SECOND = np.array(
    [
        [0.90, 0.35, 0.20],
        [0.94, 0.41, 0.52],
        [0.85, 0.30, 0.33],
        [0.92, 0.55, 0.41],
        [0.89, 0.28, 0.60],
    ]
)

scores = arrays.arrays(
    np.float64, st.integers(1, 12), elements=st.floats(-1, 1, allow_subnormal=False)
)


def test_interquartile_mean_cuts_a_quarter_on_either_side() -> None:
    assert interquartile_mean([100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -50.0]) == 3.5
    assert interquartile_mean([9.0, 1.0, 2.0, 3.0]) == 2.5
    assert interquartile_mean([1.0, 2.0, 6.0]) == 3.0  # too few to cut any
    np.testing.assert_array_equal(interquartile_mean([[1.0, 5.0], [2.0, 4.0]]), [3.0, 3.0])


@given(scores, st.permutations(range(12)), st.floats(-5, 5))
def test_interquartile_mean_forgets_order_and_follows_a_shift(values, order, shift) -> None:
    shuffled = values[[index for index in order if index < len(values)]]
    assert interquartile_mean(shuffled) == pytest.approx(interquartile_mean(values), abs=1e-9)
    moved = interquartile_mean(values + shift)
    assert moved == pytest.approx(interquartile_mean(values) + shift, abs=1e-9)


def test_bootstrap_of_two_units_has_the_known_distribution() -> None:
    resampled = bootstrap([[0.0, 1.0]], mean, resamples=40_000, seed=3)
    shares = [np.mean(resampled == value) for value in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_bootstrap_of_the_mean_has_the_known_variance() -> None:
    values = np.array([0.1, 0.4, 0.35, 0.9, 0.7, 0.2])
    resampled = bootstrap([values], mean, resamples=50_000)
    assert resampled.mean() == pytest.approx(values.mean(), abs=2e-3)
    assert resampled.var() == pytest.approx(values.var() / len(values), rel=0.03)


def test_units_are_resampled_within_their_stratum_only() -> None:
    resampled = bootstrap([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], mean, resamples=50)
    np.testing.assert_array_equal(resampled, 0.5)


def test_cells_of_one_unit_stay_together() -> None:
    opposite = np.array([[0.0, 1.0], [1.0, 0.0], [0.25, 0.75]])
    np.testing.assert_allclose(bootstrap([opposite], mean, resamples=50), 0.5)


def test_bootstrap_equals_the_exact_one_over_all_draws() -> None:
    values = np.array([0.2, 0.5, 0.8, 0.9])
    exact = [np.mean(draw) for draw in itertools.product(values, repeat=4)]
    got = bootstrap_interval([values], mean, level=0.8, resamples=100_000)
    assert got is not None
    expected = np.quantile(exact, [0.1, 0.9])
    assert [got.low, got.high] == pytest.approx(expected, abs=0.03)


@settings(max_examples=50)
@given(scores.filter(lambda values: len(values) > 1), st.integers(0, 2**31))
def test_intervals_lie_within_the_scores_nest_and_repeat(values, seed) -> None:
    wide, narrow, again = (
        bootstrap_interval([values], interquartile_mean, level=level, resamples=200, seed=seed)
        for level in (0.95, 0.8, 0.95)
    )
    assert wide is not None and narrow is not None
    slack = 1e-12
    assert values.min() - slack <= wide.low <= narrow.low <= narrow.high <= wide.high
    assert wide.high <= values.max() + slack
    assert wide == again


def test_one_unit_gives_no_interval() -> None:
    assert bootstrap_interval([[0.5]], mean) is None
    assert bootstrap_interval([[0.1, 0.2, 0.3], [0.5]], mean) is None
    assert bootstrap_interval([[[0.1, 0.2, 0.3]]], mean) is None
    assert paired_difference([0.5], [0.25]).intervals == ()
    assert probability_of_improvement_interval([0.5], [0.1, 0.2]) is None


@pytest.mark.parametrize("stratum", [[], np.zeros((2, 2, 2)), np.zeros((3, 0))])
def test_a_stratum_without_units_is_refused(stratum) -> None:
    with pytest.raises(ValueError, match=r"a stratum is an array of scores .* got shape"):
        bootstrap([stratum], mean)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_that_is_no_share_is_refused(level) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile_interval([0.0, 1.0], level)


def test_transfer_ratio_by_hand() -> None:
    assert transfer_ratio(0.5, 0.9, 0.1, 0.1) == pytest.approx(0.5)
    assert transfer_ratio(0.9, 0.9, 0.1, 0.1) == pytest.approx(1.0)
    assert transfer_ratio(0.0, 0.6, 0.1, 0.1) == pytest.approx(-0.2)
    assert transfer_ratio(0.6, 0.8, 0.2, 0.0) == pytest.approx(0.5)  # each domain its own random


def test_transfer_ratio_is_undefined_for_an_agent_that_learned_nothing() -> None:
    ratios = transfer_ratio([0.5, 0.5, 0.5], [0.19, 0.2, 0.05], 0.1, 0.1)
    assert np.isnan(ratios[[0, 2]]).all()
    assert ratios[1] == pytest.approx(4.0)  # a margin of exactly 0.1 is enough
    assert math.isnan(transfer_ratio(float("nan"), 0.9, 0.1, 0.1))
    assert math.isnan(transfer_ratio(0.5, float("nan"), 0.1, 0.1))


@given(st.floats(0.1, 10), st.floats(-5, 5), st.floats(0.1, 1), st.floats(-1, 1))
def test_transfer_ratio_forgets_the_unit_of_reward(scale, shift, source, target) -> None:
    scaled = [scale * value + shift for value in (target, source + 1.0, 0.0, 0.0)]
    expected = transfer_ratio(target, source + 1.0, 0.0, 0.0)
    assert transfer_ratio(*scaled) == pytest.approx(expected, abs=1e-9)


def test_gap_closed_by_hand() -> None:
    shares = gap_closed([0.1, 0.5, 0.9, 1.3, -0.3], 0.1, 0.9)
    np.testing.assert_allclose(shares, [0.0, 0.5, 1.0, 1.5, -0.5], atol=1e-12)
    table = gap_closed([[0.4], [0.8]], [0.0, 0.4], [0.8, 1.2])
    np.testing.assert_allclose(table, [[0.5, 0.0], [1.0, 0.5]], atol=1e-12)


def test_a_gap_that_is_none_cannot_be_closed() -> None:
    shares = gap_closed(0.5, [0.1, 0.1, 0.1, 0.1], [0.19, 0.2, 0.1, -0.5])
    assert np.isnan(shares[[0, 2, 3]]).all()
    assert shares[1] == pytest.approx(4.0)  # a gap of exactly 0.1 is enough
    assert np.isnan(gap_closed([float("nan"), 0.5], 0.1, [0.9, float("nan")])).all()


@given(st.floats(0.1, 1), st.floats(-1, 1), st.floats(-5, 5), st.floats(1, 10))
def test_gap_closed_forgets_the_unit_of_reward(gap, agent, shift, scale) -> None:
    moved = [scale * value + shift for value in (agent, 0.0, gap)]
    assert gap_closed(*moved) == pytest.approx(float(gap_closed(agent, 0.0, gap)), abs=1e-6)


def test_paired_difference_by_hand() -> None:
    result = paired_difference([0.9, 0.8, 0.7], [0.5, 0.4, 0.3], levels=(0.8, 0.95))
    assert result.mean == pytest.approx(0.4)
    assert result.pairs == 3
    assert [interval.level for interval in result.intervals] == [0.8, 0.95]
    for interval in result.intervals:  # all differences are equal: nothing to be unsure of
        assert [interval.low, interval.high] == pytest.approx([0.4, 0.4])


@settings(max_examples=25)
@given(arrays.arrays(np.float64, (2, 5), elements=st.floats(0, 1)), st.permutations(range(5)))
def test_paired_difference_is_antisymmetric_and_forgets_the_order(values, order) -> None:
    first, second = values
    forth, back = paired_difference(first, second), paired_difference(second, first)
    assert forth.mean == pytest.approx(-back.mean)
    for there, other in zip(forth.intervals, back.intervals, strict=True):
        assert [there.low, there.high] == pytest.approx([-other.high, -other.low], abs=1e-9)
    shuffled = paired_difference(first[order], second[order])
    assert shuffled.mean == pytest.approx(forth.mean)


@pytest.mark.parametrize(("first", "second"), [([0.1], [0.1, 0.2]), ([], [])])
def test_pairs_that_do_not_match_are_refused(first, second) -> None:
    with pytest.raises(ValueError, match="two equally long lists"):
        paired_difference(first, second)


def test_optimality_gap_counts_what_is_missing_and_nothing_that_is_won() -> None:
    assert optimality_gap([0.5, 1.0, 1.5, -0.5]) == pytest.approx((0.5 + 1.5) / 4)
    assert optimality_gap([0.5, 1.0, 1.5], gamma=2.0) == pytest.approx(1.0)
    np.testing.assert_array_equal(optimality_gap([[1.0, 3.0], [0.0, 0.0]]), [0.0, 1.0])


@given(scores, st.floats(0.1, 2))
def test_optimality_gap_is_what_gamma_is_above_the_mean_where_nothing_reaches_it(
    values, above
) -> None:
    gamma = float(values.max()) + above
    assert optimality_gap(values, gamma) == pytest.approx(gamma - values.mean())


def test_probability_of_improvement_counts_pairs() -> None:
    assert probability_of_improvement([2.0, 3.0], [1.0, 0.0]) == 1.0
    assert probability_of_improvement([1.0], [1.0]) == 0.5
    assert probability_of_improvement([0.0, 2.0], [1.0, 2.0]) == pytest.approx(1.5 / 4)
    with pytest.raises(ValueError, match="at least one score"):
        probability_of_improvement([], [1.0])


@given(scores, scores)
def test_probabilities_of_either_side_add_up_to_one(first, second) -> None:
    forth = probability_of_improvement(first, second)
    assert forth + probability_of_improvement(second, first) == pytest.approx(1.0)


def test_numbers_agree_with_rliable() -> None:
    """rliable 1.2.0, 50,000 resamples: aggregate_iqm, aggregate_mean, per-task improvement."""
    for values, point, iqm_ends, mean_ends in (
        (FIRST, 0.66111111, [0.57666667, 0.73555556], [0.59466667, 0.71733333]),
        (SECOND, 0.54555556, [0.47555556, 0.61], [0.51266667, 0.614]),
    ):
        assert interquartile_mean(values.ravel()) == pytest.approx(point)
        for statistic, ends in ((interquartile_mean, iqm_ends), (mean, mean_ends)):
            got = bootstrap_interval(list(values.T), statistic, resamples=20_000)
            assert got is not None
            assert [got.low, got.high] == pytest.approx(ends, abs=0.005)
    chances = [probability_of_improvement(a, b) for a, b in zip(FIRST.T, SECOND.T, strict=True)]
    assert chances == pytest.approx([0.52, 0.84, 0.72])
    for task, ends in enumerate([[0.16, 0.88], [0.52, 1.0], [0.36, 1.0]]):
        got = probability_of_improvement_interval(FIRST[:, task], SECOND[:, task])
        assert got is not None
        assert [got.low, got.high] == pytest.approx(ends, abs=0.041)  # steps of one 25th


# Seven runs, more than a multiple of four, with ties within and between tasks.
THIRD = np.array(
    [
        [1.0, 0.9, -0.2],
        [1.0, 0.4, 0.1],
        [0.7, 0.4, 0.0],
        [1.1, -0.3, 0.1],
        [0.9, 0.8, 0.5],
        [1.0, 0.4, 0.3],
        [0.6, 0.5, 0.1],
    ]
)


def test_ties_and_unequal_numbers_of_runs_agree_with_rliable() -> None:
    """rliable 1.2.0, 50,000 resamples, of THIRD and of its first task alone, FIRST against THIRD.

    ``get_interval_estimates`` of ``[aggregate_iqm, aggregate_mean]`` and, with 20,000 resamples a
    task, of ``probability_of_improvement``, whose value over all tasks is the mean of those.
    """
    for strata, points, ends in (
        (THIRD.T, (0.50909091, 0.49047619), ((0.37272727, 0.64545455), (0.37619048, 0.5952381))),
        (THIRD.T[:1], (0.92, 0.9), ((0.74, 1.02), (0.77142857, 1.01428571))),
    ):
        for statistic, point, expected in zip(
            (interquartile_mean, mean), points, ends, strict=True
        ):
            assert statistic(strata.ravel()) == pytest.approx(point)
            got = bootstrap_interval(list(strata), statistic, resamples=20_000)
            assert got is not None
            assert [got.low, got.high] == pytest.approx(expected, abs=0.021)  # steps of one 50th
    chances = [probability_of_improvement(a, b) for a, b in zip(FIRST.T, THIRD.T, strict=True)]
    assert chances == pytest.approx([0.37142857, 0.55714286, 0.92857143])
    assert np.mean(chances) == pytest.approx(0.61904762)
    expected = [[0.05714286, 0.71428571], [0.22857143, 0.88571429], [0.74285714, 1.0]]
    for task, ends in enumerate(expected):
        got = probability_of_improvement_interval(FIRST[:, task], THIRD[:, task])
        assert got is not None
        assert [got.low, got.high] == pytest.approx(ends, abs=0.03)  # steps of one 70th
