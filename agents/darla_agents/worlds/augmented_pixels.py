"""Environments whose pictures are changed at random, for agents that learn from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from darla.frames.pictures import find_picture
from darla.running.names import lookup
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.sb3 import terminal_observations, with_terminal_observations
from darla_agents.agent.augmentations import AUGMENTATIONS


class AugmentedPixels(VecEnvWrapper):
    """Shows pictures (num_envs, H, W, 3) uint8 with an augmentation; other entries as they are.

    Parameters are drawn for each environment and each of its episodes, and are the same in all its
    steps and in its ``terminal_observation``. The policy acts and learns on the same pictures, so
    that PPO's probability ratios are of what was seen, and values within an episode belong to one
    look, as they do in another domain. It is also nearest to what was published for policy
    gradients: RAD for ProcGen and Lee et al. (2020) keep parameters over a rollout and act on the
    pictures that they learn from. (DrQ, which learns off-policy, shifts every sample anew.)

    Args:
        venv: environments with uint8 RGB pictures, or with one in a Dict; channels last.
        augmentation: a name in AUGMENTATIONS.
        seed: of the parameters, which have a generator of their own; :meth:`seed` sets it anew.

    Raises:
        ValueError: the augmentation is unknown, or the observation holds no such picture.
    """

    def __init__(self, venv: VecEnv, augmentation: str, seed: int = 0) -> None:
        self._augmentation = lookup("augmentation", augmentation, AUGMENTATIONS)
        self._picture = find_picture(venv.observation_space)
        super().__init__(venv)
        self._random = _generator(seed)
        self._parameters = self._augmentation.draw(self._random, self.num_envs)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the environments and, unless it is None, the augmentation."""
        if seed is not None:
            self._random = _generator(seed)
        return self.venv.seed(seed)

    def reset(self) -> Any:
        """Reset the environments and draw parameters for all of them."""
        self._parameters = self._augmentation.draw(self._random, self.num_envs)
        return self._augment(self.venv.reset(), {}, self._parameters)[0]

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the step, and augment observations and terminal observations in one batch."""
        observations, rewards, dones, infos = self.venv.step_wait()
        finals = terminal_observations(dones, infos)
        before = self._parameters[list(finals)]
        ends = np.flatnonzero(dones)
        if len(ends):
            self._parameters[ends] = self._augmentation.draw(self._random, len(ends))
        parameters = np.concatenate([self._parameters, before])
        shown, shown_finals = self._augment(observations, finals, parameters)
        return shown, rewards, dones, with_terminal_observations(infos, shown_finals)

    def _augment(
        self, observations: Any, finals: Mapping[int, Any], parameters: np.ndarray
    ) -> tuple[Any, dict[int, Any]]:
        """Augment observations, and the last ones of episodes, which have the last parameters."""
        return self._picture.map(
            lambda pictures: self._augmentation.apply(pictures, parameters), observations, finals
        )


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, Purpose.AUGMENTATION))
