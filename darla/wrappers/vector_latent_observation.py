"""A Gymnasium vector wrapper: the pictures of all environments are encoded in one batch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import gymnasium as gym
import numpy as np
from gymnasium.vector.utils import batch_space

from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform


class VectorLatentObservation(gym.vector.VectorWrapper[Any, Any, Any, Any, Any]):
    """Observations are latents (num_envs, z) float32 instead of pictures.

    Works in every autoreset mode. In same-step mode the last observations of episodes,
    ``infos["final_obs"]``, are encoded in the same batch as the first ones of the next.

    Args:
        env: a vector environment that observes pictures, or a Dict with one, in any of the
            :mod:`darla.frames.picture_forms`.
        encoder, key, device, **options: as of :class:`darla.LatentObservation`, and so are errors.
    """

    def __init__(
        self,
        env: gym.vector.VectorEnv[Any, Any, Any],
        encoder: FrozenEncoder | str | Path,
        *,
        key: str | None = None,
        device: str = "cpu",
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        super().__init__(env)
        self.transform = LatentTransform(encoder, LatentOptions.from_dict(options), device=device)
        self._observer = self.transform.observer(env.single_observation_space, key)
        self.single_observation_space = self._observer.space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset the environments and encode what they show."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return self._observer(observations), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Step the environments; one forward pass encodes all that they show."""
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        finals = _final_observations(infos, np.logical_or(terminations, truncations))
        encoded, encoded_finals = self._observer.with_finals(observations, finals)
        if encoded_finals:
            infos = {**infos, "final_obs": _as_objects(encoded_finals, self.num_envs)}
        return encoded, rewards, terminations, truncations, infos


def _final_observations(infos: dict[str, Any], ended: np.ndarray) -> dict[int, Any]:
    """Return the last observation of each episode that has just ended, by environment.

    They are objects, or one array (or a Dict of them) with a row for each environment. Who reports
    no mask of those that there are has them for the episodes that ``ended``.
    """
    finals = infos.get("final_obs")
    if finals is None:
        return {}
    indices = np.flatnonzero(infos.get("_final_obs", ended)).tolist()
    if isinstance(finals, Mapping):
        return {i: {name: values[i] for name, values in finals.items()} for i in indices}
    return {i: finals[i] for i in indices if finals[i] is not None}


def _as_objects(finals: dict[int, Any], num_envs: int) -> np.ndarray:
    """Return the last observations as Gymnasium passes them on: an object or None for each."""
    objects = np.full(num_envs, None, dtype=object)
    for index, final in finals.items():
        objects[index] = final
    return objects
