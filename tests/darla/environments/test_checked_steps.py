"""Vector environments that do not count as Gymnasium does are refused at the step that shows it."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from darla.environments.checked_steps import CheckedVectorSteps
from toy_envs import CountingImageEnv

LENGTH = 3


class Changed(gym.vector.SyncVectorEnv):
    """Three environments, episodes of three steps; ``change`` is what a step gives instead."""

    def __init__(self, change: str = "", **settings: Any) -> None:
        super().__init__([lambda: CountingImageEnv(episode_length=LENGTH)] * 3, **settings)
        self.change, self.over = change, np.zeros(3, dtype=bool)

    def step(self, actions: Any) -> Any:
        observations, rewards, terminated, truncated, infos = super().step(actions)
        if self.change == "reward of a reset" and self.over.any():
            rewards = rewards + 0.5
        if self.change == "end at a reset" and self.over.any():
            terminated = terminated | self.over
        if self.change == "NaN":
            rewards = rewards * np.nan
        if self.change == "one reward":
            rewards = rewards[:1]
        if self.change == "one picture":
            observations = observations[:1]
        self.over = terminated | truncated
        return observations, rewards, terminated, truncated, infos


def steps(envs: Changed, count: int) -> list[Any]:
    checked = CheckedVectorSteps(envs)
    checked.reset([0, 1, 2])
    return [checked.step(np.zeros(3, dtype=int)) for _ in range(count)]


def test_what_counts_as_gymnasium_does_passes_unchanged() -> None:
    given = steps(Changed(), 2 * (LENGTH + 1))
    envs = Changed()
    envs.reset(seed=[0, 1, 2])
    for observations, rewards, over, _ in given:
        expected = envs.step(np.zeros(3, dtype=int))
        np.testing.assert_array_equal(observations, expected[0])
        np.testing.assert_array_equal(rewards, expected[1])
        np.testing.assert_array_equal(over, expected[2] | expected[3])
    assert [bool(each[2].all()) for each in given] == 2 * [False, False, True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("reward of a reset", "does not count episodes as Gymnasium does"),
        ("end at a reset", "does not count episodes as Gymnasium does"),
        ("NaN", "a reward that is NaN or infinite"),
        ("one reward", r"rewards of shape \(1,\) .* but there are 3 environments"),
        ("one picture", r"an observation of shape \(1, 32, 32, 3\) .* says \(3, 32, 32, 3\)"),
    ],
)
def test_what_counts_otherwise_is_refused_in_one_line(change: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        steps(Changed(change), LENGTH + 1)
    assert "\n" not in str(raised.value)


def test_a_reset_in_the_last_step_is_refused_where_the_metadata_do_not_say_it() -> None:
    envs = Changed(autoreset_mode=gym.vector.AutoresetMode.SAME_STEP)
    with pytest.raises(ValueError, match="resets itself in the last step of an episode"):
        steps(envs, LENGTH)
