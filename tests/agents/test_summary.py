"""Summaries: means, intervals over seeds, aggregates over targets, paired comparisons."""

import numpy as np
import pytest
from toy_rows import agent_rows, random_rows

from agents.scores import TaskScores, score_tasks
from agents.statistics import bootstrap_interval, mean
from agents.summary import Sampling, compare_kinds, summarise_group

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
    assert summary.mean.interval == bootstrap_interval([summary.returns], mean, resamples=500)
    assert summary.success == 0.0
    assert summary.random == 0.0
    np.testing.assert_allclose(summary.ratios, np.array(returns) / [0.76, 0.78, 0.8, 0.82, 0.84])
    assert summary.ratio.value == pytest.approx(np.mean(summary.ratios))


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
    np.testing.assert_allclose(comparison.first_ratios, [0.8, 0.6, 0.7])
    np.testing.assert_allclose(comparison.second_ratios, [0.4, 0.4, 0.1])
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
