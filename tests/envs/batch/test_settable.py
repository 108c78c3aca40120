"""Vector environments that are put into many settings at once, for collecting frames."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.factors import Setting
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID

TASKS = (GO_TO_OBJECT, SEEK_AVOID)


def make(task: str = GO_TO_OBJECT, num_envs: int = 3, **options: Any) -> Any:
    settings = {"domain": "d_u", "num_threads": 1, "obs_width": 32, "obs_height": 24, **options}
    return gym.make_vec(task, num_envs, "vector_entry_point", **settings)


@pytest.mark.parametrize("task", TASKS)
def test_worlds_are_put_into_sampled_settings(task: str) -> None:
    many, one = make(task), make(task, num_envs=1)
    rows = many.sample_settings(np.random.default_rng(0), 3, 0.5)
    frames, infos = many.reset_to(rows)
    settings: list[Setting] = many.batch.worlds.settings_from(rows)
    assert frames.shape == (3, 24, 32, 3)
    for index, setting in enumerate(settings):
        alone, reported = one.reset(options={"factors": setting})
        np.testing.assert_array_equal(frames[index], alone[0])
        for name in many.factors:
            assert infos["factors"][name][index] == reported["factors"][name][0]
            assert infos["factors"][f"_{name}"].all()


def test_looks_are_kept_for_some_settings() -> None:
    made = make()
    rows = made.sample_settings(np.random.default_rng(0), 6, 0.5, per_look=3)
    assert [len(np.unique(rows[part, 0])) for part in (slice(0, 3), slice(3, 6))] == [1, 1]
    assert len(np.unique(rows[:, 0])) == 2


def test_few_worlds_are_drawn_where_it_is_asked_for() -> None:
    made = make()
    shown, _ = made.reset(seed=0)
    canvas = np.zeros((4, 24, 32, 3), np.uint8)
    rows = made.sample_settings(np.random.default_rng(0), 3)
    expected, _ = made.reset_to(rows[:2])
    frames, infos = made.reset_to(rows[:2], canvas[1:3])
    assert np.shares_memory(frames, canvas)
    np.testing.assert_array_equal(canvas[1:3], expected)
    assert not canvas[[0, 3]].any()
    assert len(infos["factors"]["floor"]) == 2
    after, _, _, _, infos = made.step(np.zeros(3, np.int64))
    assert infos["factors"]["floor"][:2].tolist() == rows[:2, 0].tolist()
    assert (after[2] != shown[2]).any()


def test_worlds_that_were_put_into_settings_act() -> None:
    made = make(max_episode_steps=1)
    rows = made.sample_settings(np.random.default_rng(0), 3)
    for _ in range(2):  # also when the episodes before are over
        made.reset_to(rows)
        *_, truncated, infos = made.step(np.zeros(3, np.int64))
        assert truncated.all()
        assert infos["factors"]["floor"].tolist() == rows[:, 0].tolist()


def test_what_cannot_be_is_an_error() -> None:
    made = make()
    rows = made.sample_settings(np.random.default_rng(0), 4)
    with pytest.raises(ValueError, match="4 settings are given for 3 worlds"):
        made.reset_to(rows)
    rows[0, 0] = 7.0
    with pytest.raises(ValueError, match="factor 'floor' of row 0 cannot be 7"):
        made.reset_to(rows[:1])
    made.close()
    with pytest.raises(gym.error.ClosedEnvironmentError):
        made.reset_to(rows[1:])


def test_factors_and_domain_are_those_of_a_single_environment() -> None:
    made, single = make(), gym.make(GO_TO_OBJECT, domain="d_u").unwrapped
    assert made.factors == single.factors
    assert made.domain == single.domain
    made.set_domain("source")
    assert made.domain.name == "source"


def test_workers_of_their_own_offer_no_settings() -> None:
    made = make(workers=1)
    assert not hasattr(made, "sample_settings")
    made.close()
