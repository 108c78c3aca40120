"""Make the frames of one chunk in many environments side by side.

With the policy ``factors`` the settings of a chunk are drawn in one call, exactly those that
single environments draw, and then drawn as pictures, batch after batch, into the chunk itself.

With the other policies each of W environments fills a segment of the chunk of its own with
consecutive frames, and each segment begins an episode: the first environment the first n / W
frames, the second those that follow, and so on. W depends on the chunk size alone: as many as give
segments of 250 frames, at most 16, so that a chunk of 1,000 frames is made of 4 segments.
"""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from gymnasium.vector.utils import batch_space

from darla.collection.chunk_maker import (
    PROBED,
    ChunkMaker,
    Reports,
    StockChunkMaker,
    begin_episodes,
    make_env,
)
from darla.collection.config import FACTORS, RANDOM, CollectConfig
from darla.collection.reported_factors import column_reader, describe_factors
from darla.collection.rollouts import VectorStep, look_factors, offers_factors, vector_rollouts
from darla.environments.checked_steps import VectorEnvironment
from darla.environments.vectors import make_vector_env
from darla.frames.pictures import find_picture, resize_frames
from darla.frames.writer import FrameChunk
from darla.running.vector_infos import rows_of

_SETTINGS = 100  # drawn in one call
_SEGMENT = 250  # frames: longer than most episodes, whose late steps are to be seen too
_MOST_SEGMENTS = 16


def make_chunk_maker(config: CollectConfig, load_policy: str | None = None) -> ChunkMaker:
    """Make what makes chunks: batched where that is asked for and the environment offers it.

    A ValueError where the environment cannot be made, gives no pictures, or does not offer factors
    when they are asked for.
    """
    config = replace(config, policy=policy_that_suits(config))
    envs = _many(config, num_envs_for(config))
    if envs is not None and (
        config.chosen_policy != FACTORS or offers_settings(envs, _sharing(config))
    ):
        return BatchedChunkMaker(config, envs, load_policy)
    if envs is not None:
        envs.close()
    return StockChunkMaker(config, load_policy)


def policy_that_suits(config: CollectConfig) -> str:
    """Return the policy that is asked for; else factors where they are offered, and random if not.

    Only environments that are made can tell. Raises what :func:`make_chunk_maker` does.
    """
    if config.chosen_policy is not None:
        return config.chosen_policy
    envs = _many(config, 1)
    if envs is not None:
        offered = offers_settings(envs, _sharing(config))
        envs.close()
        if offered:
            return FACTORS
    env = make_env(config)
    offered = offers_factors(env)
    env.close()
    return FACTORS if offered else RANDOM


def _many(config: CollectConfig, num_envs: int) -> VectorEnvironment | None:
    """Make environments side by side, where that is asked for, possible and offered; else None."""
    if config.rendering != "batched" or config.cuts_looks:
        return None
    domain = config.environment_domain
    return make_vector_env(config.environment, num_envs, further=domain, imports=config.imports)


