"""Environments whose pictures are changed at random, for agents that learn from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.picture_observer import PictureFunction, PictureObserver
from darla.wrappers.sb3.vec_observer import VecObserver
from darla_agents.agent.augmentations import (
    EPISODE,
    STEP,
    check_augmentation,
    make_augmentations,
)
from darla_agents.agent.augmentations.base import Augmentation


class AugmentedPixels(VecObserver):
    """Shows pictures (num_envs, H, W, 3) uint8 with an augmentation; other entries as they are.

    Parameters are drawn for each environment and each of its episodes, and are the same in all its
    steps and in its ``terminal_observation``. The policy acts and learns on the same pictures, so
    that PPO's probability ratios are of what was seen, and values within an episode belong to one
    look, as they do in another domain. It is also nearest to what was published for policy
    gradients: RAD for ProcGen and Lee et al. (2020) keep parameters over a rollout and act on the
    pictures that they learn from. (DrQ, which learns off-policy, shifts every sample anew.) With
    ``each="step"`` they are drawn anew in every step.

    The augmentation is a name in AUGMENTATIONS, or several joined by ``+``, made of the encoder
    where it needs one; ``share`` of the episodes, or of the steps, are augmented, and the others
    are shown as they are. Parameters have a generator of their own, which the seed, or
    :meth:`seed`, sets; the key is the picture's entry in a Dict of several. A ValueError where any
    of it is unknown or out of range, or observations hold no such picture.
    """

    def __init__(
        self,
        venv: VecEnv,
        augmentation: str,
        seed: int = 0,
        key: str | None = None,
        encoder: FrozenEncoder | None = None,
        share: float = 1.0,
        each: str = EPISODE,
    ) -> None:
        check_augmentation(augmentation, share, each)
        self._augmentations = make_augmentations(augmentation, encoder)
        self._share, self._each = share, each
        super().__init__(venv, PictureObserver(np.copy, venv.observation_space, key))
        self._random = _generator(seed)
        self._drawn = self._draw(self.num_envs)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the environments and, unless it is None, the augmentation."""
        if seed is not None:
            self._random = _generator(seed)
        return self.venv.seed(seed)

    def _function_after_reset(self) -> PictureFunction:
        """Draw parameters for all episodes."""
        self._drawn = self._draw(self.num_envs)
        return self._drawn.apply

    def _function_after_step(
        self, ended: Sequence[int], finals: Mapping[int, Any]
    ) -> PictureFunction:
        """Draw parameters for the episodes that begin; last pictures keep those they had."""
        if self._each == STEP:
            return self._draw(self.num_envs + len(finals)).apply
        before = self._drawn.of(list(finals))
        if ended:
            self._drawn.replace(ended, self._draw(len(ended)))
        return self._drawn.followed_by(before).apply

    def _draw(self, count: int) -> "_Drawn":
        """Draw what is done to so many pictures."""
        parameters = [each.draw(self._random, count) for each in self._augmentations]
        if self._share == 1:
            changed = np.ones(count, dtype=bool)
        else:
            changed = self._random.random(count) < self._share
        return _Drawn(self._augmentations, changed, parameters)


@dataclass(frozen=True)
class _Drawn:
    """What is done to n pictures."""

    augmentations: list[Augmentation]
    changed: np.ndarray
    """Bool (n,), which of them anything is done to."""
    parameters: list[np.ndarray]
    """Of each augmentation those of all pictures, their first axis n."""

    def apply(self, pictures: np.ndarray) -> np.ndarray:
        """Return pictures uint8 (n, H, W, 3) as they are shown; those given stay as they are."""
        if not self.changed.any():
            return pictures.copy()
        shown = pictures[self.changed]
        for augmentation, parameters in zip(self.augmentations, self.parameters, strict=True):
            shown = augmentation.apply(shown, parameters[self.changed])
        mixed: np.ndarray = pictures.copy()
        mixed[self.changed] = shown
        return mixed

    def of(self, which: Sequence[int]) -> "_Drawn":
        """Return what is done to some of them."""
        chosen = list(which)
        return _Drawn(
            self.augmentations, self.changed[chosen], [each[chosen] for each in self.parameters]
        )

    def replace(self, which: Sequence[int], others: "_Drawn") -> None:
        """Do to some of them what others say."""
        self.changed[which] = others.changed
        for own, new in zip(self.parameters, others.parameters, strict=True):
            own[which] = new

    def followed_by(self, others: "_Drawn") -> "_Drawn":
        """Return what is done to these and others behind them."""
        pairs = zip(self.parameters, others.parameters, strict=True)
        return _Drawn(
            self.augmentations,
            np.concatenate([self.changed, others.changed]),
            [np.concatenate(pair) for pair in pairs],
        )


def _generator(seed: int) -> np.random.Generator:
    """Return the generator that a seed gives augmentations."""
    return np.random.default_rng(derive_seed(seed, Purpose.AUGMENTATION))
