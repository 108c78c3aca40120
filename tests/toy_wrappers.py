"""Wrappers, and functions that make environments which no id makes; many of them misbehave."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from toy_envs import CountingDictEnv, CountingImageEnv, CountingRenderEnv

NUMBER = 3


class Dim(gym.ObservationWrapper):
    """Divides pictures by a whole number, and adds another."""

    def __init__(self, env: gym.Env, by: int = 2, *, plus: int = 0) -> None:
        super().__init__(env)
        self.by, self.plus = by, plus

    def observation(self, observation: np.ndarray) -> np.ndarray:
        return (observation // self.by + self.plus).astype(np.uint8)


class Repeat(gym.Wrapper):
    """Does each action several times."""

    def __init__(self, env: gym.Env, times: int) -> None:
        super().__init__(env)
        self.times = times

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        total = 0.0
        for _ in range(self.times):
            observation, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated:
                break
        return observation, total, terminated, truncated, info


class FewerActions(gym.ActionWrapper):
    """Leaves out the last action."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        self.action_space = spaces.Discrete(env.action_space.n - 1)

    def action(self, action: Any) -> Any:
        return action


def nothing(env: gym.Env) -> None:
    """Is no wrapper."""


def make_counting(size: int = 64, **settings: Any) -> gym.Env:
    return CountingImageEnv(size=size, **settings)


def make_dict(size: int = 64, **settings: Any) -> gym.Env:
    return CountingDictEnv(size=size, **settings)


def make_rendered(render_mode: str | None = None, size: int = 64) -> gym.Env:
    return CountingRenderEnv(render_mode=render_mode, size=size)


def make_number() -> int:
    return NUMBER


def fails() -> gym.Env:
    raise RuntimeError("the arena is closed")


def needs_display() -> gym.Env:
    raise RuntimeError("X11: Failed to open display")


class _Growing(CountingImageEnv):
    def _frame(self) -> np.ndarray:
        return super()._frame().repeat(2, axis=0) if self.count else super()._frame()


class _GrowingRender(CountingRenderEnv):
    def render(self) -> np.ndarray:
        return super().render().repeat(2, axis=0) if self.count else super().render()


class _NoNumber(CountingImageEnv):
    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self._observation(), float("nan"), False, False, {}


class _NoState(CountingDictEnv):
    def _observation(self) -> dict[str, np.ndarray]:
        return {**super()._observation(), "state": np.array([np.inf], np.float32)}


class _Selfish(CountingImageEnv):
    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = super().step(action)
        if truncated:
            info["final_obs"] = observation
            observation, _ = self.reset()
        return observation, reward, terminated, truncated, info


MISBEHAVING = {
    "growing": _Growing,
    "growing_render": _GrowingRender,
    "no_number": _NoNumber,
    "no_state": _NoState,
    "selfish": _Selfish,
}


def misbehaves(how: str, size: int = 16, render_mode: str | None = None) -> gym.Env:
    return MISBEHAVING[how](size=size, episode_length=3, render_mode=render_mode)
