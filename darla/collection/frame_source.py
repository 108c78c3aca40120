"""Get RGB pictures of one size out of any Gymnasium environment."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from darla.frames.pictures import find_picture, has_picture, resize_frames

Environment = gym.Env[Any, Any]


def make_env(env_id: str, env_kwargs: Mapping[str, Any], imports: Sequence[str]) -> Environment:
    """Make an environment that gives pictures, by its observations or by rendering.

    An id as ``module:Id`` imports the module first. ``imports`` are modules that register
    environments, imported one after the other until the id is registered; the first is imported in
    any case. A ValueError where a module cannot be imported, the id is unknown (Gymnasium suggests
    another), the environment refuses its arguments, or it has no pictures.
    """
    register(env_id, imports)
    env = _make(env_id, env_kwargs)
    if has_picture(env.observation_space) or env.render_mode == "rgb_array":
        return env
    modes = env.metadata.get("render_modes", [])
    env.close()
    if "rgb_array" not in modes:
        raise ValueError(
            f"{env_id} has no pictures: its observations are {env.observation_space}, without a "
            "uint8 Box (H, W, 3), and it does not render to 'rgb_array'"
        )
    return _make(env_id, {**env_kwargs, "render_mode": "rgb_array"})


def register(env_id: str, imports: Sequence[str]) -> None:
    """Import modules until an id is registered; see :func:`make_env`, also for errors."""
    module, _, name = env_id.rpartition(":")
    if module:
        _import(module, f"cannot make {env_id}")
    for index, module in enumerate(imports):
        if index and name in gym.registry:
            return
        _import(module, f"cannot import {module!r}, named in 'imports'")


def _import(module: str, problem: str) -> None:
    """Import a module by its full name; a ValueError that begins with the problem if that fails."""
    try:
        importlib.import_module(module)
    except (ImportError, TypeError, ValueError) as error:  # TypeError: a relative name, as ..x
        raise ValueError(f"{problem}: {error}") from error


def _make(env_id: str, env_kwargs: Mapping[str, Any]) -> Environment:
    """Make an environment; a ValueError if it cannot be made."""
    try:
        # Gymnasium's checker would look at every step of millions.
        return gym.make(env_id, disable_env_checker=True, **env_kwargs)
    except (gym.error.Error, ImportError, TypeError) as error:
        raise ValueError(f"cannot make {env_id}: {error}") from error


class FrameSource:
    """Takes the picture of each step of one environment, at one size (height, width).

    The environment is of :func:`make_env`. The picture is the observation, its only RGB entry or
    the one named by ``key``, and what ``render()`` returns where observations hold no picture. A
    ValueError where there are several pictures and no key, or the key is not one of them.
    """

    def __init__(self, env: Environment, size: tuple[int, int], key: str | None = None) -> None:
        self.size = size
        self._take = _picker(env, key)

    def frame(self, observation: Any) -> np.ndarray:
        """Return the picture, uint8 (H, W, 3), of the step that gave this observation.

        A ValueError where the environment gave something else.
        """
        frame: np.ndarray = resize_frames(self.picture(observation)[None], self.size)[0]
        return frame

    def picture(self, observation: Any) -> np.ndarray:
        """Return the uint8 (h, w, 3) picture at the environment's own size."""
        picture = self._take(observation)
        if (
            not isinstance(picture, np.ndarray)
            or picture.dtype != np.uint8
            or picture.ndim != 3
            or picture.shape[2] != 3
        ):
            what = f"{getattr(picture, 'dtype', type(picture))} of {np.shape(picture)}"
            raise ValueError(f"the environment gave {what} instead of a uint8 picture (H, W, 3)")
        return picture


def _picker(env: Environment, key: str | None) -> Callable[[Any], Any]:
    """Return what takes the picture out of an observation, or renders where there is none."""
    if key is None and not has_picture(env.observation_space):
        return lambda observation: env.render()
    return find_picture(env.observation_space, key).of
