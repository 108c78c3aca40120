"""Performance profiles against closed forms, properties, and numbers from rliable 1.2.0."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from darla_agents.comparison.profiles import (
    mean_band,
    performance_profile,
    performance_profile_band,
)

tables = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 4)),
    elements=st.floats(-1, 1, allow_subnormal=False),
)
thresholds = st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=9).map(sorted)


def test_a_profile_is_the_share_of_scores_above_each_threshold() -> None:
    profile = performance_profile([0.2, 0.5, 0.5, 0.9], [0.1, 0.2, 0.4, 0.5, 1.0])
    np.testing.assert_array_equal(profile, [1.0, 0.75, 0.75, 0.25, 0.0])  # equal is not above
    cells = performance_profile([[0.0, 1.0], [0.5, 0.5]], [0.25, 0.75])
    np.testing.assert_array_equal(cells, [0.75, 0.25])


@given(tables, thresholds)
def test_profiles_fall_from_one_to_nothing_and_forget_the_order(scores, wanted) -> None:
    profile = performance_profile(scores, wanted)
    assert profile.shape == (len(wanted),)
    assert (np.diff(profile) <= 0.0).all()
    assert performance_profile(scores, [-2.0, 2.0]).tolist() == [1.0, 0.0]
    np.testing.assert_array_equal(performance_profile(scores[::-1, ::-1], wanted), profile)


@given(tables)
def test_the_area_above_zero_is_the_mean(scores) -> None:
    """The integral of a profile over thresholds from 0 is the mean of non-negative scores."""
    scores, edges = np.abs(scores), np.linspace(0.0, 1.0, 20_001)
    middles = (edges[1:] + edges[:-1]) / 2
    assert performance_profile(scores, middles).mean() == pytest.approx(scores.mean(), abs=1e-4)


@settings(max_examples=40)
@given(tables.filter(lambda scores: len(scores) > 1), thresholds)
def test_bands_hold_shares_fall_with_the_threshold_and_repeat(scores, wanted) -> None:
    band, again = (
        performance_profile_band([scores], wanted, resamples=200, seed=3) for _ in range(2)
    )
    assert band is not None and again is not None
    for ends in (band.low, band.high):
        assert ((ends >= -1e-12) & (ends <= 1 + 1e-12)).all()
        assert (np.diff(ends) <= 1e-12).all()
    assert (band.low <= band.high).all()
    np.testing.assert_array_equal(band.low, again.low)


def test_a_band_of_one_threshold_equals_the_exact_one_over_all_draws() -> None:
    scores = np.array([0.1, 0.3, 0.6, 0.8, 0.9])
    exact = [np.mean(np.array(draw) > 0.5) for draw in itertools.product(scores, repeat=5)]
    band = performance_profile_band([scores], [0.5], level=0.8)
    assert band is not None
    assert [band.low[0], band.high[0]] == pytest.approx(np.quantile(exact, [0.1, 0.9]))


def test_units_keep_their_cells_and_stay_in_their_stratum() -> None:
    opposite = [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    for strata in ([opposite], [[0.0, 0.0], [1.0, 1.0]]):
        band = performance_profile_band(strata, [0.5], resamples=50)
        assert band is not None
        assert (band.low[0], band.high[0]) == (0.5, 0.5)


def test_one_unit_gives_no_band() -> None:
    assert performance_profile_band([[[0.1, 0.9]]], [0.5]) is None
    assert performance_profile_band([[0.1, 0.9], [0.5]], [0.5]) is None
    assert mean_band([[0.1, 0.9]]) is None


def test_the_band_of_a_mean_curve_has_the_known_width() -> None:
    runs = np.array([[0.0, 5.0], [1.0, 5.0]])
    band = mean_band(runs, level=0.5)
    assert band is not None
    np.testing.assert_allclose(
        band.low, [0.0, 5.0], atol=1e-9
    )  # t of one degree of freedom is 1 at 75%
    np.testing.assert_allclose(band.high, [1.0, 5.0])


def test_a_level_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_band([[0.0], [1.0]], level=95.0)


# (runs, tasks), and what rliable 1.2.0 makes of them at THRESHOLDS, in numbers of scores: the
# profile, and the ends of its 95% intervals. Made once, with pandas 2.3.3 and arch 7.2.0, by
# rliable.library.create_performance_profile({"": scores}, THRESHOLDS, reps=50_000), which draws
# the runs of every task on their own.
THRESHOLDS = [-0.3, 0.0, 0.1, 0.4, 0.45, 0.7, 0.9, 1.0, 1.2]
FIVE_RUNS = [[0.91, 0.42, 0.55], [0.88, 0.61, 0.47], [0.95, 0.38, 0.72]]
FIVE_RUNS += [[0.79, 0.50, 0.30], [0.93, 0.77, 0.66]]
SEVEN_RUNS = [[1.0, 0.9, -0.2], [1.0, 0.4, 0.1], [0.7, 0.4, 0.0], [1.1, -0.3, 0.1]]
SEVEN_RUNS += [[0.9, 0.8, 0.5], [1.0, 0.4, 0.3], [0.6, 0.5, 0.1]]


@pytest.mark.parametrize(
    ("runs", "profile", "low", "high"),
    [
        (
            FIVE_RUNS,
            [15, 15, 15, 13, 12, 7, 3, 0, 0],
            [15, 15, 15, 10, 9, 5, 1, 0, 0],
            [15, 15, 15, 15, 14, 10, 5, 0, 0],
        ),
        (
            SEVEN_RUNS,
            [20, 18, 15, 11, 11, 7, 4, 1, 0],
            [18, 15, 12, 8, 8, 4, 1, 0, 0],
            [21, 21, 18, 14, 14, 10, 6, 3, 0],
        ),
    ],
)
def test_profiles_agree_with_rliable(runs, profile, low, high) -> None:
    scores = np.array(runs)
    np.testing.assert_allclose(performance_profile(scores, THRESHOLDS) * scores.size, profile)
    band = performance_profile_band(list(scores.T), THRESHOLDS)
    assert band is not None
    for got, expected in ((band.low, low), (band.high, high)):
        difference = np.abs(got * scores.size - expected)
        assert difference.max() < 1.01  # draws are discrete: an end may fall on the next step
        assert np.mean(difference < 0.01) > 0.7
