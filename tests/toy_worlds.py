"""Worlds whose pictures say which world, episode and step they show, alone and in a batch.

``ToyWorlds`` is a batch of them and ``ToyWorldEnv`` a single one; both give the same.
"""

import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla_envs.batch.worlds import Infos, Outcomes, Worlds

DOMAINS = {"source": 0, "bright": 100}
HEIGHT, WIDTH = 8, 10


class ToyWorld:
    """One world: its seed and episode decide when the episode ends, and by what."""

    def __init__(self) -> None:
        self.key, self.episode, self.count = 0, -1, 0
        self.domain = self.drawn_from = "source"
        self.resets = 0

    def reset(self, seed: int | None, setting: Mapping[str, Any]) -> None:
        for name in setting:
            if name not in ("count", "shape"):
                raise ValueError(f"unknown factor {name!r}")
        self.key, self.episode = (self.key, self.episode + 1) if seed is None else (seed, 0)
        self.count = int(setting.get("count", 0))
        self.shape = str(setting.get("shape", "ball" if self.episode % 2 else "box"))
        self.drawn_from = self.domain
        self.resets += 1
        self.success = False

    def step(self, action: int) -> tuple[float, bool, bool]:
        self.count += 1
        over = self.count >= 2 + (self.key + 2 * self.episode) % 4
        is_cut = (self.key + self.episode) % 2 == 0
        self.success = over and not is_cut
        return self.key + action / 3, over and not is_cut, over and is_cut

    def picture(self) -> np.ndarray:
        frame = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
        frame[...] = self.key % 256, self.episode, self.count + DOMAINS[self.drawn_from]
        frame[0, 0] = self.resets
        return frame

    def extras(self) -> dict[str, Any]:
        place = np.array([self.count, self.key], dtype=np.float32)
        return {"goal": np.int64(self.key % 3), "place": place}

    def info(self) -> dict[str, Any]:
        factors = {"count": float(self.count), "shape": self.shape}
        info = {"factors": factors, "is_success": self.success, "place": np.array([self.key, 1.5])}
        return {**info, "late": self.count} if self.count > 2 else info


def toy_spaces(with_extras: bool) -> spaces.Space[Any]:
    picture = spaces.Box(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    if not with_extras:
        return picture
    place = spaces.Box(-1000, 1000, (2,), np.float32)
    return spaces.Dict({"goal": spaces.Discrete(3), "picture": picture, "place": place})


class ToyWorldEnv(gym.Env):
    """A single toy world."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012

    def __init__(self, extras: bool = False, render_mode: str | None = None) -> None:
        self.observation_space = toy_spaces(extras)
        self.action_space = spaces.Discrete(3)
        self.render_mode = render_mode
        self.world = ToyWorld()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        self.world.reset(seed, (options or {}).get("factors", {}))
        return self._observation(), self.world.info()

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        reward, terminated, truncated = self.world.step(int(action))
        return self._observation(), reward, terminated, truncated, self.world.info()

    def render(self) -> np.ndarray:
        return self.world.picture()

    def _observation(self) -> Any:
        picture = self.world.picture()
        if isinstance(self.observation_space, spaces.Box):
            return picture
        return {"picture": picture, **self.world.extras()}


class ToyWorlds(Worlds):
    """Many toy worlds; ``calls`` says which methods were called, and for how many worlds.

    Args:
        num_worlds: how many.
        extras: whether observations have entries besides the picture.
        failure: what happens in the world of seed ``fails_in``: "none", "value" (a ValueError) or
            "error" (a RuntimeError), or "die" (the process is killed).
        fails_at: "make" (then in every process), "reset" or "step" (the second of an episode).
        fails_in: a seed.
    """

    def __init__(
        self,
        num_worlds: int,
        extras: bool = False,
        failure: str = "none",
        fails_at: str = "step",
        fails_in: int = 1,
    ) -> None:
        self.failure, self.fails_at, self.fails_in = failure, fails_at, fails_in
        if fails_at == "make":
            self._fail()
        self.num_worlds = num_worlds
        self.observation_space = toy_spaces(extras)
        self.picture_key = "picture" if extras else None
        self.action_space = spaces.Discrete(3)
        self.worlds = [ToyWorld() for _ in range(num_worlds)]
        self.calls: list[tuple[str, int]] = []
        self.closed = 0

    def reset(
        self,
        chosen: np.ndarray,
        seeds: Sequence[int | None] | None = None,
        settings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        self._called("reset", chosen)
        for row, index in enumerate(chosen):
            seed = seeds[row] if seeds is not None else None
            if self.fails_at == "reset" and seed == self.fails_in:
                self._fail()
            self.worlds[index].reset(seed, settings[row] if settings is not None else {})

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        self._called("step", chosen)
        for index in chosen:
            world = self.worlds[index]
            if self.fails_at == "step" and world.key == self.fails_in and world.count == 1:
                self._fail()
        steps = [self.worlds[index].step(int(action)) for index, action in zip(chosen, actions)]  # noqa: B905
        rewards, terminated, truncated = zip(*steps, strict=True)
        return Outcomes(np.array(rewards), np.array(terminated), np.array(truncated))

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        self._called("draw", chosen)
        assert out.shape == (len(chosen), HEIGHT, WIDTH, 3)
        assert out.flags.c_contiguous
        out[:] = [self.worlds[index].picture() for index in chosen]

    def infos(self, chosen: np.ndarray) -> Infos:
        self._called("infos", chosen)
        infos: Infos = {}
        recorder = gym.vector.VectorEnv()
        recorder.num_envs = len(chosen)
        for row, index in enumerate(chosen):
            infos = recorder._add_info(infos, self.worlds[index].info(), row)
        return infos

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        if self.picture_key is None:
            return {}
        rows = [self.worlds[index].extras() for index in chosen]
        return {name: np.stack([row[name] for row in rows]) for name in ("goal", "place")}

    def set_domain(self, domain: Any) -> None:
        if domain not in DOMAINS:
            raise ValueError(f"unknown domain {domain!r}")
        for world in self.worlds:
            world.domain = domain

    def close(self) -> None:
        self.closed += 1

    def _called(self, name: str, chosen: np.ndarray) -> None:
        assert len(chosen) > 0
        assert chosen.dtype == np.int64
        assert (np.diff(chosen) > 0).all()
        self.calls.append((name, len(chosen)))

    def _fail(self) -> None:
        if self.failure == "value":
            raise ValueError("the toy is given nonsense")
        if self.failure == "error":
            raise RuntimeError("the toy breaks")
        if self.failure == "die":
            os.kill(os.getpid(), signal.SIGKILL)


def assert_same(ours: Any, theirs: Any, where: str = "") -> None:
    """Compare nested dictionaries, arrays of objects and numbers, with their types."""
    if isinstance(theirs, dict):
        assert set(ours) == set(theirs), where
        for name, value in theirs.items():
            assert_same(ours[name], value, f"{where}.{name}")
        return
    if isinstance(theirs, tuple | list) or (
        isinstance(theirs, np.ndarray) and theirs.dtype.hasobject
    ):
        assert len(ours) == len(theirs), where
        for index, value in enumerate(theirs):
            assert_same(ours[index], value, f"{where}[{index}]")
        return
    if isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype, where
    np.testing.assert_array_equal(ours, theirs, err_msg=where)


def tell_threads(num_worlds: int) -> Worlds:
    """Make no worlds, but say how many threads numerical libraries may use here."""
    raise ValueError(f"{os.environ['OMP_NUM_THREADS']} and {os.environ['NUMBA_NUM_THREADS']}")
