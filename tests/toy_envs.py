"""Tiny Gymnasium environments whose pictures say which step and episode they were taken at.

``import toy_envs`` registers them as ``Toy/...``. None of them draws with OpenGL.

The picture of a counting environment, at any size: red is the step within the episode, green is
the episode (0 for the first), both modulo 256; blue is a ramp from left to right, so that no
picture is of one colour. Red and green survive any resizing.
"""

import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.frames.pictures import find_picture


def counting_frame(step: int, episode: int, size: int | tuple[int, int]) -> np.ndarray:
    """Return the uint8 (H, W, 3) picture of one step of one episode."""
    height, width = (size, size) if isinstance(size, int) else size
    frame = np.empty((height, width, 3), dtype=np.uint8)
    frame[..., 0] = step % 256
    frame[..., 1] = episode % 256
    frame[..., 2] = np.linspace(0, 255, width).astype(np.uint8)
    return frame


class CountingImageEnv(gym.Env):
    """Counts its steps: the observation is ``counting_frame(step, episode)``.

    The reward of a step is its action; ``info["factors"]`` holds step and episode. An episode
    ends after ``episode_length`` steps, by ``ending``: "truncated" or "terminated". At the step
    ``fail_at``, counted over all episodes, it fails: by the ``failure`` "raise" (a RuntimeError)
    or "die" (the process is killed). A step takes ``step_seconds`` at least.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012

    def __init__(
        self,
        size: int | tuple[int, int] = 32,
        episode_length: int = 10,
        ending: str = "truncated",
        fail_at: int | None = None,
        failure: str = "raise",
        step_seconds: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        height, width = (size, size) if isinstance(size, int) else size
        self.size = (height, width)
        self.episode_length = episode_length
        self.ending = ending
        self.fail_at = fail_at
        self.failure = failure
        self.step_seconds = step_seconds
        self.render_mode = render_mode
        self.observation_space: spaces.Space[Any] = spaces.Box(0, 255, (height, width, 3), np.uint8)
        self.action_space = spaces.Discrete(3)
        self.count = 0
        self.episode = -1
        self.total_steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.episode = -1
        self.count = 0
        self.episode += 1
        return self._observation(), self._info()

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.total_steps += 1
        if self.step_seconds:
            time.sleep(self.step_seconds)
        if self.total_steps == self.fail_at:
            if self.failure == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            raise RuntimeError(f"toy env fails at step {self.fail_at}")
        self.count += 1
        over = self.count >= self.episode_length
        terminated = over and self.ending == "terminated"
        truncated = over and self.ending == "truncated"
        info = {**self._info(), "is_success": terminated}
        return self._observation(), float(action), terminated, truncated, info

    def render(self) -> np.ndarray:
        return self._frame()

    def _frame(self) -> np.ndarray:
        return counting_frame(self.count, self.episode, self.size)

    def _observation(self) -> Any:
        return self._frame()

    def _info(self) -> dict[str, Any]:
        factors = {"step": float(self.count), "episode": float(self.episode)}
        return {"factors": factors, "is_success": False}


FORMS: dict[str, tuple[tuple[int, ...], type[Any], float]] = {
    # the shape of a picture of 32 by 40 pixels, its numbers, and what is white
    "grey": ((32, 40), np.uint8, 255),
    "grey last": ((32, 40, 1), np.uint8, 255),
    "grey first": ((1, 32, 40), np.float32, 1),
    "rgb": ((32, 40, 3), np.uint8, 255),
    "rgb first": ((3, 32, 40), np.uint8, 255),
    "rgb float": ((32, 40, 3), np.float64, 1),
    "rgb half": ((3, 32, 40), np.float16, 1),
    "rgb to 255": ((32, 40, 3), np.float32, 255),
    "rgba": ((32, 40, 4), np.uint8, 255),
    "rgba float": ((32, 40, 4), np.float32, 1),
}
"""The forms that pictures have, by a name."""


def in_form(frame: np.ndarray, form: str) -> np.ndarray:
    """Return a uint8 picture (32, 40, 3) in a form; a grey one has the picture's red."""
    shape, dtype, white = FORMS[form]
    values = frame if white == 255 else frame.astype(np.float64) / 255
    if "grey" in form:
        return values[..., 0].reshape(shape).astype(dtype)
    if "rgba" in form:
        noise = np.random.default_rng(0).random((32, 40, 1)) * white
        values = np.concatenate([values, noise], axis=-1)
    if "first" in form or "half" in form:
        values = values.transpose(2, 0, 1)
    return values.astype(dtype)


