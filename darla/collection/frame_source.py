"""Get RGB pictures of one size out of any Gymnasium environment."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.running.names import unknown

Environment = gym.Env[Any, Any]


def make_env(env_id: str, env_kwargs: Mapping[str, Any], imports: Sequence[str]) -> Environment:
    """Make an environment that gives pictures, by its observations or by rendering.

    Args:
        env_id: a registered id; ``module:Id`` imports the module first.
        env_kwargs: what the environment is made with.
        imports: modules that register environments, imported one after the other until the id
            is registered; the first is imported in any case.

    Raises:
        ValueError: a module cannot be imported, the id is unknown (Gymnasium suggests another),
            the environment refuses its arguments, or it has no pictures.
    """
    register(env_id, imports)
    env = _make(env_id, env_kwargs)
    if pictures_in(env.observation_space) or env.render_mode == "rgb_array":
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
    """Import modules until an id is registered; see :func:`make_env`.

    Raises:
        ValueError: a module cannot be imported.
    """
    module, _, name = env_id.rpartition(":")
    if module:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"cannot make {env_id}: {error}") from error
    for index, module in enumerate(imports):
        if index and name in gym.registry:
            return
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"cannot import {module!r}, named in 'imports': {error}") from error


def _make(env_id: str, env_kwargs: Mapping[str, Any]) -> Environment:
    try:
        # Gymnasium's checker would look at every step of millions.
        return gym.make(env_id, disable_env_checker=True, **env_kwargs)
    except (gym.error.Error, ImportError, TypeError) as error:
        raise ValueError(f"cannot make {env_id}: {error}") from error


def pictures_in(space: spaces.Space[Any]) -> list[str]:
    """Name the pictures in an observation space.

    Returns:
        The keys of the uint8 (H, W, 3) boxes in a Dict space; ``[""]`` when the observation
        itself is one; an empty list when there is none.
    """
    if isinstance(space, spaces.Dict):
        return [key for key, entry in space.spaces.items() if _is_picture(entry)]
    return [""] if _is_picture(space) else []


def _is_picture(space: spaces.Space[Any]) -> bool:
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8:
        return False
    return len(space.shape) == 3 and space.shape[-1] == 3


class FrameSource:
    """Takes the picture of each step of one environment, at one size.

    The picture is the observation, its only RGB entry or the one named by ``key``, and what
    ``render()`` returns where observations hold no picture.

    Args:
        env: an environment made by :func:`make_env`.
        size: height and width of the pictures to give, in pixels.
        key: the entry of a Dict observation to take; None for the only one.

    Raises:
        ValueError: there are several pictures and no key, or the key is not one of them.
    """

    def __init__(self, env: Environment, size: tuple[int, int], key: str | None = None) -> None:
        self.size = size
        self._take = _picker(env, key)

    def frame(self, observation: Any) -> np.ndarray:
        """Return the uint8 (H, W, 3) picture of the step that gave this observation.

        Raises:
            ValueError: what the environment gave is not an RGB picture.
        """
        return resized(self.picture(observation), self.size)

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
    name = find_picture(env.observation_space, key)
    if name is None:
        return lambda observation: env.render()
    return lambda observation: observation[name] if name else observation


def find_picture(space: spaces.Space[Any], key: str | None) -> str | None:
    """Find the picture that is meant in an observation space.

    Args:
        space: of the observations of one environment.
        key: the entry of a Dict observation to take; None for the only one.

    Returns:
        Its name in a Dict; empty when the observation itself is the picture; None when there is
        no picture.

    Raises:
        ValueError: there are several pictures and no key, or the key is not one of them.
    """
    found = pictures_in(space)
    is_dict = isinstance(space, spaces.Dict)
    if key is not None and not is_dict:
        raise ValueError(f"key {key!r} was given, but observations are no Dict: {space}")
    if key is not None and key not in found:
        raise unknown("picture in the observation", key, found)
    if key is None and len(found) > 1:
        raise ValueError(f"observations hold several pictures: {', '.join(found)}; give one as key")
    return key or (found[0] if found else None)


def resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a uint8 (h, w, 3) picture exactly as encoders do when agents act.

    Returns:
        (H, W, 3) uint8 of height and width ``size``; the picture itself when it has that size.
    """
    if picture.shape[:2] == size:
        return picture
    from darla.wrappers.latent_transform import (
        resize_frames,  # torch, which most collections do without
    )

    return resize_frames(picture[None], size)[0]
