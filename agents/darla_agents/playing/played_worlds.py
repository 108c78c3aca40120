"""Several environments whose episodes are played side by side, one by one or simulated together."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.environments.spec import EnvironmentSpec
from darla.frames.pictures import stack_observations
from darla.running.vector_infos import rows_of
from darla_agents.agent.interaction import PLAIN, Interaction
from darla_agents.agent.kinds import PICTURES, Observing
from darla_agents.worlds.environments import batch_settings, is_batched, make_env
from darla_envs.batch.worlds import Worlds
from darla_envs.suites import suite_of

Env = gym.Env[Any, Any]


@dataclass(frozen=True)
class StepOutcome:
    """What one step of one environment led to."""

    reward: float
    done: bool
    """Whether the episode ended with it."""
    success: bool | None = None
    """What the info said at the end, as ``is_success`` or ``success``; None before, or when it said
    nothing."""


class PlayedWorlds(Protocol):
    """Environments with numbers from 0, each in an episode of its own; spaces are of one."""

    num_envs: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]

    def begin(self) -> None:
        """Get ready for a list of episodes; others may have used the same worlds before."""

    def reset(self, numbers: Sequence[int], seeds: Sequence[int]) -> None:
        """Start an episode in some environments, with one seed each."""

    def step(self, numbers: Sequence[int], actions: np.ndarray) -> list[StepOutcome]:
        """Act in some environments, with one action each."""

    def observe(self, numbers: Sequence[int]) -> Any:
        """Return what some environments show now, as a batch with one row each."""

    def succeeded(self, number: int) -> bool | None:
        """Return what an environment says of success now, for an episode that is broken off."""


class SinglePlayedWorlds:
    """Environments that are simulated one by one; at least one, all alike."""

    def __init__(self, environments: Sequence[Env]) -> None:
        self._environments = environments
        self._shown: dict[int, Any] = {}
        self._told: dict[int, Mapping[str, Any]] = {}
        self.num_envs = len(environments)
        self.observation_space = environments[0].observation_space
        self.action_space = environments[0].action_space

    def begin(self) -> None:
        """Do nothing: nobody else uses these environments."""

    def reset(self, numbers: Sequence[int], seeds: Sequence[int]) -> None:
        """Start an episode in some environments, with one seed each."""
        for number, seed in zip(numbers, seeds, strict=True):
            self._shown[number], self._told[number] = self._environments[number].reset(seed=seed)

    def step(self, numbers: Sequence[int], actions: np.ndarray) -> list[StepOutcome]:
        """Act in some environments, with one action each."""
        return [self._step(*pair) for pair in zip(numbers, actions, strict=True)]

    def observe(self, numbers: Sequence[int]) -> Any:
        """Return what some environments show now, as a batch with one row each."""
        return stack_observations([self._shown[number] for number in numbers])

    def succeeded(self, number: int) -> bool | None:
        """Return what an environment says of success now, for an episode that is broken off."""
        return success_of(self._told[number])

    def _step(self, number: int, action: Any) -> StepOutcome:
        """Act in one environment."""
        shown, reward, terminated, truncated, info = self._environments[number].step(action)
        self._shown[number], self._told[number] = shown, info
        if not (terminated or truncated):
            return StepOutcome(float(reward), done=False)
        return StepOutcome(float(reward), done=True, success=success_of(info))


class BatchedPlayedWorlds:
    """Worlds that are simulated and drawn together; only what is observed is drawn.

    Several that are played one after the other may share the worlds, each with a domain of its own;
    None leaves the worlds as they are. A ValueError where the worlds have no such domain.
    """

    def __init__(self, worlds: Worlds, domain: Any = None) -> None:
        self._worlds = worlds
        self._domain = domain
        self.num_envs = worlds.num_worlds
        self.observation_space = worlds.observation_space
        self.action_space = worlds.action_space
        self.begin()

    def begin(self) -> None:
        """Draw later episodes from this domain."""
        if self._domain is not None:
            self._worlds.set_domain(self._domain)

    def reset(self, numbers: Sequence[int], seeds: Sequence[int]) -> None:
        """Start an episode in some environments, with one seed each."""
        chosen, order = _growing(numbers)
        self._worlds.reset(chosen, [seeds[place] for place in order])

    def step(self, numbers: Sequence[int], actions: np.ndarray) -> list[StepOutcome]:
        """Act in some environments, with one action each."""
        chosen, order = _growing(numbers)
        outcomes = self._worlds.step(chosen, np.asarray(actions)[order])
        done = outcomes.terminated | outcomes.truncated
        steps = [
            StepOutcome(float(reward), bool(ended))
            for reward, ended in zip(outcomes.rewards, done, strict=True)
        ]
        ends = np.flatnonzero(done)
        if len(ends):
            infos = rows_of(self._worlds.infos(chosen[ends]), len(ends))
            for row, info in zip(ends, infos, strict=True):
                steps[row] = StepOutcome(steps[row].reward, done=True, success=success_of(info))
        return [steps[row] for row in np.argsort(order)]

    def observe(self, numbers: Sequence[int]) -> Any:
        """Draw what some environments show now, and return it as a batch with one row each."""
        chosen, order = _growing(numbers)
        rows = np.argsort(order)
        space, key = self.observation_space, self._worlds.picture_key
        if not isinstance(space, spaces.Dict):
            return self._draw(space, chosen)[rows]
        assert key is not None
        shown = {**self._worlds.extras(chosen), key: self._draw(space[key], chosen)}
        return {name: shown[name][rows] for name in space}

    def succeeded(self, number: int) -> bool | None:
        """Return what an environment says of success now, for an episode that is broken off."""
        (info,) = rows_of(self._worlds.infos(np.array([number])), 1)
        return success_of(info)

    def _draw(self, space: spaces.Space[Any], chosen: np.ndarray) -> np.ndarray:
        """Draw the pictures of the chosen worlds."""
        assert space.shape is not None
        drawn = np.empty((len(chosen), *space.shape), space.dtype)
        self._worlds.draw(chosen, drawn)
        return drawn


@contextmanager
def make_played_worlds(
    task: str | EnvironmentSpec,
    observing: Observing | None,
    domains: Sequence[str],
    num_envs: int,
    rendering: str,
    num_threads: int | None = None,
    interaction: Interaction = PLAIN,
) -> Iterator[dict[str, PlayedWorlds]]:
    """Make what is played in for each domain; worlds that are simulated together are shared.

    The random policy looks at nothing: for it ``observing`` is None. The other arguments are those
    of :func:`darla_agents.worlds.environments.make_task_envs`, for each of the domains. A
    ValueError where the task, a domain or the rendering is unknown, the task cannot show what
    the agent sees, or a domain has other observations or actions than the first.
    """
    suite = suite_of(task)
    with ExitStack() as stack:
        if is_batched(suite, observing or PICTURES, rendering):
            shown = observing or PICTURES  # nothing is drawn that is not observed
            worlds = suite.worlds(
                num_envs,
                domains[0],
                observing=shown,
                num_threads=num_threads,
                **batch_settings(interaction),
            )
            stack.enter_context(closing(worlds))
            yield {
                domain: BatchedPlayedWorlds(worlds, suite.domain_kwargs(domain).get("domain"))
                for domain in domains
            }
            return
        count = num_envs if observing else 1  # more gain the random policy nothing
        played = {
            domain: SinglePlayedWorlds(
                [
                    stack.enter_context(closing(make_env(task, observing, domain, interaction)))
                    for _ in range(count)
                ]
            )
            for domain in domains
        }
        _check_spaces(suite.env_id, played)
        yield {**played}


def _check_spaces(env_id: str, played: Mapping[str, PlayedWorlds]) -> None:
    """Raise a ValueError where a domain is another task than the first, by its spaces."""
    source, first = next(iter(played.items()))
    for domain, worlds in played.items():
        for name in ("observation_space", "action_space"):
            space, expected = getattr(worlds, name), getattr(first, name)
            if space != expected:
                raise ValueError(
                    f"the domain {domain!r} of {env_id} has the {name.replace('_', ' ')} {space}, "
                    f"but {source!r} has {expected}; a domain may change how a task looks, not "
                    "what is seen and done in it"
                )


def _growing(numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers as worlds take them, and the place that each of them had before."""
    given = np.asarray(numbers, dtype=np.int64)
    order = np.argsort(given)
    return given[order], order


def success_of(info: Mapping[str, Any]) -> bool | None:
    """Return whether an episode ended in success; None where its environment does not say."""
    for name in ("is_success", "success"):
        said = np.asarray(info.get(name))
        if said.size == 1 and said.dtype.kind in "biuf":
            return bool(said.item())
    return None
