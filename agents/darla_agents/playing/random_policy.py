"""The policy that every score is measured against: uniformly random actions."""

import copy
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from darla.running.seeds import Purpose


class RandomPolicy:
    """Draws every action uniformly.

    The actions of an episode follow from its seed alone, so that its result is the same whatever
    else is played at the same time.

    Attributes:
        needs_observations: false: nothing needs to be drawn for it.
    """

    needs_observations = False

    def __init__(self, actions: gym.Space[Any]) -> None:
        self._actions = actions
        self._draws: dict[int, gym.Space[Any]] = {}

    def begin(self, environment: int, seed: int) -> None:
        """Start the actions of the episode with this seed."""
        actions = copy.deepcopy(self._actions)
        actions.seed(
            int(np.random.SeedSequence([seed, Purpose.RANDOM_POLICY]).generate_state(1)[0])
        )
        self._draws[environment] = actions

    def act(self, observations: Any, environments: Sequence[int]) -> np.ndarray:
        """Return an action for each environment; observations are not looked at."""
        return np.array([self._draws[number].sample() for number in environments])
