"""Endless streams of steps through environments: acting in them, or setting their factors."""

import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from darla.environments.checked_steps import CheckedVectorSteps, VectorEnvironment
from darla.environments.making import Environment
from darla.frames.attributes import MOST_ACTION_NUMBERS
from darla.running.names import unknown

Choose = Callable[[Any, dict[str, Any], Any], Any]
"""Gives the action for an observation, its info, and whether it is the first of its episode: of
several environments for batched observations, vector infos, and (n,) bool."""


def action_size(space: spaces.Space[Any]) -> int:
    """Return how many numbers an action of a space has.

    It is 0 for one whole number, and for what a dataset cannot hold.
    """
    if not isinstance(space, spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary):
        return 0
    count = math.prod(space.shape)
    return count if count <= MOST_ACTION_NUMBERS else 0


class Step(NamedTuple):
    """What an environment gave for one frame: observation, info and reward."""

    observation: Any
    info: dict[str, Any]
    action: Any
    """What led to the frame; None for a reset."""
    reward: float
    """0 after a reset."""
    starts: bool
    """Whether the frame is the first of an episode."""


def rollouts(
    env: Environment,
    rng: np.random.Generator,
    choose: Choose,
    per_look: int | None = None,
    draw_look: Callable[[], None] | None = None,
) -> Iterator[Step]:
    """Act in episode after episode, without end; seeded from ``rng`` at the first reset only.

    Where ``per_look`` is given another look begins after so many frames: ``draw_look`` brings it
    about within the episode, and where there is none another episode begins. The first frame of
    a look counts as that of an episode.
    """
    seed: int | None = int(rng.integers(2**31))
    while True:
        observation, info = env.reset(seed=seed)
        seed = None
        yield Step(observation, info, None, 0.0, starts=True)
        starts, over, shown = True, False, 1
        while not over:
            another = shown == per_look
            if another and draw_look is None:
                break
            action = choose(observation, info, starts)
            starts = False
            if another and draw_look is not None:
                draw_look()
                shown = 0
            observation, reward, terminated, truncated, info = env.step(action)
            over = terminated or truncated
            shown += 1
            if another:
                yield Step(observation, info, None, 0.0, starts=True)
            else:
                yield Step(observation, info, action, float(reward), starts=False)


class VectorStep(NamedTuple):
    """What n environments gave for one frame each, and the actions that led to these."""

    observations: Any
    """Batched."""
    infos: dict[str, Any]
    """In Gymnasium's vector form."""
    actions: Any
    """Batched; of no meaning where an episode starts, and None when all do."""
    rewards: np.ndarray
    """(n,) float."""
    starts: np.ndarray
    """(n,) bool: whose frame is the first of an episode."""


def vector_rollouts(
    envs: VectorEnvironment, seeds: list[int], choose: Choose
) -> Iterator[VectorStep]:
    """Act in episode after episode of several environments side by side, without end.

    They are in Gymnasium's next-step mode: the step after an episode's end is a reset, which
    ignores its action. There is a seed for the first reset of each. A ValueError where they do not
    count episodes so (:class:`~darla.environments.checked_steps.CheckedVectorSteps`).
    """
    checked = CheckedVectorSteps(envs)
    observations, infos = checked.reset(seeds)
    starts = np.ones(len(seeds), dtype=bool)
    yield VectorStep(observations, infos, None, np.zeros(len(seeds)), starts)
    over = ~starts
    while True:
        actions = choose(observations, infos, starts)
        starts = over
        observations, rewards, over, infos = checked.step(actions)
        yield VectorStep(observations, infos, actions, rewards, starts)


class Drawing(NamedTuple):
    """How frames share looks and states."""

    per_look: int = 1
    """Frames in a row that share their look."""
    looks: int = 1
    """In how many looks those states are shown, one look after the other."""
    factors: Sequence[str] = ()
    """What makes the look; of no meaning where both are 1."""


