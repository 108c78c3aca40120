"""Summaries: means, intervals over seeds, aggregates over targets, paired comparisons."""

import numpy as np
import pytest

from darla_agents.comparison.estimates import Sampling
from darla_agents.comparison.intervals import Interval, mean_interval
from darla_agents.comparison.profiles import performance_profile, performance_profile_band
from darla_agents.comparison.scores import TaskScores, score_tasks
from darla_agents.comparison.summary import (
    RATIO,
    RETURN,
    THRESHOLDS,
    compare_kinds,
    summarise_group,
)
from toy_rows import agent_rows, random_rows

SAMPLING = Sampling(resamples=500)
DOMAINS = ("source", "new_floor", "new_wall", "d_u")
RANDOM = random_rows(dict.fromkeys(DOMAINS, 0.0))


def scores_of(rows: list) -> TaskScores:
    (task,) = score_tasks(rows + RANDOM)
    return task


def five_seeds(kind: str, **means: float) -> list:
    """Agents whose returns are spread by a fifth of their seed around the means."""
    rows = []
    for seed in range(5):
        returns = {domain: value + 0.02 * (seed - 2) for domain, value in means.items()}
        rows += agent_rows(kind, seed, returns)
    return rows


def test_means_and_intervals_are_over_seeds() -> None:
    task = scores_of(five_seeds("pixels", source=0.8, new_floor=0.4))
    summary = summarise_group(task, task.groups[0], SAMPLING).domains["new_floor"]
    returns = [0.36, 0.38, 0.4, 0.42, 0.44]
    np.testing.assert_allclose(summary.returns, returns)
    assert summary.mean.value == pytest.approx(0.4)
    assert summary.interquartile_mean.value == pytest.approx(0.4)
    assert summary.mean.seeds == 5
    assert summary.mean.interval == mean_interval(summary.returns)
    assert summary.success == 0.0
    assert summary.random == 0.0
    np.testing.assert_allclose(summary.ratios, np.array(returns) / [0.76, 0.78, 0.8, 0.82, 0.84])
    assert summary.ratio.value == pytest.approx(np.mean(summary.ratios))


def ends(interval: Interval | None) -> list[float]:
    assert interval is not None
    return [interval.low, interval.high]


def test_encoders_are_the_units_where_a_group_has_several() -> None:
    def intervals(*encoders: str) -> list[list[float]]:
        rows = []
        for seed, encoder in enumerate(encoders):
            returns = {"source": 1.0, "new_floor": [0.5, 0.7, 0.9, 0.6][seed]}
            rows += agent_rows("latent", seed, returns, encoder=encoder)
            rows += agent_rows("pixels", seed, {"source": 1.0, "new_floor": 0.1 * seed})
        (task,) = score_tasks(rows + RANDOM, ("algorithm", "source", "total_timesteps"))
        floor = summarise_group(task, task.groups[0], SAMPLING).domains["new_floor"]
        (pair,) = compare_kinds(task, "latent", "pixels", ["new_floor"], SAMPLING)
        assert pair.difference is not None
        return [ends(floor.mean.interval), ends(pair.difference.intervals[1])]

    returns, differences = np.array([0.5, 0.7, 0.9, 0.6]), np.array([0.5, 0.6, 0.7, 0.3])
    each = [ends(mean_interval(values)) for values in (returns, differences)]
    np.testing.assert_allclose(intervals("a", "b", "c", "d"), each)
    np.testing.assert_allclose(intervals("a", "a", "a", "a"), each)  # of agents on it alone
    two = [
        ends(mean_interval([values[:2].mean(), values[2:].mean()]))
        for values in (returns, differences)
    ]
    np.testing.assert_allclose(intervals("a", "a", "b", "b"), two)


