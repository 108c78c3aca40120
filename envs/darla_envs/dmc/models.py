"""dm_control's environments of our tasks, with a sky that is small enough to be painted often."""

import os
import sys
from typing import Any

import numpy as np

from darla.running.one_line import one_line
from darla_envs.description.dmc_tasks import DmcTask

SKY_SIDE = 200
"""Pixels of the sky's sides. dm_control's have 800, which take 50 ms to be shown in new colours."""


def make_dmc(task: DmcTask, random: np.random.RandomState) -> tuple[Any, np.ndarray]:
    """Make dm_control's environment of a task, which draws its episodes from ``random``.

    Returns it and its sky as it is at first, (6 x SKY_SIDE, SKY_SIDE, 3) float in [0, 255]:
    dm_control's own, whose pixels are averaged.

    Raises:
        ValueError: dm_control is not installed, or does not fit the MuJoCo that is; the message
            says what to install.
    """
    suite = _suite()
    try:
        env = suite.load(task.model, task.task, task_kwargs={"random": random})
    except AttributeError as error:  # of the model, whose fields MuJoCo renames
        raise ValueError(
            f"dm_control and MuJoCo do not fit each other ({one_line(error)}); "
            "pip install 'darla[dmc]' brings those that do"
        ) from error
    sky = _averaged(texture(env.physics.model, "skybox"))
    text, assets = getattr(suite, task.model).get_model_and_assets()
    name = next(each for each in assets if each.endswith("skybox.xml"))
    smaller = _text(assets[name]).replace('"800"', f'"{SKY_SIDE}"')
    env.physics.reload_from_xml_string(_text(text), {**assets, name: smaller.encode()})
    return env, sky


def texture(model: Any, name: str) -> np.ndarray:
    """Return the pixels of a texture, (height, width, channels) uint8, as the model holds them."""
    index = model.name2id(name, "texture")
    shape = model.tex_height[index], model.tex_width[index], model.tex_nchannel[index]
    start = model.tex_adr[index]
    pixels: np.ndarray = model.tex_data[start : start + np.prod(shape)].reshape(shape)
    return pixels


def _suite() -> Any:
    """Import dm_control's tasks, which look for a way to draw when they are."""
    if sys.platform == "linux" and "DISPLAY" not in os.environ:
        os.environ.setdefault("MUJOCO_GL", "egl")
    try:
        from dm_control import suite
    except ModuleNotFoundError as error:
        raise ValueError(
            f"tasks of DeepMind Control need {error.name}, which is not installed; "
            "pip install 'darla[dmc]'"
        ) from error
    return suite


def _averaged(sky: np.ndarray) -> np.ndarray:
    """Return a sky of SKY_SIDE pixels a side, whose pixels are means of squares."""
    height, width, channels = sky.shape
    square = width // SKY_SIDE
    squares = sky.reshape(height // square, square, SKY_SIDE, square, channels)
    averaged: np.ndarray = squares.mean(axis=(1, 3))
    return averaged


def _text(given: str | bytes) -> str:
    """Return text, which dm_control's versions give as one or the other."""
    return given.decode() if isinstance(given, bytes) else given
