"""Environments whose pictures are seen in another look."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env

from darla.environments.restyled_pictures import RestyledPictures, restyled
from toy_envs import (
    FORMS,
    BlindEnv,
    CountingDictEnv,
    CountingImageEnv,
    CountingRenderEnv,
    FormedEnv,
    counting_frame,
)

EVERYTHING = {"hue": (0.0, 1.0), "tint": (0.0, 0.5), "noise": (0.1, 0.3), "moving_texture": 0.5}


class WithMask(gym.Wrapper):
    """Tells in info that the upper half is background, once it has been asked to."""

    def reset(self, **settings: Any) -> Any:
        observation, info = self.env.reset(**settings)
        return observation, {**info, "mask": self.mask()}

    def step(self, action: Any) -> Any:
        *result, info = self.env.step(action)
        return (*result, {**info, "mask": self.mask()})

    def mask(self) -> Any:
        mask = np.zeros((32, 32), bool)
        mask[:16] = True
        return mask


def play(env: gym.Env, seed: int | None, steps: int = 4) -> np.ndarray:
    """Return the pictures of the first steps of an episode."""
    frames = [env.reset(seed=seed)[0]]
    frames += [env.step(0)[0] for _ in range(steps)]
    return np.stack(frames)


@pytest.mark.filterwarnings("ignore:.*different from the unwrapped")
def test_it_is_an_environment_as_gymnasium_wants_them() -> None:
    check_env(restyled(CountingImageEnv(), {"tint": (0.1, 0.9)}), skip_render_check=True)


def test_the_same_seed_gives_the_same_pictures_in_this_episode_and_those_after_it() -> None:
    envs = [restyled(CountingImageEnv(), EVERYTHING) for _ in range(3)]
    for seed in (5, None, None):
        # unlike the seed, which environments were reset before does not matter
        first, second = play(envs[0], seed), play(envs[1], seed)
        np.testing.assert_array_equal(first, second)
        other = play(envs[2], None if seed is None else seed + 1)
        assert (other != first).any()


@pytest.mark.parametrize("form", FORMS)
def test_pictures_keep_the_form_that_they_have(form: str) -> None:
    env = restyled(FormedEnv(form), {"brightness": 0.5})
    plain = FormedEnv(form)
    assert env.observation_space == plain.observation_space
    shown = play(env, 0)
    assert all(each in env.observation_space for each in shown)
    assert shown.dtype == plain.observation_space.dtype
    assert (shown != play(plain, 0)).any()


def test_an_episode_keeps_its_look_and_the_next_has_another() -> None:
    env = restyled(CountingImageEnv(), {"tint": (0.2, 0.9)})
    blue = [play(env, seed)[:, 0, -1, 2] for seed in (0, None, None, None)]
    assert all((each == each[0]).all() for each in blue)  # blue does not count
    assert len({int(each[0]) for each in blue}) > 1


def test_strengths_are_told_and_nothing_but_pictures_is_changed() -> None:
    env, plain = restyled(CountingDictEnv(), {"grey": (0.2, 0.6)}), CountingDictEnv()
    assert isinstance(env, RestyledPictures) and env.strengths == {}
    observation, info = env.reset(seed=1)
    assert 0.2 <= env.strengths["grey"] <= 0.6
    expected, expected_info = plain.reset(seed=1)
    assert info == expected_info and observation["state"] == expected["state"]
    assert (observation["image"] != expected["image"]).any()
    assert env.step(2)[1:] == plain.step(2)[1:]
    assert env.observation_space == plain.observation_space


def test_of_several_pictures_the_key_says_which() -> None:
    env = restyled(CountingDictEnv(second_image=True), {"brightness": 0.8}, key="map")
    observation, _ = env.reset(seed=0)
    np.testing.assert_array_equal(observation["image"], counting_frame(0, 0, 32))
    assert (observation["map"] != 255 - observation["image"]).any()
    with pytest.raises(ValueError, match="several pictures: image, map; give one as key"):
        restyled(CountingDictEnv(second_image=True), {"hue": 0.5})


def test_what_is_rendered_is_in_the_same_look() -> None:
    env = restyled(CountingImageEnv(render_mode="rgb_array"), EVERYTHING)
    observation, _ = env.reset(seed=3)
    np.testing.assert_array_equal(env.render(), observation)
    observation = env.step(0)[0]
    np.testing.assert_array_equal(env.render(), observation)


def test_of_an_environment_that_shows_itself_by_rendering_alone_that_is_restyled() -> None:
    env = restyled(CountingRenderEnv(render_mode="rgb_array"), {"brightness": 1.0})
    observation, _ = env.reset(seed=0)
    assert observation == [0.0]
    assert (env.render() != counting_frame(0, 0, 32)).any()
    with pytest.raises(ValueError, match="is no picture"):
        restyled(BlindEnv(), {"hue": 0.5})


def test_a_list_of_rendered_pictures_is_restyled_by_their_steps() -> None:
    env = CountingImageEnv(render_mode="rgb_array")
    collected = restyled(gym.wrappers.RenderCollection(env), {"noise": 0.5, "hue": 0.3})
    shown = play(collected, 4)
    np.testing.assert_array_equal(np.stack(collected.render()), shown)


def test_the_background_is_replaced_where_info_says_or_an_entry_does() -> None:
    env = restyled(WithMask(CountingImageEnv(render_mode="rgb_array")), {"background": 1.0})
    frames = play(env, 0)
    assert (frames[:, :16] == frames[:1, :16]).all()
    plain = np.stack([counting_frame(step, 0, 32) for step in range(5)])
    np.testing.assert_array_equal(frames[:, 16:], plain[:, 16:])

    class MaskEntry(CountingDictEnv):
        def __init__(self) -> None:
            super().__init__()
            mask = spaces.Box(0, 1, (32, 32, 1), np.uint8)
            self.observation_space = spaces.Dict({**self.observation_space, "mask": mask})

        def _observation(self) -> dict[str, np.ndarray]:
            mask = np.zeros((32, 32, 1), np.uint8)
            mask[:16] = 1
            return {**super()._observation(), "mask": mask}

    observation, _ = restyled(MaskEntry(), {"background": 1.0}).reset(seed=0)
    np.testing.assert_array_equal(observation["image"], frames[0])


def test_without_a_mask_or_with_something_else_for_one_the_background_says_what_is_missing() -> (
    None
):
    env = restyled(CountingImageEnv(), {"background": 0.5})
    with pytest.raises(ValueError, match=r"'background' needs a mask: bool .* let a wrapper of y"):
        env.reset(seed=0)
    env = WithMask(CountingImageEnv())
    env.mask = lambda: np.ones((2, 32, 32))
    with pytest.raises(ValueError, match=r"mask of the background is float64 of \(2, 32, 32\)"):
        restyled(env, {"background": 0.5}).reset(seed=0)


def test_no_shifts_are_no_wrapper_and_a_spec_records_those_that_there_are() -> None:
    env = gym.make("Toy/Counting-v0", size=8)
    assert restyled(env, {}) is env
    spec = restyled(env, {"hue": (0.1, 0.2)}).spec
    assert spec is not None
    again = gym.make(spec)
    assert isinstance(again, RestyledPictures) and again.shifts == {"hue": (0.1, 0.2)}
