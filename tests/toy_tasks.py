"""Tiny tasks for agents: they have domains, and pictures that say which action is right.

``import toy_tasks`` registers them; workers find them under ``toy_tasks:Toy/...``.
"""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from toy_envs import CountingDictEnv

DOMAINS = {"source": 0, "new_floor": 120}


class BrightSideEnv(gym.Env):
    """The picture's right or left half is bright: action 1 is right, 0 is left, 2 never.

    A step rewards the right action with 1 and shows the next picture; ``info["is_success"]`` says
    whether the last action was right. Episodes are ``episode_length`` steps long and end by
    ``ending``. The domain decides how blue everything is. A seed decides the sides of all
    episodes that follow.
    """

    metadata = {"render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        domain: str = "source",
        size: int = 64,
        episode_length: int = 5,
        ending: str = "truncated",
    ) -> None:
        if domain not in DOMAINS:
            raise ValueError(f"unknown domain {domain!r}; known: {', '.join(sorted(DOMAINS))}")
        self.blue = DOMAINS[domain]
        self.size = size
        self.episode_length = episode_length
        self.ending = ending
        self.observation_space = spaces.Box(0, 255, (size, size, 3), np.uint8)
        self.action_space = spaces.Discrete(3)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self.count = 0
        return self._next_picture(), {"is_success": False}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        right = int(action) == self.side
        self.count += 1
        over = self.count >= self.episode_length
        terminated = over and self.ending == "terminated"
        truncated = over and self.ending == "truncated"
        info = {"is_success": right}
        return self._next_picture(), float(right), terminated, truncated, info

    def _next_picture(self) -> np.ndarray:
        self.side = int(self.np_random.integers(2))
        picture = np.full((self.size, self.size, 3), 20, dtype=np.uint8)
        picture[..., 2] = self.blue
        half = self.size // 2
        picture[:, half * self.side : half * (self.side + 1), :2] = 230
        return picture


class FailingEnv(BrightSideEnv):
    """Fails in its third step."""

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        if self.count == 2:
            raise RuntimeError("the toy breaks in its third step")
        return super().step(action)


class SteeredEnv(BrightSideEnv):
    """The same, steered by a number: above 0 is right."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        return super().step(int(action[0] > 0))


class LargeDictEnv(CountingDictEnv):
    """A Dict observation whose picture is large enough for convolutional policies."""

    def __init__(self) -> None:
        super().__init__(size=36, episode_length=5)


TOY_TASKS = {
    "Toy/BrightSide-v0": BrightSideEnv,
    "Toy/Failing-v0": FailingEnv,
    "Toy/Steered-v0": SteeredEnv,
    "Toy/Dict-v0": LargeDictEnv,
}
for _id, _class in TOY_TASKS.items():
    if _id not in gym.registry:
        gym.register(_id, entry_point=f"toy_tasks:{_class.__name__}")