def test_the_optimality_gap_is_to_true_factors_or_else_to_the_best() -> None:
    def gaps(rows: list, gamma: float = 1.0) -> list[float]:
        task = scores_of(rows)
        found = [summarise_group(task, group, SAMPLING, gamma) for group in task.groups]
        assert all(summary.targets is not None for summary in found)
        return [summary.targets.optimality_gap.value for summary in found]

    rows = []
    for seed, (floor, wall) in enumerate([(0.8, 0.2), (0.4, 0.6)]):
        rows += agent_rows("latent", seed, {"source": 0.9, "new_floor": floor, "new_wall": wall})
    assert gaps(rows) == pytest.approx([(0.0 + 0.5 + 1 / 3 + 0.0) / 4])  # of 0.6 and of 0.4
    rows += agent_rows("factors", 0, {"source": 0.9, "new_floor": 0.8, "new_wall": 0.5})
    latent = (0.0 + 0.6 + 0.5 + 0.0) / 4
    assert gaps(rows) == pytest.approx([latent, 0.0])
    assert gaps(rows, 0.5) == pytest.approx([0.1 / 4, 0.0])


def test_one_seed_has_no_interval() -> None:
    task = scores_of(agent_rows("pixels", 0, {"source": 0.8, "new_floor": 0.4}))
    summary = summarise_group(task, task.groups[0], SAMPLING).domains["new_floor"]
    for estimate in (summary.mean, summary.interquartile_mean, summary.ratio):
        assert estimate.interval is None
        assert estimate.seeds == 1


def test_targets_together_keep_a_seeds_domains_together() -> None:
    rows = []
    for seed, gain in enumerate([0.3, -0.1, 0.2, 0.0]):
        # What a seed wins on the floor it loses on the wall: over both, all seeds are alike.
        returns = {"source": 0.8, "new_floor": 0.4 + gain, "new_wall": 0.4 - gain, "d_u": 0.7}
        rows += agent_rows("pixels", seed, returns)
    task = scores_of(rows)
    summary = summarise_group(task, task.groups[0], SAMPLING)
    assert summary.targets is not None
    assert summary.targets.mean.value == pytest.approx(0.4)
    interval = summary.targets.mean.interval
    assert interval is not None
    assert [interval.low, interval.high] == pytest.approx([0.4, 0.4])
    assert summary.targets.ratio.value == pytest.approx(0.5)  # without d_u
    floor = summary.domains["new_floor"].mean.interval
    assert floor is not None and floor.high - floor.low > 0.1


def test_there_is_no_aggregate_of_one_target_or_of_missing_ones() -> None:
    task = scores_of(agent_rows("pixels", 0, {"source": 0.8, "new_floor": 0.4}))
    assert summarise_group(task, task.groups[0], SAMPLING).targets is None
    rows = agent_rows("pixels", 0, {"source": 0.8, "new_floor": 0.4})
    rows += agent_rows("pixels", 1, {"source": 0.8, "new_wall": 0.4})
    task = scores_of(rows)
    assert summarise_group(task, task.groups[0], SAMPLING).targets is None


def test_seeds_without_a_defined_ratio_do_not_count_in_its_mean() -> None:
    rows = five_seeds("pixels", source=0.8, new_floor=0.4)
    rows += agent_rows("pixels", 5, {"source": 0.05, "new_floor": 0.4})
    task = scores_of(rows)
    summary = summarise_group(task, task.groups[0], SAMPLING).domains["new_floor"]
    assert (summary.mean.seeds, summary.ratio.seeds) == (6, 5)
    assert np.isnan(summary.ratios[5])
    assert summary.ratio.value == pytest.approx(np.mean(summary.ratios[:5]))