def num_envs_for(config: CollectConfig) -> int:
    """Return how many environments make chunks side by side."""
    longest = min(config.chunk_size, config.num_frames)
    if config.chosen_policy == FACTORS:
        return min(longest, _SETTINGS)
    return min(max(longest // _SEGMENT, 1), _MOST_SEGMENTS)


def offers_settings(envs: VectorEnvironment, asked: Iterable[str] = ()) -> bool:
    """Whether settings of factors can be drawn many at once, sharing what is ``asked``.

    Such a vector environment has ``sample_settings(rng, count, in_view)``, which gives rows, and
    ``reset_to(rows, frames)``, which puts as many of its environments into these settings, draws
    them into ``frames`` (n, H, W, 3) uint8 and returns the pictures and infos with n rows. To draw
    ``per_look`` settings in a row with one look, it takes ``per_look=`` too, and for twins
    ``looks_per_state=`` and ``look_factors=``.
    """
    sample: Any = getattr(envs, "sample_settings", None)
    if not callable(sample) or not hasattr(envs, "reset_to"):
        return False
    return {*asked} <= {*inspect.signature(sample).parameters}


def _sharing(config: CollectConfig) -> dict[str, Any]:
    """Return what ``sample_settings`` is told of what settings share, where they share anything."""
    alike = {"per_look": config.per_look} if config.per_look > 1 else {}
    return {**alike, **config.twins}


class BatchedChunkMaker(ChunkMaker):
    """Makes chunks in a vector environment.

    A ValueError where the agent cannot be loaded, or it is not clear which picture is meant.
    """

    renderer = "batched"

    def __init__(
        self, config: CollectConfig, envs: VectorEnvironment, load_policy: str | None = None
    ) -> None:
        super().__init__(config, envs, load_policy)
        self._picture = find_picture(envs.single_observation_space, config.key)
        # EnvPool's own space is that of one environment.
        self._actions = batch_space(envs.single_action_space, envs.num_envs)
        _, infos = envs.reset(seed=config.seed)
        first = rows_of(infos, envs.num_envs)[0]
        self.factors = describe_factors(envs, first.get("factors", {}))
        if config.block > 1:
            look_factors(self.factors, config.look_factors)  # an error if there are none
        self._columns = [column_reader(name, item) for name, item in self.factors.items()]

    def _first_frames(self) -> np.ndarray:
        """Return the first pictures of some episodes."""
        count, envs = self._env.num_envs, self._env
        starts = range(0, PROBED, count)
        drawn = [self._picture.of(envs.reset(seed=start)[0]).copy() for start in starts]
        return np.concatenate(drawn)[:PROBED]

    def _fill(self, chunk: FrameChunk, rng: np.random.Generator, reports: Reports) -> None:
        """Fill a chunk as the policy says."""
        if self._config.chosen_policy == FACTORS:
            self._fill_with_settings(chunk, rng, reports)
        else:
            self._fill_with_episodes(chunk, rng, reports)

    def _fill_with_settings(
        self, chunk: FrameChunk, rng: np.random.Generator, reports: Reports
    ) -> None:
        """Fill a chunk with frames of fresh settings."""
        envs: Any = self._env
        per_look = self._config.per_look
        rng.integers(2**31)  # the seed of a single environment
        shared = _sharing(self._config)
        rows = envs.sample_settings(rng, len(chunk), self._config.in_view, **shared)
        chunk.episode_starts[::per_look] = True
        for start in range(0, len(chunk), envs.num_envs):
            part = slice(start, min(start + envs.num_envs, len(chunk)))
            infos = self._draw_settings(rows[part], chunk.frames[part])
            chunk.factors[part] = self._read_factors(infos, part.stop - start)
            reports.made(part.stop, part.stop == len(chunk))

    def _draw_settings(self, rows: np.ndarray, out: np.ndarray) -> dict[str, Any]:
        """Draw settings into frames of the size asked for, and return the infos."""
        envs: Any = self._env
        infos: dict[str, Any]
        if self._picture.shape == out.shape[1:]:
            _, infos = envs.reset_to(rows, out)
            return infos
        frames = np.empty((len(rows), *self._picture.shape), dtype=np.uint8)
        _, infos = envs.reset_to(rows, frames)
        out[:] = resize_frames(frames, self._config.image_size)
        return infos

    def _fill_with_episodes(
        self, chunk: FrameChunk, rng: np.random.Generator, reports: Reports
    ) -> None:
        """Fill a chunk by acting in all environments side by side."""
        envs = self._env
        seeds = rng.integers(2**31, size=envs.num_envs).tolist()
        self._actions.seed(int(rng.integers(2**31)))
        choose = self._choose_at_random if self._agent is None else self._choose_as_agent
        bounds = np.arange(envs.num_envs + 1) * len(chunk) // envs.num_envs
        lengths, made = np.diff(bounds), 0
        steps = vector_rollouts(envs, seeds, choose)
        for offset, step in zip(range(lengths.max()), steps, strict=False):
            filling = np.flatnonzero(offset < lengths)
            self._record(chunk, bounds[filling] + offset, step, filling)
            made += len(filling)
            reports.made(made, made == len(chunk))

    def _choose_at_random(
        self, observations: Any, infos: dict[str, Any], starts: np.ndarray
    ) -> Any:
        """Return an action for each environment, drawn at random."""
        return self._actions.sample()

    def _choose_as_agent(self, observations: Any, infos: dict[str, Any], starts: np.ndarray) -> Any:
        """Return the agent's action for each environment."""
        assert self._agent is not None
        begin_episodes(self._agent, np.flatnonzero(starts).tolist())
        rows = rows_of(infos, self._env.num_envs)
        return np.asarray(self._agent(observations, rows))

    def _record(
        self, chunk: FrameChunk, rows: np.ndarray, step: VectorStep, filling: np.ndarray
    ) -> None:
        """Put the step of the environments ``filling`` into the chunk's rows ``rows``."""
        frames = resize_frames(self._picture.of(step.observations), self._config.image_size)
        chunk.frames[rows] = frames[filling]
        chunk.episode_starts[rows] = starts = step.starts[filling]
        chunk.rewards[rows] = np.where(starts, 0.0, step.rewards[filling])
        actions = np.asarray(step.actions) if not starts.all() else np.empty(0)
        if actions.ndim == 1 and actions.dtype.kind in "iu":
            chunk.actions[rows] = np.where(starts, -1, actions[filling])
        elif chunk.action_vectors is not None and len(actions):
            numbers = actions.reshape(len(actions), -1)[filling]
            chunk.action_vectors[rows] = np.where(starts[:, None], np.nan, numbers)
        chunk.factors[rows] = self._read_factors(step.infos, len(step.starts))[filling]

    def _read_factors(self, infos: dict[str, Any], count: int) -> np.ndarray:
        """Return the factors that n environments reported, (n, F) float64."""
        values = infos.get("factors", {})
        columns: Sequence[np.ndarray] = [read(values) for read in self._columns]
        return np.stack(columns, axis=1) if columns else np.empty((count, 0))
