"""True factors of batched rooms, against single environments that show them."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID
from darla_envs.make import make_batched
from oracle.factor_observation import OracleObservation
from oracle.world import make as make_oracle

STEPS = 130  # both tasks' episodes end before


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR])
def test_observations_equal_those_of_single_environments(task):
    batch = make_batched(task, 2, observing="factors", autoreset_mode=AutoresetMode.SAME_STEP)
    singles = [OracleObservation(make_oracle(task)) for _ in range(2)]
    assert batch.observation_space == singles[0].observation_space
    frames = batch.reset([5, 6]).frames
    expected = np.stack(
        [env.reset(seed=seed)[0] for env, seed in zip(singles, (5, 6), strict=True)]
    )
    np.testing.assert_array_equal(frames, expected)
    rng, ends = np.random.default_rng(0), 0
    for _ in range(STEPS):
        actions = rng.choice(3, 2, p=[0.15, 0.15, 0.7])
        step = batch.step(actions)
        for row, env in enumerate(singles):
            seen, reward, terminated, truncated, info = env.step(int(actions[row]))
            assert (step.rewards[row], step.terminated[row]) == (reward, terminated)
            if terminated or truncated:
                place = step.finals.indices.tolist().index(row)
                np.testing.assert_array_equal(step.finals.frames[place], seen)
                assert step.finals.infos["is_success"][place] == info["is_success"]
                seen, ends = env.reset()[0], ends + 1
            np.testing.assert_array_equal(step.frames[row], seen)
    assert ends >= 2
    for env in singles:
        env.close()


def test_workers_show_the_same():
    mode = AutoresetMode.SAME_STEP
    here, there = (
        make_batched(
            GO_TO_OBJECT, 3, observing="factors", autoreset_mode=mode, workers=workers, domain="d_u"
        )
        for workers in (0, 2)
    )
    np.testing.assert_array_equal(here.reset([1, 2, 3]).frames, there.reset([1, 2, 3]).frames)
    for _ in range(45):
        mine, other = here.step(np.array([2, 0, 2])), there.step(np.array([2, 0, 2]))
        np.testing.assert_array_equal(mine.frames, other.frames)
        assert (mine.finals is None) == (other.finals is None)
        if mine.finals is not None:
            np.testing.assert_array_equal(mine.finals.frames, other.finals.frames)
    there.close()


def test_an_unknown_domain_is_said():
    with pytest.raises(ValueError, match="unknown domain 'sauce'"):
        make_batched(GO_TO_OBJECT, 2, observing="factors", domain="sauce")
