"""Make the frames of one chunk: act or set factors in an environment, and take its pictures.

A chunk depends on the configuration and its own index alone. Its random numbers come from
``SeedSequence(seed, spawn_key=(index,))`` and its first frame begins an episode, so that any
worker can make it, at any time, and always makes the same.

This module takes one frame at a time; :mod:`darla.collection.batched_chunks` takes many.
"""

import importlib
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.collection.config import AGENT, FACTORS, CollectConfig
from darla.collection.frame_source import FrameSource
from darla.collection.reported_factors import describe_factors, factor_reader
from darla.collection.rollouts import (
    Drawing,
    Step,
    action_size,
    check_offers_factors,
    factor_settings,
    look_factors,
    rollouts,
)
from darla.environments.making import Environment, make_environment
from darla.frames.pictures import stack_observations
from darla.frames.writer import FrameChunk

Policy = Callable[[Any, list[dict[str, Any]]], Any]
"""Maps n observations of the environment, an array (n, ...) or a dictionary of such, and n infos
to n actions. Of an environment that shows its pictures by rendering alone these are observed.

One that remembers has a method ``begin``, which is called with the rows of those environments whose
episode begins with the observations that come next."""

Report = Callable[[int], None]
"""Called about ten times a second with the number of frames made since the last call."""

_REPORT_EVERY = 0.1  # seconds

_BLACK = 15
PROBED = 16
"""Episodes whose first picture tells whether anything is drawn."""


class ChunkMaker(ABC):
    """Makes the chunks of one dataset in environments of its own.

    Args:
        config: what to collect.
        env: where; closed with this.
        load_policy: ``module:function``; called with the agent's folder and the space of one
            environment's observations it returns a :data:`Policy`. Needed for the policy ``agent``.
    """

    factors: dict[str, dict[str, Any]]
    """What is reported, as :func:`darla.collection.reported_factors.describe_factors` describes
    it."""
    renderer: str
    """``batched`` or ``stock``: who draws."""

    def __init__(self, config: CollectConfig, env: Any, load_policy: str | None) -> None:
        self._config = config
        self._env = env
        space = getattr(env, "single_observation_space", env.observation_space)
        acts = config.chosen_policy == AGENT
        self._agent = _load_agent(load_policy, config, space) if acts else None
        actions = getattr(env, "single_action_space", env.action_space)
        self._action_size = 0 if config.chosen_policy == FACTORS else action_size(actions)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the dataset's attributes say about the environment: its factors and domain."""
        domain: Any = getattr(self._env.unwrapped, "domain", None)
        described = domain.to_dict() if hasattr(domain, "to_dict") else None
        acting = {"action_size": self._action_size}
        return {
            "factors": self.factors,
            "domain": described,
            "renderer": self.renderer,
            **(acting if self._action_size else {}),
        }

    def make(self, index: int, report: Report = lambda frames: None) -> FrameChunk:
        """Make the chunk of this index, from 0, and tell ``report`` how many frames are made.

        A ValueError where nothing but one colour, or black, is drawn, or a factor is not reported.
        """
        config = self._config
        count = config.chunk_length(index)
        chunk = FrameChunk.empty(count, config.image_size, len(self.factors), self._action_size)
        seeds = np.random.SeedSequence(config.seed, spawn_key=(index,))
        self._fill(chunk, np.random.default_rng(seeds), Reports(report))
        self._check_pictures(chunk.frames, index)
        return chunk

    def close(self) -> None:
        """Close the environment."""
        self._env.close()

    def _check_pictures(self, frames: np.ndarray, index: int) -> None:
        """Raise a ValueError where most of a chunk's frames can be no pictures."""
        for count_of, what, why in _NO_PICTURES:
            found = count_of(frames)
            # An agent before a wall may see one colour for long; a broken renderer nothing else.
            if 2 * found > len(frames) and count_of(self._first_frames()) == PROBED:
                raise ValueError(
                    f"{found} of {len(frames)} frames of chunk {index} from {self._config.env} "
                    f"{what}, and so are the first of {PROBED} other episodes; the chunk was not "
                    f"written: {why}; look at one before collecting again"
                )

    @abstractmethod
    def _first_frames(self) -> np.ndarray:
        """Return the first pictures of ``PROBED`` episodes, uint8 (n, H, W, 3)."""

    @abstractmethod
    def _fill(self, chunk: FrameChunk, rng: np.random.Generator, reports: "Reports") -> None:
        """Fill an empty chunk, with random numbers from ``rng`` alone."""


class Reports:
    """Passes on how many frames are made, but not too often."""

    def __init__(self, report: Report) -> None:
        self._report, self._reported = report, 0
        self._last = time.monotonic()

    def made(self, frames: int, is_last: bool) -> None:
        """Say how many frames are made by now."""
        if is_last or time.monotonic() - self._last > _REPORT_EVERY:
            self._report(frames - self._reported)
            self._reported, self._last = frames, time.monotonic()


