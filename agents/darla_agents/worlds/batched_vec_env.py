"""Stable-Baselines3's face of a batch of environments: no environment steps on its own."""

import warnings
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env import VecEnv

from darla.running.vector_infos import rows_of
from darla_envs.batch.batch import Batch, Finals


class BatchedVecEnv(VecEnv):
    """A vector environment that gives what ``DummyVecEnv`` gives, from a batch in same-step mode.

    Observations, terminal observations and infos are the caller's to keep and to change. There are
    no single environments behind it, so no attributes to set and no methods to call; put
    ``VecMonitor`` around it to count returns and lengths of episodes.

    The batch is closed with this one; when it reports no infos, the ends of episodes still do. With
    ``rgb_array`` as ``render_mode``, the pictures are those of observations. A ValueError where the
    batch is in another mode, or there is no such render mode.
    """

    def __init__(
        self,
        batch: Batch,
        *,
        render_mode: str | None = "rgb_array",
        spec: EnvSpec | None = None,
    ) -> None:
        if batch.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ValueError(
                f"the batch is in autoreset mode {batch.autoreset_mode.value}, but "
                f"Stable-Baselines3 needs {AutoresetMode.SAME_STEP.value}"
            )
        if render_mode not in (None, "rgb_array"):
            raise ValueError(
                f"render_mode is {render_mode!r}, but environments that are simulated together "
                "know only 'rgb_array' and None"
            )
        self.batch = batch
        self.spec = spec
        self._attributes = {
            "render_mode": render_mode,
            "spec": spec,
            "observation_space": batch.observation_space,
            "action_space": batch.action_space,
        }
        super().__init__(batch.num_worlds, batch.observation_space, batch.action_space)

    def reset(self) -> Any:
        """Reset all environments, with the seeds and options that were set before.

        A ValueError where an option is not ``factors``, or a setting is impossible.
        """
        start = self.batch.reset(self._seeds, self._settings())
        self._reset_seeds()
        self._reset_options()
        self.reset_infos = rows_of(start.infos, self.num_envs)
        return self.batch.observation(start.frames, start.extras)

    def step_async(self, actions: np.ndarray) -> None:
        """Begin a step."""
        self.batch.step_async(actions)

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Finish the step.

        Returns:
            Observations, rewards (num_envs,) float32, ends of episodes (num_envs,) bool, and a
            dictionary for each environment, with ``TimeLimit.truncated`` and, at the end of an
            episode, ``terminal_observation`` and what the task reports, such as ``is_success``.
        """
        step = self.batch.step_wait()
        infos = rows_of(step.infos, self.num_envs)
        if step.finals is not None:
            self._tell_ends(infos, step.finals)
        truncated = (step.truncated & ~step.terminated).tolist()
        for info, is_truncated in zip(infos, truncated, strict=True):
            info["TimeLimit.truncated"] = is_truncated
        dones = step.terminated | step.truncated
        observations = self.batch.observation(step.frames, step.extras)
        return observations, step.rewards.astype(np.float32), dones, infos

    def close(self) -> None:
        """Close the batch."""
        self.batch.close()

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain; a ValueError where there is none such."""
        self.batch.set_domain(domain)

    def get_images(self) -> Sequence[np.ndarray | None]:
        """Return the environments' pictures (H, W, 3) uint8, or Nones without a render mode."""
        if self.render_mode is None:
            warnings.warn("there are no images to get: render_mode is None", stacklevel=2)
            return [None] * self.num_envs
        return list(self.batch.frames.copy())

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return ``render_mode``, ``spec`` or a space for each; an AttributeError for others."""
        if attr_name not in self._attributes:
            known = ", ".join(self._attributes)
            raise AttributeError(
                f"environments that are simulated together have no {attr_name!r}; known: {known}"
            )
        return [self._attributes[attr_name] for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse with an AttributeError: there are no single environments."""
        raise AttributeError(
            f"{attr_name!r} cannot be set: environments that are simulated together have no "
            "attributes of their own; set_domain changes the domain of all"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Refuse with an AttributeError: there are no single environments."""
        raise AttributeError(
            f"{method_name!r} cannot be called: environments that are simulated together have no "
            "methods of their own; set_domain changes the domain of all"
        )

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: Any = None
    ) -> list[bool]:
        """Return that no environment is wrapped."""
        return [False for _ in self._get_indices(indices)]

    def _tell_ends(self, infos: list[dict[str, Any]], finals: Finals) -> None:
        """Put what episodes ended with into infos, and what the next began with aside."""
        observations = self.batch.observation(finals.frames, finals.extras)
        ends = rows_of(finals.infos, len(finals.indices))
        for row, (index, info) in enumerate(zip(finals.indices.tolist(), ends, strict=True)):
            self.reset_infos[index] = infos[index]
            info["terminal_observation"] = _row_of(observations, row)
            infos[index] = info

    def _settings(self) -> list[dict[str, Any]] | None:
        """Return each environment's factors from the options that were set."""
        for options in self._options:
            for name in options:
                if name != "factors":
                    raise ValueError(f"unknown option {name!r}; known: factors")
        if not any(self._options):
            return None
        return [options.get("factors") or {} for options in self._options]


def _row_of(observations: Any, row: int) -> Any:
    """Return a copy of one environment's observation."""
    if isinstance(observations, dict):
        return {name: values[row].copy() for name, values in observations.items()}
    return observations[row].copy()
