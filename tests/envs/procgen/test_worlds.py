"""Procgen's games as environments, where EnvPool is installed."""

import sys
from types import ModuleType
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from darla.environments.checked_steps import CheckedVectorSteps
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.description.domain import Domain
from darla_envs.procgen.pools import load_envpool
from darla_envs.procgen.world import ProcgenWorld
from darla_envs.procgen.worlds import ProcgenWorlds
from darla_envs.suites import suite_of

COIN, FRUIT = "Darla/Procgen-CoinRun-v0", "Darla/Procgen-FruitBot-v0"
RIGHT = 7


class Play:
    """Plays worlds with the same random actions, each again as soon as its episode is over."""

    def __init__(self, worlds: ProcgenWorlds, seeds: list[int | None], steps: int) -> None:
        every, rng = np.arange(worlds.num_worlds), np.random.default_rng(0)
        self.pictures, self.rewards, self.ends, self.levels = [], [], [], []
        worlds.reset(every, seeds)
        for _ in range(steps):
            outcomes = worlds.step(every, rng.integers(15, size=len(every)))
            over = outcomes.terminated | outcomes.truncated
            self.pictures.append(np.empty((len(every), 64, 64, 3), np.uint8))
            worlds.draw(every, self.pictures[-1])
            self.levels.append(worlds.infos(every)["level"])
            self.rewards.append(outcomes.rewards)
            self.ends.append(over)
            if over.any():
                worlds.reset(np.flatnonzero(over))


def black(pictures: np.ndarray) -> np.ndarray:
    """Return the share of each picture (..., H, W, 3) that is black."""
    return (pictures == 0).all(-1).mean((-1, -2))


@pytest.mark.parametrize(
    ("task_id", "game", "themes"),
    [(COIN, "CoinrunHard-v0", True), (FRUIT, "FruitbotEasy-v0", False)],
)
def test_the_source_is_what_envpool_simulates_and_draws(
    task_id: str, game: str, themes: bool
) -> None:
    level = {"start_level": 7, "num_levels": 1, "use_backgrounds": False}
    theirs: Any = load_envpool().make_gymnasium(
        game, num_envs=1, channel_first=False, restrict_themes=themes, **level
    )
    ours = ProcgenWorld(task_id, Domain("seven", {"levels": ((7, 7),)}))
    shown, info = ours.reset(seed=3)
    np.testing.assert_array_equal(shown, theirs.reset()[0][0])
    assert info == {"level": 7, "is_success": False}
    for _ in range(60):
        (picture,), (reward,), (terminated,), _, _ = theirs.step(np.array([RIGHT], np.int32))
        shown, *rest = ours.step(RIGHT)
        np.testing.assert_array_equal(shown, picture)
        assert rest[:3] == [reward, terminated, False]
        if terminated:
            break


def test_looks_change_nothing_but_pictures() -> None:
    seeds: list[int | None] = [3, 1, 4]
    source, *others = (
        Play(ProcgenWorlds(COIN, 3, domain), seeds, 150)
        for domain in ("source", "backgrounds", "themes", "all_looks", "flat", "noisy")
    )
    assert np.any(source.ends) and np.unique(source.levels).size > 3
    for other in others:
        np.testing.assert_array_equal(source.levels, other.levels)
        np.testing.assert_array_equal(source.rewards, other.rewards)
        np.testing.assert_array_equal(source.ends, other.ends)
        assert (np.asarray(source.pictures) != other.pictures).any((-1, -2, -3)).mean() > 0.5


def test_new_levels_are_none_that_an_agent_or_an_encoder_meets() -> None:
    known = [Play(ProcgenWorlds(COIN, 8, name), [*range(8)], 1) for name in ("source", "d_u")]
    new = Play(ProcgenWorlds(COIN, 8, "new_levels"), [*range(8)], 1)
    assert np.max(known[0].levels) < 200 <= np.min(new.levels)
    assert np.max(new.levels) < 1_000_000 <= np.min(known[1].levels)


def test_an_episode_of_d_u_keeps_its_look_and_others_have_another() -> None:
    worlds = ProcgenWorlds(FRUIT, 12, "d_u", max_episode_steps=10)
    play = Play(worlds, [*range(12)], 30)
    dark = black(np.asarray(play.pictures).reshape(3, 10, 12, 64, 64, 3)) > 0.3
    steady = ~np.asarray(play.ends).reshape(3, 10, 12)[:, :9].any(1)  # episodes of ten steps
    assert steady.sum() > 20
    looks = dark.transpose(0, 2, 1)[steady]  # episodes, steps
    assert (looks == looks[:, :1]).all()
    assert 0.2 < looks[:, 0].mean() < 0.8
    changes = dark[:-1, 0] != dark[1:, 0]  # of one world, from one episode to the next
    assert changes.any() and not changes.all()


