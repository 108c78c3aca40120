"""Endless streams of steps through environments: acting in them, or setting their factors."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from darla.frame_source import Environment
from darla.vector_source import VectorEnvironment

Choose = Callable[[Any, dict[str, Any]], Any]
"""Gives the action for an observation and its info."""


class Step(NamedTuple):
    """What an environment gave for one frame, and the action that led to it (None: a reset)."""

    observation: Any
    info: dict[str, Any]
    action: Any
    reward: float


def rollouts(env: Environment, rng: np.random.Generator, choose: Choose) -> Iterator[Step]:
    """Act in episode after episode, without end.

    Args:
        env: seeded from ``rng`` at the first reset only.
        rng: where the seed comes from.
        choose: gives the action for an observation and its info.
    """
    seed: int | None = int(rng.integers(2**31))
    while True:
        observation, info = env.reset(seed=seed)
        seed = None
        yield Step(observation, info, None, 0.0)
        over = False
        while not over:
            action = choose(observation, info)
            observation, reward, terminated, truncated, info = env.step(action)
            over = terminated or truncated
            yield Step(observation, info, action, float(reward))


class VectorStep(NamedTuple):
    """What n environments gave for one frame each, and the actions that led to these.

    Attributes:
        observations: batched.
        infos: in Gymnasium's vector form.
        actions: batched; of no meaning where an episode starts, and None when all do.
        rewards: (n,) float.
        starts: (n,) bool: whose frame is the first of an episode.
    """

    observations: Any
    infos: dict[str, Any]
    actions: Any
    rewards: np.ndarray
    starts: np.ndarray


def vector_rollouts(
    envs: VectorEnvironment, seeds: list[int], choose: Choose
) -> Iterator[VectorStep]:
    """Act in episode after episode of several environments side by side, without end.

    Args:
        envs: in Gymnasium's next-step mode: the step after an episode's end is a reset, which
            ignores its action.
        seeds: one an environment, for the first reset.
        choose: gives the actions for observations and infos.
    """
    several: Any = seeds  # which Gymnasium takes, but does not say
    observations, infos = envs.reset(seed=several)
    over = np.ones(len(seeds), dtype=bool)
    yield VectorStep(observations, infos, None, np.zeros(len(seeds)), over)
    over = ~over
    while True:
        actions, starts = choose(observations, infos), over
        observations, rewards, terminated, truncated, infos = envs.step(actions)
        over = terminated | truncated
        yield VectorStep(observations, infos, actions, rewards, starts)


def info_rows(infos: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Return infos in Gymnasium's vector form as one dictionary for each environment."""
    rows: list[dict[str, Any]] = [{} for _ in range(count)]
    for name in (name for name in infos if f"_{name}" in infos):
        value = infos[name]
        values = info_rows(value, count) if isinstance(value, dict) else value
        for index in np.flatnonzero(infos[f"_{name}"]):
            rows[index][name] = values[index]
    return rows


def factor_settings(
    env: Environment, rng: np.random.Generator, in_view: float | None
) -> Iterator[Step]:
    """Put the world into a fresh setting of its factors for every frame, without end.

    Args:
        env: offers ``sample_factors(in_view=..., rng=...)`` and ``reset(options=...)``.
        rng: where settings come from.
        in_view: the share of frames with an object in view; None leaves it to chance.
    """
    sample = env.unwrapped.sample_factors  # type: ignore[attr-defined]
    seed: int | None = int(rng.integers(2**31))
    while True:
        visible = None if in_view is None else bool(rng.random() < in_view)
        setting = sample(in_view=visible, rng=rng)
        observation, info = env.reset(seed=seed, options={"factors": setting})
        seed = None
        yield Step(observation, info, None, 0.0)


def check_offers_factors(env_id: str, env: Environment) -> None:
    """Check that the world can be put into settings of its factors.

    Raises:
        ValueError: the environment has no ``sample_factors(in_view=..., rng=...)``.
    """
    sample = getattr(env.unwrapped, "sample_factors", None)
    accepted = inspect.signature(sample).parameters if callable(sample) else {}
    if not {"in_view", "rng"} <= set(accepted):
        raise ValueError(
            f"{env_id} does not offer factors (sample_factors(in_view=..., rng=...)); "
            "collect from it with policy 'random'"
        )
