"""From rows to scores: averages by hand, groups, and what is refused."""

import dataclasses

import numpy as np
import pytest

from darla_agents.agent.kinds import KINDS
from darla_agents.comparison.scores import score_tasks
from toy_rows import TASK, agent_rows, random_rows

RANDOM = random_rows({"source": 0.1, "new_floor": 0.2})


def labels(rows: list, by: tuple[str, ...] | None = None) -> list[str]:
    scores = score_tasks(rows + RANDOM, *([] if by is None else [by]))
    return [group.label for group in scores[0].groups]


def test_episodes_are_averaged_by_agent_and_domain() -> None:
    rows = agent_rows("pixels", 1, {"source": [1.0, 0.0, 0.5], "new_floor": [0.25]})
    rows += agent_rows("pixels", 0, {"source": [0.75], "new_floor": [0.0, 1.0]})
    (task,) = score_tasks(rows + RANDOM)
    (group,) = task.groups
    assert (task.task, group.label, group.seeds) == (TASK, "pixels", (0, 1))
    np.testing.assert_allclose(group.returns["source"], [0.75, 0.5])
    np.testing.assert_allclose(group.returns["new_floor"], [0.5, 0.25])
    np.testing.assert_allclose(group.successes["source"], [1.0, 1 / 3])
    np.testing.assert_array_equal(group.episodes["source"], [1, 3])
    assert task.random["source"].mean_return == pytest.approx(0.1)
    assert task.random["new_floor"].episodes == 4


def test_ratios_are_those_of_each_seed() -> None:
    rows = agent_rows("pixels", 0, {"source": 0.9, "new_floor": 0.6})
    rows += agent_rows("pixels", 1, {"source": 0.5, "new_floor": 0.2})
    rows += agent_rows("pixels", 2, {"source": 0.15, "new_floor": 0.2})
    (task,) = score_tasks(rows + RANDOM)
    ratios = task.ratios(task.groups[0], "new_floor")
    np.testing.assert_allclose(ratios[:2], [0.4 / 0.8, 0.0], atol=1e-12)
    assert np.isnan(ratios[2])  # learned nothing in the source
    np.testing.assert_allclose(task.ratios(task.groups[0], "source")[:2], 1.0)
    mean = task.mean_ratios(task.groups[0], ["source", "new_floor"])
    np.testing.assert_allclose(mean[:2], [0.75, 0.5])


def test_a_seed_that_was_not_evaluated_in_a_domain_has_no_score_there() -> None:
    rows = agent_rows("pixels", 0, {"source": 0.9, "new_floor": 0.6})
    rows += agent_rows("pixels", 1, {"source": 0.5})
    (task,) = score_tasks(rows + RANDOM)
    (group,) = task.groups
    np.testing.assert_array_equal(np.isnan(group.returns["new_floor"]), [False, True])
    assert group.episodes["new_floor"].tolist() == [4, 0]
    assert np.isnan(task.ratios(group, "new_floor")).tolist() == [False, True]


def test_kinds_come_in_one_order_and_domains_source_first_and_d_u_last() -> None:
    domains = ["d_u", "new_wall", "source", "new_floor"]
    returns = dict.fromkeys(domains, 0.5)
    rows = [row for kind in sorted(KINDS) for row in agent_rows(kind, 0, returns)]
    (task,) = score_tasks(rows + random_rows(returns))
    assert [group.kind for group in task.groups] == list(KINDS)
    assert task.domains == ("source", "new_wall", "new_floor", "d_u")
    assert task.targets == ("new_wall", "new_floor")


def test_labels_that_begin_with_a_kind_follow_it_and_others_come_last() -> None:
    returns = {"source": 0.9, "new_floor": 0.5}
    wanted = ["latent", "latent_small", "pixels", "pixels_shift", "factors", "darla", "pixelsx"]
    rows = [row for kind in wanted[::-1] for row in agent_rows(kind, 0, returns)]
    (task,) = score_tasks(rows + random_rows(returns))
    assert [group.label for group in task.groups] == wanted


def test_every_source_is_no_target() -> None:
    domains = dict.fromkeys(["source", "held_out_pairs", "source_pairs"], 0.5)
    rows = agent_rows("latent", 0, domains)
    rows += agent_rows("latent", 0, domains, source="source_pairs", name="other")
    (task,) = score_tasks(rows + random_rows(domains))
    assert task.targets == ("held_out_pairs",)
    assert [group.label for group in task.groups] == [
        "latent (from source)",
        "latent (from source_pairs)",
    ]


def test_agents_of_a_target_and_of_d_u_leave_the_targets_as_they_are() -> None:
    domains = dict.fromkeys(["source", "validation", "new_floor", "new_wall", "d_u"], 0.5)
    rows = agent_rows("pixels", 0, domains)
    rows += agent_rows("pixels", 0, domains, source="new_floor", name="there")
    rows += agent_rows("pixels", 0, domains, source="d_u", name="everywhere")
    (task,) = score_tasks(rows + random_rows(domains))
    assert task.domains == ("source", "new_floor", "new_wall", "d_u", "validation")
    assert (task.sources, task.targets) == (("source",), ("new_floor", "new_wall"))
    assert [(group.source, task.trained_in_target(group)) for group in task.groups] == [
        ("source", False),
        ("new_floor", True),
        ("d_u", False),
    ]