@pytest.mark.parametrize("domain", ["source", "d_u"])
def test_a_world_plays_what_a_single_environment_of_its_seed_plays(domain: str) -> None:
    together = ProcgenWorlds(COIN, 3, domain, max_episode_steps=15, num_threads=2)
    every = np.arange(3)
    together.reset(every, [5, 6, 7])
    together.step(every, np.full(3, RIGHT))
    together.reset(np.array([1]), [9])  # which lives in a pool of its own from now on
    together.reset(np.array([0, 2]), [5, 7])
    alone = [ProcgenWorlds(COIN, 1, domain, max_episode_steps=15) for _ in every]
    for world, seed in zip(alone, (5, 9, 7), strict=True):
        world.reset(every[:1], [seed])
    for step in range(50):
        shown = np.empty((3, 64, 64, 3), np.uint8)
        together.draw(every, shown)
        for row, world in enumerate(alone):
            picture = np.empty((1, 64, 64, 3), np.uint8)
            world.draw(every[:1], picture)
            np.testing.assert_array_equal(picture[0], shown[row])
        actions = np.array([RIGHT, step % 15, 4])
        outcomes = together.step(every, actions)
        for row, world in enumerate(alone):
            one = world.step(every[:1], actions[row : row + 1])
            assert one.rewards[0] == outcomes.rewards[row]
            if one.terminated[0] or one.truncated[0]:
                assert outcomes.terminated[row] or outcomes.truncated[row]
                together.reset(every[row : row + 1])
                world.reset(every[:1])


def test_vectors_count_episodes_as_the_toolkit_expects() -> None:
    envs = gym.make_vec(COIN, 4, domain="d_u", max_episode_steps=12, num_threads=1)
    checked, ends = CheckedVectorSteps(envs), 0
    shown, infos = checked.reset([0, 1, 2, 3])
    assert shown.shape == (4, 64, 64, 3) and shown.dtype == np.uint8
    assert envs.unwrapped.domain.name == "d_u"
    for _ in range(60):
        _, _, over, infos = checked.step(envs.action_space.sample())
        ends += over.sum()
    assert ends >= 16 and infos["level"].shape == (4,)
    envs.close()


def test_the_last_picture_of_an_episode_is_of_its_own_level() -> None:
    batch = BatchedEnvs(ProcgenWorlds(COIN, 1, max_episode_steps=20), AutoresetMode.SAME_STEP)
    start = batch.reset([0])
    steps = [batch.step(np.array([RIGHT])) for _ in range(40)]
    first = next(step for step in steps if step.finals is not None)
    assert first.finals is not None
    assert first.finals.infos["level"] == start.infos["level"] != first.infos["level"]
    assert (first.finals.frames != first.frames).any()


def test_a_coin_is_success_and_a_thousand_steps_are_an_end_without_one() -> None:
    env = ProcgenWorld(COIN)
    env.reset(seed=0)
    ends = [env.step(4)[1:] for _ in range(1000)]
    assert [each[1:3] for each in ends] == [(False, False)] * 999 + [(False, True)]
    won, rng = [], np.random.default_rng(0)
    env.reset(seed=1)
    while len(won) < 2:
        _, reward, terminated, truncated, info = env.step(int(rng.choice([7, 8])))
        assert info["is_success"] == (reward == 10.0)
        won += [reward] if info["is_success"] else []
        if terminated or truncated:
            env.reset()


def test_pictures_can_be_restyled_and_domains_exchanged() -> None:
    env = ProcgenWorlds(COIN, 2, "grey")
    (picture,) = Play(env, [1, 2], 1).pictures
    assert (picture == picture[..., :1]).all() and picture.any()
    env.set_domain("flat")
    env.reset(np.arange(2))
    env.draw(np.arange(2), picture)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) < 40 < picture.max()


def test_easy_levels_are_to_be_had() -> None:
    easy, hard = (Play(ProcgenWorlds(COIN, 4, "all_looks", mode=each), [0, 1, 2, 3], 1)
                  for each in ("easy", "hard"))  # fmt: skip
    assert (easy.levels[0] == hard.levels[0]).all()
    assert (easy.pictures[0] != hard.pictures[0]).any()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mode": "eazy"}, "'eazy'.*'easy'"),
        ({"domain": "backgrond"}, "'backgrond'.*'backgrounds'"),
        ({"max_episode_steps": 0}, "max_episode_steps is 0"),
        ({"num_threads": 0}, "num_threads is 0"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ProcgenWorlds(COIN, 1, **wrong)


def test_there_are_no_factors_to_set_or_to_observe() -> None:
    with pytest.raises(ValueError, match="no factors that could be set"):
        ProcgenWorld(COIN).reset(options={"factors": {"level": 3}})
    with pytest.raises(ValueError, match="reports no factors"):
        suite_of(COIN).batch(1, observing="factors")


def test_a_missing_qt_is_told_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name == "ProcgenGymnasiumEnvPool":
                raise ImportError("EnvPool Procgen requires the system Qt 5 runtime\non Linux")
            raise AttributeError(name)

    monkeypatch.setitem(sys.modules, "envpool.procgen", Broken("envpool.procgen"))
    with pytest.raises(ValueError, match="apt-get install libqt5core5a libqt5gui5") as caught:
        load_envpool()
    assert "\n" not in str(caught.value)
