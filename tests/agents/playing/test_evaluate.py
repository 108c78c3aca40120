"""Evaluation of transfer: the same episodes for all, each once, and scored as played alone."""

import dataclasses
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch

import toy_tasks
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.saved_agent import load_agent, save_agent
from darla_agents.playing.evaluate import (
    EvaluateTransferConfig,
    TransferEvaluation,
    episode_seeds,
    evaluate_transfer,
)
from darla_agents.playing.row import Row
from darla_agents.playing.rows import read_rows
from darla_agents.worlds.environments import make_env
from darla_envs.description.domains import target_names
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from toy_agents import TOY_TASK, make_toy_agent
from toy_encoder import make_toy_bundle

DOMAINS = ("source", "new_floor")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def config(tmp_path: Path) -> EvaluateTransferConfig:
    return EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        domains=DOMAINS,
        episodes=3,
        random_episodes=4,
        out=tmp_path / "rows.csv",
        num_envs=2,
        device="cpu",
        progress=False,
    )


def run(config: EvaluateTransferConfig, **changes: object) -> tuple[TransferEvaluation, list[Row]]:
    result = evaluate_transfer(dataclasses.replace(config, **changes))
    return result, read_rows(result.out)


def counts(rows: list[Row]) -> Counter:
    return Counter((row.agent.partition("@")[0], row.domain) for row in rows)


def test_seeds_are_distinct_and_more_episodes_only_add_to_them() -> None:
    assert len(set(episode_seeds(0, 1000))) == 1000
    assert episode_seeds(0, 10) == episode_seeds(0, 1000)[:10]
    assert not set(episode_seeds(0, 1000)) & set(episode_seeds(1, 1000))