class StockChunkMaker(ChunkMaker):
    """Makes chunks frame by frame in an environment that it makes itself.

    Raises what :func:`darla.collection.batched_chunks.make_chunk_maker` does.
    """

    renderer = "stock"

    def __init__(self, config: CollectConfig, load_policy: str | None = None) -> None:
        super().__init__(config, make_env(config), load_policy)
        self._source = FrameSource(self._env, config.image_size, config.key)
        if config.chosen_policy == FACTORS:
            check_offers_factors(config.env, self._env, config.block)
        observation, info = self._env.reset(seed=config.seed)
        self._source.frame(observation)
        self.factors = describe_factors(self._env, info.get("factors", {}))
        sets = config.chosen_policy == FACTORS and config.block > 1
        look = look_factors(self.factors, config.look_factors) if sets else []
        self._drawing = Drawing(config.per_look, config.looks_per_state, look)
        self._columns = [factor_reader(name, item) for name, item in self.factors.items()]

    def _first_frames(self) -> np.ndarray:
        """Return the first pictures of some episodes."""
        resets = (self._env.reset(seed=seed) for seed in range(PROBED))
        return np.stack([self._source.frame(observation) for observation, _ in resets])

    def _fill(self, chunk: FrameChunk, rng: np.random.Generator, reports: Reports) -> None:
        """Fill a chunk step by step."""
        for row, step in enumerate(itertools.islice(self._steps(rng), len(chunk))):
            self._record(chunk, row, step)
            reports.made(row + 1, row + 1 == len(chunk))

    def _steps(self, rng: np.random.Generator) -> Iterator[Step]:
        """Return the endless stream of steps that the policy leads to."""
        config = self._config
        if config.chosen_policy == FACTORS:
            return factor_settings(self._env, rng, config.in_view, self._drawing)
        cut = config.frames_per_look, self._draw_look()
        if self._agent is not None:
            return rollouts(self._env, rng, self._choose_as_agent, *cut)
        space = self._env.action_space
        space.seed(int(rng.integers(2**31)))
        return rollouts(self._env, rng, lambda observation, info, starts: space.sample(), *cut)

    def _draw_look(self) -> Callable[[], None] | None:
        """Return what draws another look within an episode; None where no look is only drawn."""
        look = self._config.look
        if look is None or not look.only_restyles:
            return None
        drawing: Callable[[], None] = self._env.get_wrapper_attr("draw_look")
        return drawing

    def _choose_as_agent(self, observation: Any, info: dict[str, Any], starts: bool) -> Any:
        """Return the agent's action."""
        assert self._agent is not None
        if starts:
            begin_episodes(self._agent, [0])
        return self._agent(stack_observations([observation]), [info])[0]

    def _record(self, chunk: FrameChunk, row: int, step: Step) -> None:
        """Put a step into a row of a chunk."""
        chunk.frames[row] = self._source.frame(step.observation)
        chunk.rewards[row] = step.reward
        chunk.episode_starts[row] = step.starts
        if isinstance(step.action, int | np.integer):
            chunk.actions[row] = step.action
        elif chunk.action_vectors is not None and step.action is not None:
            chunk.action_vectors[row] = np.ravel(step.action)
        if self._columns:
            values = step.info.get("factors", {})
            chunk.factors[row] = [column(values) for column in self._columns]


def begin_episodes(agent: Policy, environments: Sequence[int]) -> None:
    """Tell a policy that remembers in which environments an episode begins, by their rows."""
    begin: Any = getattr(agent, "begin", None)
    if begin is not None and len(environments):
        begin(environments)


def make_env(config: CollectConfig) -> Environment:
    """Make one environment of those to collect from; raises what ``make_environment`` does."""
    domain = config.environment_domain
    return make_environment(
        config.environment, config.look, further=domain, imports=config.imports, key=config.key
    )


def _load_agent(load_policy: str | None, config: CollectConfig, space: spaces.Space[Any]) -> Policy:
    """Load the policy of the configured agent; a ValueError if what loads it is missing."""
    if load_policy is None:
        raise ValueError("policy 'agent' needs a function that loads agents; give load_policy")
    module, _, function = load_policy.partition(":")
    try:
        policy: Policy = getattr(importlib.import_module(module), function)(config.agent, space)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"cannot load agents with {load_policy!r}: {error}") from error
    return policy


def _count_constant(frames: np.ndarray) -> int:
    """Return how many frames, uint8 (n, H, W, 3), are of one colour each."""
    # A few pixels rule most frames out; only the others are looked at in full.
    corners = frames[:, ::16, ::16]
    suspects = frames[(corners == frames[:, :1, :1]).all(axis=(1, 2, 3))]
    return int((suspects == suspects[:, :1, :1]).all(axis=(1, 2, 3)).sum())


def _count_black(frames: np.ndarray) -> int:
    """Count frames (n, H, W, 3) without any value that can be told from black."""
    return int((frames.max(axis=(1, 2, 3), initial=0) <= _BLACK).sum())


_NO_PICTURES: tuple[tuple[Callable[[np.ndarray], int], str, str], ...] = (
    (_count_constant, "are of one constant colour", "the renderer is broken"),
    (
        _count_black,
        f"are black, without a value above {_BLACK} of 255",
        "nothing is lit, or these are symbols and no pictures, so that the environment needs a "
        "wrapper which draws them (MiniGrid's is RGBImgObsWrapper)",
    ),
)
"""What may be wrong with frames: how many are, what they are, and why."""
