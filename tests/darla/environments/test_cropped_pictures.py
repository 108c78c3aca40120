"""A part of an environment's pictures, in place of the whole."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from darla.environments.cropped_pictures import CroppedPictures
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from toy_envs import (
    FORMS,
    BlindEnv,
    CountingDictEnv,
    CountingImageEnv,
    CountingRenderEnv,
    FormedEnv,
    counting_frame,
)

ROWS, COLUMNS = (4, 20), (10, 32)
PART = (slice(4, 20), slice(10, 32))


def episode(env: gym.Env, steps: int = 2) -> list[Any]:
    """Return the observations of an episode's beginning."""
    return [env.reset(seed=0)[0], *(env.step(0)[0] for _ in range(steps))]


def test_rows_and_columns_are_kept_in_every_step() -> None:
    env = CroppedPictures(CountingImageEnv(size=32), rows=ROWS, columns=COLUMNS)
    whole = episode(CountingImageEnv(size=32))
    for part, picture in zip(episode(env), whole, strict=True):
        np.testing.assert_array_equal(part, picture[PART])
        assert env.observation_space.contains(part)


@pytest.mark.filterwarnings("ignore:.*different from the unwrapped")
def test_it_is_an_environment_as_gymnasium_wants_them() -> None:
    check_env(CroppedPictures(CountingImageEnv(size=32), rows=ROWS), skip_render_check=True)


@pytest.mark.parametrize("form", FORMS)
def test_pictures_of_any_form_become_rgb(form: str) -> None:
    env = CroppedPictures(FormedEnv(form=form), rows=(3, 9), columns=(1, 31))
    part = episode(env)[-1]
    assert (part.dtype, part.shape) == (np.uint8, (6, 30, 3))
    assert env.observation_space.contains(part)
    assert (part[..., 0] == 2).all()  # the step


def test_other_entries_of_a_dict_are_kept() -> None:
    env = CroppedPictures(CountingDictEnv(size=32), columns=COLUMNS)
    for part, whole in zip(episode(env), episode(CountingDictEnv(size=32)), strict=True):
        assert env.observation_space.contains(part)
        changed = [name for name in whole if np.shape(part[name]) != np.shape(whole[name])]
        assert len(changed) == 1
        np.testing.assert_array_equal(part[changed[0]], whole[changed[0]][:, 10:32])


def test_what_is_rendered_is_cropped_where_nothing_else_is_seen() -> None:
    text = f"darla:CroppedPictures(rows={ROWS}, columns={COLUMNS})"
    env = make_environment(EnvironmentSpec("toy_wrappers:make_rendered", {"size": 32}, (text,)))
    np.testing.assert_array_equal(env.reset(seed=0)[0], counting_frame(0, 0, 32)[PART])
    np.testing.assert_array_equal(env.step(0)[0], counting_frame(1, 0, 32)[PART])


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({"rows": (0, 33)}, "rows=(0, 33) are not inside the picture, which has 32"),
        ({"rows": (5, 5)}, "rows=(5, 5) are not"),
        ({"columns": (-1, 5)}, "columns=(-1, 5) are not"),
        ({"columns": (1, 2, 3)}, "give the first that is kept"),
        ({"columns": (0.0, 5.0)}, "columns=(0.0, 5.0) are not"),
        ({"columns": 5}, "columns=5 are not"),
    ],
)
def test_parts_that_are_not_inside_are_refused(part: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match="are not inside") as refused:
        CroppedPictures(CountingImageEnv(size=32), **part)
    assert what in str(refused.value)


def test_an_environment_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture to crop"):
        CroppedPictures(BlindEnv())
    with pytest.raises(ValueError, match="no picture to crop"):
        CroppedPictures(CountingRenderEnv(size=32), rows=(0, 4))