def test_a_row_for_each_agent_domain_and_episode(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    spec = make_toy_agent(tmp_path / "agents" / "a")
    make_toy_agent(tmp_path / "agents" / "b", seed=7)
    result, rows = run(config)
    assert (result.played, result.skipped) == (20, 0)
    assert counts(rows) == {
        **{(agent, domain): 3 for agent in "ab" for domain in DOMAINS},
        **{("random", domain): 4 for domain in DOMAINS},
    }
    for row in rows:
        assert row.episode_seed == episode_seeds(0, 4)[row.episode]
        assert row.length == 5
    first = next(row for row in rows if row.agent.startswith("b@"))
    assert (first.kind, first.algorithm, first.task) == ("pixels", "ppo", spec.task)
    assert (first.source, first.agent_seed, first.total_timesteps) == ("source", 7, 100)
    random = next(row for row in rows if row.kind == "random")
    assert (random.agent, random.algorithm, random.source) == ("random", "", "")


def test_the_same_command_plays_nothing_again_and_new_agents_are_added(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    _, before = run(config)
    again, rows = run(config)
    assert (again.played, again.skipped) == (0, 14)
    assert rows == before
    make_toy_agent(tmp_path / "agents" / "b", seed=1)
    more, rows = run(config, episodes=4)
    assert (more.played, more.skipped) == (2 + 8, 14)
    assert rows[: len(before)] == before
    assert set(counts(rows).values()) == {4}


def test_an_agent_trained_again_is_another_agent(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a", weights=1)
    run(config, random=False)
    make_toy_agent(tmp_path / "agents" / "a", weights=2)
    result, rows = run(config, random=False)
    assert result.played == 6
    assert len({row.agent for row in rows}) == 2


def by_key(rows: list[Row]) -> dict:
    return {row.key: row for row in rows}


def test_results_do_not_depend_on_the_number_of_environments(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agents" / "b", kind="latent", encoder=bundle)
    alone = run(config, num_envs=1, out=tmp_path / "alone.csv")[1]
    many = run(config, num_envs=8, out=tmp_path / "many.csv")[1]
    assert by_key(alone) == by_key(many)


@pytest.mark.parametrize("kind", ["pixels", "latent", "random_encoder", "finetuned"])
def test_returns_are_those_of_playing_an_episode_by_hand(
    config: EvaluateTransferConfig, tmp_path: Path, kind: str
) -> None:
    bundle = None if kind == "pixels" else make_toy_bundle(tmp_path / "encoder")
    spec = make_toy_agent(tmp_path / "agents" / "a", kind=kind, encoder=bundle)
    _, rows = run(config, random=False, episodes=5)
    agent = load_agent(tmp_path / "agents" / "a")
    encoder = agent_encoder(spec)
    for row in rows:
        env = make_env(TOY_TASK, "pictures", row.domain)
        observation, _ = env.reset(seed=row.episode_seed)
        total, over = 0.0, False
        while not over:
            batch = observation[None]
            batch = batch if encoder is None else LatentTransform(encoder)(batch)
            step = env.step(agent.predict(batch)[0])
            observation, total, over = step[0], total + float(step[1]), step[2] or step[3]
        assert row.episode_return == total
        assert row.success == step[4]["is_success"]
    assert len({row.episode_return for row in rows}) > 1


def test_rows_tell_agents_apart_by_label_and_augmentation(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    for name, changes in {
        "plain": {},
        "shifted": {"augmentation": "shift"},
        "named": {"augmentation": "shift", "label": "drq+"},
    }.items():
        spec = make_toy_agent(tmp_path / "agents" / name)
        model = load_agent(tmp_path / "agents" / name).model
        save_agent(model, dataclasses.replace(spec, **changes), tmp_path / "agents" / name)
    _, rows = run(config)
    kinds = {row.agent.partition("@")[0]: row.kind for row in rows}
    assert kinds == {
        "plain": "pixels",
        "shifted": "pixels_shift",
        "named": "drq+",
        "random": "random",
    }
    # only what they are called differs: they play the same episodes on the same clean pictures
    returns = defaultdict(list)
    for row in rows:
        returns[row.kind].append(row.episode_return)
    assert returns["pixels"] == returns["pixels_shift"] == returns["drq+"]


class Broken(toy_tasks.BrightSideEnv):
    """Is interrupted by the user after some steps, counted over all environments."""

    left = 0

    def step(self, action: int) -> tuple:
        Broken.left -= 1
        if Broken.left < 0:
            raise KeyboardInterrupt
        return super().step(action)


def test_a_run_that_was_stopped_continues_to_the_same_rows(
    config: EvaluateTransferConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    whole = run(config, out=tmp_path / "whole.csv")[1]
    monkeypatch.setattr(gym.spec("Toy/BrightSide-v0"), "entry_point", Broken)
    for steps in (18, 23, 1000):
        Broken.left = steps
        if steps < 1000:
            with pytest.raises(KeyboardInterrupt):
                run(config)
            assert 0 < len(read_rows(config.out)) < len(whole)
        else:
            run(config)
    assert read_rows(config.out) == whole


def test_drawn_actions_are_kept_apart_from_the_most_probable_ones(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    run(config)
    result, rows = run(config, stochastic=True)
    assert (result.played, result.skipped) == (6, 8)
    assert counts(rows)["a", "source"] == 6
    again = run(config, stochastic=True, out=tmp_path / "again.csv")[1]
    drawn = [row for row in rows if row.agent.endswith("+stochastic")]
    assert drawn == [row for row in again if row.kind != "random"]


def test_both_kinds_of_actions_are_played_in_one_run(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    result, rows = run(config, actions="both")
    assert (result.played, result.skipped) == (20, 0)
    alone = run(config, out=tmp_path / "one.csv")[1]
    drawn = run(config, actions="sampled", out=tmp_path / "two.csv")[1]
    assert {row.key: row for row in rows} == {row.key: row for row in (*alone, *drawn)}
    assert {row.actions for row in rows if row.kind != "random"} == {"sampled", "most_probable"}
    assert run(config, actions="both")[0].played == 0
    assert run(config, stochastic=True)[0].played == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"actions": "sample"}, "unknown kind of actions 'sample'; did you mean 'sampled'"),
        ({"actions": "both", "stochastic": True}, "--stochastic is --actions sampled"),
    ],
)
def test_actions_that_cannot_be_are_named(
    config: EvaluateTransferConfig, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(config, **given)


def test_without_domains_agents_of_tasks_from_elsewhere_play_in_their_source(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    task, bundle = "toy_envs:Toy/Counting-v0", make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agents" / "b", kind="latent", task=task, encoder=bundle)
    _, rows = run(config, domains=())
    assert {row.domain for row in rows} == {"source"}
    assert len({row.task for row in rows}) == 2


def test_agents_on_true_factors_and_the_random_policy_share_episodes_with_pixels(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    for kind in ("pixels", "factors"):
        make_toy_agent(tmp_path / "agents" / kind, kind=kind, task=GO_TO_OBJECT)
    _, rows = run(config, domains=("source", "all_three"), episodes=2, random_episodes=2)
    assert set(counts(rows).values()) == {2}
    assert len(counts(rows)) == 6
    # Neither sees the look, and episodes of one seed begin in the same place everywhere.
    results: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    for row in rows:
        results[row.kind, row.domain].append((row.episode_seed, row.episode_return, row.length))
    assert results["factors", "source"] == results["factors", "all_three"]
    assert results["random", "source"] == results["random", "all_three"]


def test_rows_are_the_same_however_worlds_are_simulated(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    for task in (GO_TO_OBJECT, SEEK_AVOID):
        make_toy_agent(tmp_path / "agents" / task[-12:], kind="factors", task=task)
    for domain, num_envs in (("source", 3), ("all_three", 1)):
        rows = [
            run(
                config,
                rendering=rendering,
                out=tmp_path / f"{rendering}_{domain}.csv",
                num_envs=num_envs,
                domains=(domain,),
            )[1]
            for rendering in ("batched", "stock")
        ]
        assert rows[0] == rows[1]


def test_agents_on_pictures_play_the_same_in_any_number_of_batched_worlds(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a", task=GO_TO_OBJECT)
    changes = {"episodes": 5, "random": False}
    alone = run(config, num_envs=1, out=tmp_path / "alone.csv", **changes)[1]
    many = run(config, num_envs=4, out=tmp_path / "many.csv", **changes)[1]
    assert by_key(alone) == by_key(many)


def test_by_default_agents_play_in_their_source_and_every_target(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a", kind="factors", task=GO_TO_OBJECT)
    result, rows = run(config, domains=(), episodes=1, random=False)
    assert list(dict.fromkeys(row.domain for row in rows)) == [
        "source",
        *target_names(GO_TO_OBJECT),
    ]
    assert np.isfinite([row.episode_return for row in rows]).all()
    assert result.played == len(rows)


def test_an_unknown_domain_suggests_the_nearest(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a", kind="factors", task=GO_TO_OBJECT)
    with pytest.raises(ValueError, match="unknown domain 'new_flor'; did you mean 'new_floor'"):
        run(config, domains=("new_flor",))
    assert not config.out.exists()


def test_the_random_policy_plays_slow_environments_as_often_as_agents_do(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    _, rows = run(config, domains=("source",), episodes=3, random_episodes=None)
    played = Counter(row.kind for row in rows)
    assert played["random"] == 3 == max(played.values())


def test_an_unknown_rendering_suggests_the_nearest(config: EvaluateTransferConfig) -> None:
    with pytest.raises(ValueError, match="unknown rendering 'stok'; did you mean 'stock'"):
        run(config, rendering="stok")


@pytest.mark.parametrize("name", ["episodes", "random_episodes", "num_envs"])
def test_numbers_below_one_are_refused(config: EvaluateTransferConfig, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0, but must be at least 1"):
        run(config, **{name: 0})


def test_an_agent_of_another_picture_size_is_refused(
    config: EvaluateTransferConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    monkeypatch.setitem(gym.spec("Toy/BrightSide-v0").kwargs, "size", 48)
    with pytest.raises(ValueError, match=r"cannot play here: .*\(3, 64, 64\).*\(48, 48, 3\)"):
        run(config)


def test_rows_of_another_kind_of_file_are_not_touched(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    config.out.write_text("my thesis\n")
    with pytest.raises(ValueError, match="not a file of transfer rows"):
        run(config)
    assert config.out.read_text() == "my thesis\n"


def test_drawn_actions_follow_from_the_episode_and_not_from_what_is_played_beside_it(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents" / "a")
    alone = run(config, stochastic=True, num_envs=1, out=tmp_path / "alone.csv")[1]
    beside = run(config, stochastic=True, num_envs=4, out=tmp_path / "beside.csv")[1]
    assert alone == beside
    lines = (tmp_path / "beside.csv").read_text().splitlines(keepends=True)
    (tmp_path / "cut.csv").write_text("".join(lines[:3]))  # as after a kill
    continued = run(config, stochastic=True, num_envs=3, out=tmp_path / "cut.csv")[1]
    assert sorted(map(repr, continued)) == sorted(map(repr, beside))
