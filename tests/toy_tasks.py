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


class ActedEnv(BrightSideEnv):
    """The same with actions of any kind, by a name; the first number of an action decides."""

    def __init__(self, actions: str = "box", **options: Any) -> None:
        super().__init__(**options)
        self.action_space = ACTIONS[actions]

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), action
        return super().step(int(np.asarray(action).flat[0] > 0))


ACTIONS: dict[str, spaces.Space[Any]] = {
    "discrete": spaces.Discrete(2),
    "box": spaces.Box(np.array([-1, 0], np.float32), np.array([1, 20], np.float32)),
    "boxes": spaces.Box(-2, 2, (2, 2), np.float32),
    "multi_discrete": spaces.MultiDiscrete([2, 5]),
    "multi_binary": spaces.MultiBinary(3),
}


class LargeDictEnv(CountingDictEnv):
    """A Dict observation whose picture is large enough for convolutional policies."""

    def __init__(self) -> None:
        super().__init__(size=36, episode_length=5)


class ShownEnv(BrightSideEnv):
    """The same, shown in an observation of some other space, whatever that holds."""

    def __init__(self, space: spaces.Space[Any], **options: Any) -> None:
        super().__init__(size=48, **options)
        self.observation_space = space

    def _next_picture(self) -> Any:
        super()._next_picture()
        return self.observation_space.sample()


_EYE, _SPEED = spaces.Box(0, 255, (48, 48, 3), np.uint8), spaces.Box(-1, 1, (2,), np.float32)
SHOWN: dict[str, spaces.Space[Any]] = {
    "Mission": spaces.Dict({"image": _EYE, "mission": spaces.Text(9)}),
    "Vectors": spaces.Dict({"speed": _SPEED, "force": _SPEED}),
    "Eyes": spaces.Dict({"left": _EYE, "right": _EYE}),
    "Stacked": spaces.Box(0, 255, (4, 84, 84), np.uint8),
    "Large": spaces.Box(0, 255, (240, 240, 3), np.uint8),
}

TOY_TASKS = {
    "Toy/BrightSide-v0": BrightSideEnv,
    "Toy/Failing-v0": FailingEnv,
    "Toy/Steered-v0": SteeredEnv,
    "Toy/Dict-v0": LargeDictEnv,
}
for _name in ACTIONS:
    if f"Toy/Acted_{_name}-v0" not in gym.registry:
        gym.register(
            f"Toy/Acted_{_name}-v0", entry_point="toy_tasks:ActedEnv", kwargs={"actions": _name}
        )
for _name, _space in SHOWN.items():
    if f"Toy/{_name}-v0" not in gym.registry:
        gym.register(f"Toy/{_name}-v0", entry_point="toy_tasks:ShownEnv", kwargs={"space": _space})
for _id, _class in TOY_TASKS.items():
    if _id not in gym.registry:
        gym.register(_id, entry_point=f"toy_tasks:{_class.__name__}")
