"""Environments whose pictures are changed at random, for agents that learn from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.picture_observer import PictureFunction, PictureObserver
from darla.wrappers.sb3.vec_observer import VecObserver
from darla_agents.agent.augmentations import make_augmentation


class AugmentedPixels(VecObserver):
    """Shows pictures (num_envs, H, W, 3) uint8 with an augmentation; other entries as they are.

    Parameters are drawn for each environment and each of its episodes, and are the same in all its
    steps and in its ``terminal_observation``. The policy acts and learns on the same pictures, so
    that PPO's probability ratios are of what was seen, and values within an episode belong to one
    look, as they do in another domain. It is also nearest to what was published for policy
    gradients: RAD for ProcGen and Lee et al. (2020) keep parameters over a rollout and act on the
    pictures that they learn from. (DrQ, which learns off-policy, shifts every sample anew.)

    The augmentation is a name in AUGMENTATIONS, made of the encoder where it needs one; its
    parameters have a generator of their own, which the seed, or :meth:`seed`, sets; the key is the
    picture's entry in a Dict of several. A ValueError where it is unknown, or observations hold no
    such picture.
    """

    def __init__(
        self,
        venv: VecEnv,
        augmentation: str,
        seed: int = 0,
        key: str | None = None,
        encoder: FrozenEncoder | None = None,
    ) -> None:
        self._augmentation = make_augmentation(augmentation, encoder)
        super().__init__(venv, PictureObserver(np.copy, venv.observation_space, key))
        self._random = _generator(seed)
        self._parameters = self._augmentation.draw(self._random, self.num_envs)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the environments and, unless it is None, the augmentation."""
        if seed is not None:
            self._random = _generator(seed)
        return self.venv.seed(seed)

    def _function_after_reset(self) -> PictureFunction:
        """Draw parameters for all episodes."""
        self._parameters = self._augmentation.draw(self._random, self.num_envs)
        return self._with(self._parameters)

    def _function_after_step(
        self, ended: Sequence[int], finals: Mapping[int, Any]
    ) -> PictureFunction:
        """Draw parameters for the episodes that begin; last pictures keep those they had."""
        before = self._parameters[list(finals)]
        if ended:
            self._parameters[ended] = self._augmentation.draw(self._random, len(ended))
        return self._with(np.concatenate([self._parameters, before]))

    def _with(self, parameters: np.ndarray) -> PictureFunction:
        """Return the augmentation with the parameters of each picture."""
        return lambda pictures: self._augmentation.apply(pictures, parameters)


def _generator(seed: int) -> np.random.Generator:
    """Return the generator that a seed gives augmentations."""
    return np.random.default_rng(derive_seed(seed, Purpose.AUGMENTATION))