def test_profiles_are_over_all_targets_and_keep_a_seeds_targets_together() -> None:
    rows = five_seeds("pixels", source=1.0, new_floor=0.6, new_wall=0.2, d_u=0.9)
    rows += agent_rows("pixels", 5, {"source": 0.05, "new_floor": 0.4, "new_wall": 0.4})
    task = scores_of(rows)
    profile = summarise_group(task, task.groups[0], SAMPLING).profile
    assert profile is not None and profile.band is not None
    assert profile.seeds == 5  # the sixth learned nothing, so it has no ratio
    means = np.array([-0.04, -0.02, 0.0, 0.02, 0.04])
    ratios = np.stack([(0.6 + means) / (1 + means), (0.2 + means) / (1 + means)], axis=1)
    np.testing.assert_allclose(profile.share, performance_profile(ratios, THRESHOLDS))
    band = performance_profile_band([ratios], THRESHOLDS, resamples=500)
    assert band is not None
    np.testing.assert_allclose(profile.band.low, band.low)
    assert profile.share[np.searchsorted(THRESHOLDS, 0.4)] == 0.5


def test_there_is_no_profile_without_all_targets_and_no_band_for_one_seed() -> None:
    one = agent_rows("pixels", 0, {"source": 0.8, "new_floor": 0.4})
    task = scores_of(one)
    profile = summarise_group(task, task.groups[0], SAMPLING).profile
    assert profile is not None and profile.band is None
    other = agent_rows("latent", 0, {"source": 0.8, "new_floor": 0.4, "new_wall": 0.4})
    task = scores_of(one + other)
    latent, pixels = (summarise_group(task, group, SAMPLING).profile for group in task.groups)
    assert latent is not None and pixels is None
    task = scores_of(agent_rows("pixels", 0, {"source": 0.05, "new_floor": 0.4}))
    assert summarise_group(task, task.groups[0], SAMPLING).profile is None


def test_agents_of_a_target_have_no_part_in_what_is_over_all_targets() -> None:
    everywhere = {"source": 0.8, "new_floor": 0.8, "new_wall": 0.8}
    rows = agent_rows("pixels", 0, everywhere)
    rows += agent_rows("pixels", 0, everywhere, source="new_floor", name="there")
    task = scores_of(rows)
    usual, there = (summarise_group(task, group, SAMPLING) for group in task.groups)
    assert usual.targets is not None and usual.profile is not None
    assert (there.targets, there.profile) == (None, None)
    assert there.domains["new_floor"].mean.value == pytest.approx(0.8)
    rows += agent_rows("latent", 0, everywhere)
    rows += agent_rows("latent", 0, everywhere, source="new_floor", name="latent there")
    comparisons = compare_kinds(scores_of(rows), "latent", "pixels", ["new_wall"], SAMPLING)
    names = [(each.first, each.second) for each in comparisons]
    assert names == [("latent (from source)", "pixels (from source)")]


def test_agents_of_d_u_are_compared_by_their_returns() -> None:
    rows = []
    for seed, gain in enumerate([0.0, 0.1, -0.1]):
        rows += agent_rows("latent", seed, {"source": 0.9, "new_floor": 0.8, "new_wall": 0.6})
        returns = {"d_u": 0.2, "new_floor": 0.5 + gain, "new_wall": 0.3 - gain / 2}
        rows += agent_rows("pixels", seed, returns, source="d_u", total_timesteps=200_000)
    over = ["new_floor", "new_wall"]
    (comparison,) = compare_kinds(scores_of(rows), "latent", "pixels", over, SAMPLING)
    assert comparison.measure == RETURN
    np.testing.assert_allclose(comparison.first_scores, 0.7)
    np.testing.assert_allclose(comparison.second_scores, [0.4, 0.425, 0.375])
    assert comparison.difference is not None
    assert comparison.difference.mean == pytest.approx(0.3)
    for seed in range(3):
        rows += agent_rows("pixels", seed, {"source": 0.9, "new_floor": 0.4, "new_wall": 0.1})
    measures = {
        each.second: each.measure
        for each in compare_kinds(scores_of(rows), "latent", "pixels", over, SAMPLING)
    }
    assert measures == {
        "pixels (from source, 60,000 steps)": RATIO,
        "pixels (from d_u, 200,000 steps)": RETURN,
    }