class FormedEnv(CountingImageEnv):
    """Counts its steps in pictures of another form; the state beside them if it is ``in_dict``."""

    def __init__(self, form: str = "rgb", in_dict: bool = False, **settings: Any) -> None:
        super().__init__(size=(32, 40), **settings)
        self.form, self.in_dict = form, in_dict
        shape, dtype, white = FORMS[form]
        self.observation_space = spaces.Box(0, white, shape, dtype)
        if in_dict:
            state = spaces.Box(0, np.inf, (1,), np.float32)
            self.observation_space = spaces.Dict({"eye": self.observation_space, "state": state})

    def _observation(self) -> Any:
        picture = in_form(self._frame(), self.form)
        if not self.in_dict:
            return picture
        return {"eye": picture, "state": np.array([self.count], np.float32)}


class CountingDictEnv(CountingImageEnv):
    """Counts its steps in a Dict observation: ``image`` and ``state`` (the step, a number).

    ``second_image`` adds another RGB entry, ``map``: the picture with its colours inverted.
    """

    def __init__(self, second_image: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        image = self.observation_space
        entries = {"image": image, "state": spaces.Box(0, np.inf, (1,), np.float32)}
        self.second_image = second_image
        if second_image:
            entries["map"] = image
        self.observation_space = spaces.Dict(entries)

    def _observation(self) -> dict[str, np.ndarray]:
        state = np.array([self.count], dtype=np.float32)
        observation = {"image": self._frame(), "state": state}
        if self.second_image:
            observation["map"] = 255 - self._frame()
        return observation


class CountingRenderEnv(CountingImageEnv):
    """Counts its steps in a number, and shows them only through ``render()`` (rgb_array)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.observation_space = spaces.Box(0, np.inf, (1,), np.float32)

    def _observation(self) -> np.ndarray:
        return np.array([self.count], dtype=np.float32)


class BlindEnv(CountingRenderEnv):
    """Has no picture of any kind: a number is observed and nothing is rendered."""

    metadata = {"render_modes": []}  # noqa: RUF012


class OneColorEnv(CountingImageEnv):
    """A broken renderer: every picture is of one colour, which changes with the step."""

    def _frame(self) -> np.ndarray:
        return np.full((*self.size, 3), self.count % 256, dtype=np.uint8)


class SymbolEnv(CountingImageEnv):
    """Shows the numbers of what lies in each cell, as MiniGrid does, which are no colours."""

    def _frame(self) -> np.ndarray:
        return super()._frame() % 11


class WallEnv(CountingImageEnv):
    """An agent that sees something at first, and then the wall before it."""

    def _frame(self) -> np.ndarray:
        frame = super()._frame()
        return np.full_like(frame, 90) if self.count else frame


class NoiseEnv(CountingImageEnv):
    """Shows noise, which no compression makes smaller."""

    def _frame(self) -> np.ndarray:
        return self.np_random.integers(0, 256, (*self.size, 3), dtype=np.uint8)


@dataclass(frozen=True)
class ToyFactor:
    """A named cause of the picture, with the fields that the factors of real tasks have."""

    name: str
    kind: str
    low: float
    high: float
    unit: str = ""
    categories: tuple[str, ...] = ()
    settable: bool = True
    role: str = "state"


TOY_FACTORS = {
    factor.name: factor
    for factor in (
        ToyFactor("floor", "continuous", 0.0, 1.0, role="look"),
        ToyFactor("agent_yaw", "circular", 0.0, 2 * math.pi, "radian"),
        ToyFactor("object_shape", "categorical", 0, 1, categories=("box", "ball"), role="look"),
        ToyFactor("object_x", "continuous", -2.0, 2.0, "m"),
        ToyFactor("object_visible", "continuous", 0.0, 1.0, settable=False, role="derived"),
    )
}


class FactorImageEnv(CountingImageEnv):
    """Draws a setting of factors: floor colour, yaw, and an object that may be out of view.

    The floor fills the picture with red = 255 * floor and green = 255 * yaw / 2 pi. The object, a
    full-blue (box) or half-blue (ball) column three pixels wide, stands at ``object_x``: -1 is the
    left edge, 1 the right one, and beyond them it is out of view. Steps turn the yaw and draw no
    counting picture.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.factors = TOY_FACTORS
        self.setting = self.sample_factors(rng=np.random.default_rng(0))

    def sample_factors(
        self,
        fixed: dict[str, Any] | None = None,
        *,
        in_view: bool | None = None,
        rng: np.random.Generator | None = None,
    ) -> dict[str, Any]:
        rng = self.np_random if rng is None else rng
        while True:
            setting = {
                "floor": float(rng.uniform(0, 1)),
                "agent_yaw": float(rng.uniform(0, 2 * math.pi)),
                "object_shape": TOY_FACTORS["object_shape"].categories[rng.integers(2)],
                "object_x": float(rng.uniform(-2, 2)),
                **(fixed or {}),
            }
            if in_view in (None, abs(setting["object_x"]) <= 1):
                return setting

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        gym.Env.reset(self, seed=seed)
        self.count = 0
        self.setting = self.sample_factors((options or {}).get("factors"))
        return self._observation(), self._info()

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.setting["agent_yaw"] = (self.setting["agent_yaw"] + 0.1 * int(action)) % (2 * math.pi)
        return super().step(action)

    def _frame(self) -> np.ndarray:
        height, width = self.size
        frame = np.zeros((height, width, 3), dtype=np.uint8)
        frame[..., 0] = round(255 * self.setting["floor"])
        frame[..., 1] = round(255 * self.setting["agent_yaw"] / (2 * math.pi))
        frame[0, 0, 2] = 64  # a corner mark: no setting gives a picture of one colour
        if abs(self.setting["object_x"]) <= 1:
            center = 1 + round((self.setting["object_x"] + 1) / 2 * (width - 3))
            blue = 255 if self.setting["object_shape"] == "box" else 128
            frame[:, center - 1 : center + 2, 2] = blue
        return frame

    def _info(self) -> dict[str, Any]:
        visible = float(abs(self.setting["object_x"]) <= 1)
        return {"factors": {**self.setting, "object_visible": visible}, "is_success": False}


TOY_IDS = {
    "Toy/Counting-v0": CountingImageEnv,
    "Toy/Formed-v0": FormedEnv,
    "Toy/CountingDict-v0": CountingDictEnv,
    "Toy/CountingRender-v0": CountingRenderEnv,
    "Toy/Blind-v0": BlindEnv,
    "Toy/OneColor-v0": OneColorEnv,
    "Toy/Wall-v0": WallEnv,
    "Toy/Symbol-v0": SymbolEnv,
    "Toy/Noise-v0": NoiseEnv,
    "Toy/Factors-v0": FactorImageEnv,
}
for _id, _class in TOY_IDS.items():
    if _id not in gym.registry:
        gym.register(_id, entry_point=f"toy_envs:{_class.__name__}")


def load_step_reader(folder: Path, space: Any) -> Any:
    """Return a policy for counting environments that reads its action, step modulo 3, from red."""

    picture = find_picture(space)

    def policy(observations: Any, infos: list[dict[str, Any]]) -> np.ndarray:
        frames = picture.of(observations)
        assert len(frames) == len(infos)
        return frames[:, 0, 0, 0].astype(np.int64) % 3

    return policy