def test_where_no_source_has_a_known_name_agents_say_what_it_is() -> None:
    domains = dict.fromkeys(["dawn", "dusk", "noon"], 0.5)
    rows = agent_rows("pixels", 0, domains, source="dusk")
    (task,) = score_tasks(rows + random_rows(domains))
    assert (task.sources, task.targets) == (("dusk",), ("dawn", "noon"))


def test_ratios_of_agents_from_d_u_are_relative_to_their_margin_there() -> None:
    domains = {"source": 0.5, "new_floor": 0.3, "d_u": 0.7}
    rows = agent_rows("pixels", 0, domains, source="d_u")
    (task,) = score_tasks(rows + random_rows({"source": 0.1, "new_floor": 0.2, "d_u": 0.2}))
    (group,) = task.groups
    assert task.ratios(group, "source")[0] == pytest.approx(0.4 / 0.5)
    assert task.ratios(group, "new_floor")[0] == pytest.approx(0.1 / 0.5)
    assert task.mean_returns(group, ["source", "new_floor"])[0] == pytest.approx(0.4)
    assert np.isnan(task.mean_returns(group, ["source", "elsewhere"])[0])


def test_groups_are_named_by_what_differs_within_their_kind() -> None:
    score = {"source": 0.5}
    ppo = agent_rows("latent", 0, score) + agent_rows("pixels", 0, score)
    assert labels(ppo) == ["latent", "pixels"]
    dqn = agent_rows("latent", 0, score, algorithm="dqn", name="dqn")
    assert labels(ppo + dqn) == ["latent (dqn)", "latent (ppo)", "pixels"]
    longer = agent_rows("pixels", 0, score, total_timesteps=100_000, name="longer")
    assert labels(ppo + longer) == ["latent", "pixels (60,000 steps)", "pixels (100,000 steps)"]
    other = agent_rows("latent", 0, score, encoder="runs/beta_4", name="other")
    assert labels(ppo + other) == ["latent (beta_4)", "latent (encoder)", "pixels"]
    namesake = agent_rows("latent", 0, score, encoder="other/encoder", name="other")
    assert labels(ppo + namesake)[0] == "latent (other/encoder)"
    drawn = agent_rows("pixels", 0, score, name="pixels_0@1+stochastic")
    assert "pixels (actions drawn)" in labels(ppo + drawn)


def test_what_differs_between_kinds_is_kept_as_details() -> None:
    rows = agent_rows("latent", 0, {"source": 0.5}, algorithm="dqn")
    rows += agent_rows("pixels", 0, {"source": 0.5}, total_timesteps=7_000)
    groups = score_tasks(rows + RANDOM)[0].groups
    assert [group.label for group in groups] == ["latent", "pixels"]
    assert [group.details for group in groups] == ["dqn, 60,000 steps", "ppo, 7,000 steps"]


def test_encoders_can_be_pooled() -> None:
    score = {"source": 0.5}
    rows = [
        row
        for seed in range(3)
        for row in agent_rows("latent", seed, score, encoder=f"runs/encoder_{seed}")
    ]
    assert len(labels(rows)) == 3
    assert labels(rows, by=("algorithm", "total_timesteps")) == ["latent"]


def test_tasks_are_kept_apart() -> None:
    score, other = {"source": 0.5}, "Darla/SeekAvoid-v0"
    rows = agent_rows("pixels", 0, score) + agent_rows("pixels", 0, score, task=other)
    tasks = score_tasks(rows + RANDOM + random_rows({"source": -1.0}, task=other))
    assert [task.task for task in tasks] == [TASK, other]
    assert tasks[1].random["source"].mean_return == -1.0


def test_success_that_the_task_does_not_tell_is_unknown() -> None:
    rows = [
        dataclasses.replace(row, success=None)
        for row in agent_rows("pixels", 0, {"source": 0.5}) + RANDOM
    ]
    (task,) = score_tasks(rows)
    assert np.isnan(task.groups[0].successes["source"]).all()
    assert np.isnan(task.random["source"].success)


def test_two_agents_that_differ_in_nothing_that_is_known_are_refused() -> None:
    rows = agent_rows("pixels", 3, {"source": 0.5}, name="pixels_3@aa")
    rows += agent_rows("pixels", 3, {"source": 0.9}, name="pixels_3@bb")
    with pytest.raises(ValueError, match=r"both 'pixels' with seed 3; .*--without 'pixels_3@aa'"):
        score_tasks(rows + RANDOM)


def test_scores_without_the_random_policy_are_refused() -> None:
    rows = agent_rows("pixels", 0, {"source": 0.5, "new_wall": 0.5})
    with pytest.raises(ValueError, match=r"random policy in new_wall .* --domains new_wall"):
        score_tasks(rows + RANDOM)


def test_rows_of_the_random_policy_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="no episode of any trained agent"):
        score_tasks(RANDOM)


def test_an_unknown_column_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'encoder'"):
        score_tasks(agent_rows("pixels", 0, {"source": 0.5}) + RANDOM, by=("encodr",))