def test_kinds_are_compared_by_pairs_of_seeds() -> None:
    rows = []
    for seed, (latent, pixels) in enumerate([(0.8, 0.4), (0.6, 0.4), (0.7, 0.1)]):
        rows += agent_rows("latent", seed, {"source": 1.0, "new_floor": latent, "new_wall": 0.5})
        rows += agent_rows("pixels", seed, {"source": 0.5, "new_floor": pixels / 2})
    rows += agent_rows("latent", 7, {"source": 1.0, "new_floor": 0.1})
    rows += agent_rows("pixels", 3, {"source": 0.05, "new_floor": 0.1})
    (comparison,) = compare_kinds(scores_of(rows), "latent", "pixels", ["new_floor"], SAMPLING)
    assert comparison.seeds == (0, 1, 2)
    assert comparison.left_out == (3, 7)
    np.testing.assert_allclose(comparison.first_scores, [0.8, 0.6, 0.7])
    np.testing.assert_allclose(comparison.second_scores, [0.4, 0.4, 0.1])
    assert comparison.difference is not None
    assert comparison.difference.mean == pytest.approx((0.4 + 0.2 + 0.6) / 3)
    assert [interval.level for interval in comparison.difference.intervals] == [0.8, 0.95]
    assert comparison.probability == 1.0
    (back,) = compare_kinds(scores_of(rows), "pixels", "latent", ["new_floor"], SAMPLING)
    assert back.difference is not None
    assert back.difference.mean == pytest.approx(-comparison.difference.mean)


def test_ratios_are_averaged_over_the_chosen_domains() -> None:
    rows = [
        *agent_rows("latent", 0, {"source": 1.0, "new_floor": 0.8, "new_wall": 0.4}),
        *agent_rows("pixels", 0, {"source": 1.0, "new_floor": 0.5, "new_wall": 0.1}),
    ]
    over = ["new_floor", "new_wall", "elsewhere"]
    (comparison,) = compare_kinds(scores_of(rows), "latent", "pixels", over, SAMPLING)
    assert comparison.domains == ("new_floor", "new_wall")
    assert comparison.difference is not None
    assert comparison.difference.mean == pytest.approx(0.6 - 0.3)
    assert comparison.difference.intervals == ()
    assert comparison.probability_interval is None


def test_only_groups_of_the_same_algorithm_source_and_steps_are_compared() -> None:
    score = {"source": 1.0, "new_floor": 0.5}
    rows = agent_rows("latent", 0, score) + agent_rows("pixels", 0, score, algorithm="dqn")
    assert compare_kinds(scores_of(rows), "latent", "pixels", ["new_floor"], SAMPLING) == []
    rows += agent_rows("pixels", 0, score, name="ppo")
    (comparison,) = compare_kinds(scores_of(rows), "latent", "pixels", ["new_floor"], SAMPLING)
    assert (comparison.first, comparison.second) == ("latent", "pixels (ppo)")


def test_kinds_or_domains_that_are_not_there_give_no_comparison() -> None:
    task = scores_of(agent_rows("latent", 0, {"source": 1.0, "new_floor": 0.5}))
    assert compare_kinds(task, "latent", "pixels", ["new_floor"], SAMPLING) == []
    assert compare_kinds(task, "latent", "latent", ["new_wall"], SAMPLING) == []


def test_a_comparison_without_any_pair_says_nothing() -> None:
    rows = agent_rows("latent", 0, {"source": 1.0, "new_floor": 0.5})
    rows += agent_rows("pixels", 1, {"source": 1.0, "new_floor": 0.5})
    (comparison,) = compare_kinds(scores_of(rows), "latent", "pixels", ["new_floor"], SAMPLING)
    assert comparison.seeds == ()
    assert comparison.difference is None
    assert np.isnan(comparison.probability)
