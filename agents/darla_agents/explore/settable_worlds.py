"""An environment that can be put into any setting of its factors, drawn for the page.

Tasks of rooms are simulated and drawn many at a time; others, which offer ``sample_factors`` and
``reset(options={"factors": ...})``, one by one. Whoever draws may need one thread for all its life
(OpenGL does), so that everything here is to be called from one thread alone; see ``opened``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from darla.collection.frame_source import FrameSource
from darla.collection.reported_factors import describe_factors
from darla.collection.rollouts import offers_factors
from darla.environments.making import Environment
from darla.environments.spec import EnvironmentSpec
from darla.frames.attributes import FactorDescription
from darla.frames.pictures import find_picture
from darla.running.names import unknown
from darla.running.vector_infos import rows_of
from darla_envs.rooms.sampled_rooms import SampledRooms
from darla_envs.suites import Suite, suite_of

Setting = Mapping[str, float | str]
Described = dict[str, FactorDescription]

DERIVED = "derived"
_TOGETHER = 32  # rooms that are drawn in one call
_MOST_OPEN = 3  # environments of single domains at a time


class SettableWorld(ABC):
    """What can be drawn in a setting.

    Attributes:
        suite: what the environment is and can do.
        domains: names of its domains, the source first.
        factors: what each factor that it reports is; those that are not ``derived`` are set.
    """

    suite: Suite
    factors: Described

    @property
    def domains(self) -> list[str]:
        """The names of the domains, the source first."""
        return self.suite.domains()

    @property
    def varied(self) -> str:
        """The domain in which the look varies most: D_U, or the source where there is none."""
        return self.suite.unsupervised or self.domains[0]

    def checked(self, domain: str) -> str:
        """Return the name of a domain; a ValueError, which suggests the nearest, for others."""
        if domain not in self.domains:
            raise unknown("domain", domain, self.domains)
        return domain

    @abstractmethod
    def sample(
        self, domain: str, count: int, seed: int, in_view: bool | None
    ) -> list[dict[str, Any]]:
        """Draw settings from a domain; a ValueError where there is no such domain."""

    @abstractmethod
    def draw(
        self, domain: str, settings: Sequence[Setting]
    ) -> tuple[np.ndarray, list[dict[str, Any]]]:
        """Return pictures, uint8 (n, H, W, 3), and what each reports of its factors.

        A ValueError where there is no such domain, or a setting is impossible.
        """

    @abstractmethod
    def close(self) -> None:
        """Free what it holds."""


class SettableRooms(SettableWorld):
    """Rooms of a task, drawn many at a time."""

    def __init__(self, suite: Suite, rooms: SampledRooms) -> None:
        self.suite = suite
        self._rooms = rooms
        self._domain = suite.domains()[0]
        first = np.zeros(1, np.int64)
        rooms.reset(first, [0])
        reported = rows_of(rooms.infos(first)["factors"], 1)[0]
        self.factors = _described(SimpleNamespace(unwrapped=rooms), reported)

    def sample(
        self, domain: str, count: int, seed: int, in_view: bool | None
    ) -> list[dict[str, Any]]:
        """Draw settings; see :meth:`SettableWorld.sample`."""
        self._enter(domain)
        share = None if in_view is None else float(in_view)
        rows = self._rooms.sample_settings(np.random.default_rng(seed), count, share)
        return [dict(setting) for setting in self._rooms.settings_from(rows)]

    def draw(
        self, domain: str, settings: Sequence[Setting]
    ) -> tuple[np.ndarray, list[dict[str, Any]]]:
        """Draw settings; see :meth:`SettableWorld.draw`."""
        self._enter(domain)
        shape = self._rooms.observation_space.shape
        assert shape is not None
        frames = np.empty((len(settings), *shape), np.uint8)
        reported: list[dict[str, Any]] = []
        for start in range(0, len(settings), _TOGETHER):
            part = settings[start : start + _TOGETHER]
            chosen = np.arange(len(part))
            self._rooms.reset(chosen, None, part)
            self._rooms.draw(chosen, frames[start : start + len(part)])
            reported += rows_of(self._rooms.infos(chosen)["factors"], len(part))
        return frames, reported

    def close(self) -> None:
        """End the threads that draw."""
        self._rooms.close()

    def _enter(self, domain: str) -> None:
        """Draw from a domain from here on."""
        if self.checked(domain) != self._domain:
            self._rooms.set_domain(domain)
            self._domain = domain


class SettableEnvironments(SettableWorld):
    """Single environments, one for each of the last few domains that were asked for."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._open: dict[str, Environment] = {}
        env = self._env(suite.domains()[0])
        self.offers = offers_factors(env)
        _, info = env.reset(seed=0)
        self.factors = _described(env, dict(info.get("factors", {})))

    def sample(
        self, domain: str, count: int, seed: int, in_view: bool | None
    ) -> list[dict[str, Any]]:
        """Draw settings; see :meth:`SettableWorld.sample`."""
        env: Any = self._env(self.checked(domain)).unwrapped
        rng = np.random.default_rng(seed)
        return [dict(env.sample_factors(in_view=in_view, rng=rng)) for _ in range(count)]

    def draw(
        self, domain: str, settings: Sequence[Setting]
    ) -> tuple[np.ndarray, list[dict[str, Any]]]:
        """Draw settings; see :meth:`SettableWorld.draw`."""
        env = self._env(self.checked(domain))
        size = find_picture(env.observation_space).shape[:2]
        source = FrameSource(env, size)
        shown = [env.reset(seed=0, options={"factors": dict(each)}) for each in settings]
        frames = np.stack([source.picture(observation) for observation, _ in shown])
        return frames, [dict(info["factors"]) for _, info in shown]

    def close(self) -> None:
        """Close the environments."""
        for env in self._open.values():
            env.close()
        self._open.clear()

    def _env(self, domain: str) -> Environment:
        """Return the environment of a domain; the one that was asked for longest ago makes room."""
        env = self._open.pop(domain, None)
        if env is None:
            if len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            env = self.suite.single(domain)
        self._open[domain] = env
        return env


def open_world(spec: EnvironmentSpec) -> SettableWorld:
    """Make an environment whose factors can be set.

    Raises:
        ValueError: it cannot be made, or offers no factors.
    """
    suite = suite_of(spec)
    if suite.can_batch():
        worlds = suite.worlds(_TOGETHER, suite.domains()[0], num_threads=1)
        if isinstance(worlds, SampledRooms):
            return SettableRooms(suite, worlds)
        worlds.close()
    single = SettableEnvironments(suite)
    if single.offers:
        return single
    single.close()
    raise ValueError(
        f"{spec.text} offers no factors to set (sample_factors(in_view=..., rng=...)); explore its "
        "frames instead: leave --env out, and give --data a folder of darla collect"
    )


def _described(env: Any, reported: dict[str, Any]) -> Described:
    """Return what the reported factors are."""
    found: Any = describe_factors(env, reported)
    described: Described = found
    return described