def factor_settings(
    env: Environment, rng: np.random.Generator, in_view: float | None, drawing: Drawing
) -> Iterator[Step]:
    """Put the world into settings of its factors, without end.

    It offers ``sample_factors(fixed, in_view=..., rng=...)`` and ``reset(options=...)``.
    ``in_view`` is the share of frames with an object in view; None leaves it to chance. Frames in a
    row that share their look are one episode.
    """
    seed: int | None = int(rng.integers(2**31))
    while True:
        for row, setting in enumerate(_block(env, rng, in_view, drawing)):
            observation, info = env.reset(seed=seed, options={"factors": setting})
            seed = None
            yield Step(observation, info, None, 0.0, starts=row % drawing.per_look == 0)


def _block(
    env: Environment, rng: np.random.Generator, in_view: float | None, drawing: Drawing
) -> list[dict[str, Any]]:
    """Draw settings of some states, in one look after the other."""
    sample = env.unwrapped.sample_factors  # type: ignore[attr-defined]

    def draw(**kept: Any) -> dict[str, Any]:
        visible = None if in_view is None else bool(rng.random() < in_view)
        setting: dict[str, Any] = sample(**kept, in_view=visible, rng=rng)
        return setting

    def look_of(setting: dict[str, Any]) -> dict[str, Any]:
        return {name: setting[name] for name in drawing.factors}

    first = draw()
    look = look_of(first)
    states = [first, *(draw(fixed=look) for _ in range(drawing.per_look - 1))]
    looks = [look, *(look_of(draw()) for _ in range(drawing.looks - 1))]
    return [{**state, **each} for each in looks for state in states]


def offers_factors(env: Environment) -> bool:
    """Whether the world can be put into settings of its factors."""
    return {"in_view", "rng"} <= _sampling(env)


def _sampling(env: Environment) -> set[str]:
    """Return what ``sample_factors`` of an environment can be asked; nothing where it has none."""
    sample = getattr(env.unwrapped, "sample_factors", None)
    return {*inspect.signature(sample).parameters} if callable(sample) else set()


def check_offers_factors(env_id: str, env: Environment, per_look: int = 1) -> None:
    """Check that the world can be put into settings of its factors, ``per_look`` of one look.

    A ValueError where it has no ``sample_factors(in_view=..., rng=...)``, or cannot keep a look.
    """
    if not offers_factors(env):
        raise ValueError(
            f"{env_id} does not offer factors (sample_factors(in_view=..., rng=...)); "
            "collect from it with policy 'random'"
        )
    if per_look == 1:
        return
    if "fixed" not in _sampling(env):
        raise ValueError(
            f"{env_id} cannot keep a look (sample_factors(fixed, in_view=..., rng=...)); "
            "give frames_per_look 1, or collect with policy 'random'"
        )
    if ties_kinds(env):
        raise ValueError(
            f"the domain of {env_id} ties looks to shapes by its cases, so that no look can be "
            "kept while shapes change; give frames_per_look 1"
        )


def ties_kinds(env: Environment) -> bool:
    """Whether the cases of an environment's domain name kinds, by words, and not colours alone."""
    cases = getattr(getattr(env.unwrapped, "domain", None), "cases", ())
    given = itertools.chain.from_iterable(case.values() for case in cases)
    return any(isinstance(value, str) for values in given for value in values)


def look_factors(
    described: Mapping[str, Mapping[str, Any]], asked: Sequence[str] = ()
) -> list[str]:
    """Return the names of the factors that frames of one look share: tints, but no kinds.

    They are described by :func:`darla.collection.reported_factors.describe_factors`. Those that are
    ``asked`` for take the place of these; a ValueError where one is unknown, or there are none.
    """
    for name in asked:
        if name not in described:
            raise unknown("factor of the look", name, described)
    if asked:
        return list(asked)
    names = [
        name
        for name, factor in described.items()
        if factor["role"] == "look" and factor["kind"] != "categorical"
    ]
    if not names:
        raise ValueError(
            "no factor of the environment is said to be of the look (role 'look'); "
            "give frames_per_look 1"
        )
    return names
