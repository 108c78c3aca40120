from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from darla.collection.frame_source import FrameSource
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla.frames.pictures import resize_frames
from toy_envs import counting_frame


def source_of(
    env_id: str, to: tuple[int, int] = (32, 32), key: str | None = None, **env_kwargs: Any
) -> tuple[FrameSource, gym.Env[Any, Any]]:
    env = make_environment(EnvironmentSpec(env_id, env_kwargs), imports=["toy_envs"])
    return FrameSource(env, to, key), env


@pytest.mark.parametrize(
    "env_id", ["Toy/Counting-v0", "Toy/CountingDict-v0", "Toy/CountingRender-v0"]
)
def test_pictures_come_from_observations_dict_entries_and_rendering(env_id: str) -> None:
    source, env = source_of(env_id, (24, 40), size=(24, 40))
    observation, _ = env.reset(seed=0)
    np.testing.assert_array_equal(source.frame(observation), counting_frame(0, 0, (24, 40)))
    observation, *_ = env.step(1)
    np.testing.assert_array_equal(source.frame(observation), counting_frame(1, 0, (24, 40)))


def test_the_key_says_which_picture() -> None:
    source, env = source_of("Toy/CountingDict-v0", key="map", second_image=True)
    observation, _ = env.reset(seed=0)
    np.testing.assert_array_equal(source.frame(observation), 255 - counting_frame(0, 0, 32))


def test_several_pictures_without_a_key_are_an_error() -> None:
    with pytest.raises(ValueError, match="several pictures: image, map; give one as key"):
        source_of("Toy/CountingDict-v0", second_image=True)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(ValueError, match="'imag'; did you mean 'image'"):
        source_of("Toy/CountingDict-v0", key="imag")
    with pytest.raises(ValueError, match="unknown picture in the observation 'state'"):
        source_of("Toy/CountingDict-v0", key="state")
    with pytest.raises(ValueError, match="key 'image' was given, but observations are no Dict"):
        source_of("Toy/Counting-v0", key="image")


@pytest.mark.parametrize("size", [(16, 16), (20, 48), (48, 64)])
def test_pictures_are_resized_as_encoders_resize_them(size: tuple[int, int]) -> None:
    source, env = source_of("Toy/Counting-v0", size)
    observation, _ = env.reset(seed=0)
    frame = source.frame(observation)
    assert frame.shape == (*size, 3)
    assert frame.dtype == np.uint8
    np.testing.assert_array_equal(frame, resize_frames(observation[None], size)[0])


def test_shrinking_averages_areas() -> None:
    source, _ = source_of("Toy/Counting-v0", (16, 16))
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    expected = picture.reshape(16, 2, 16, 2, 3).astype(float).mean(axis=(1, 3))
    np.testing.assert_allclose(source.frame(picture), expected, atol=0.51)


@pytest.mark.parametrize(
    "wrong", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), None, [1, 2]]
)
def test_what_is_no_picture_is_an_error(wrong: Any) -> None:
    source, _ = source_of("Toy/Counting-v0")
    with pytest.raises(ValueError, match="instead of a uint8 picture"):
        source.frame(wrong)
