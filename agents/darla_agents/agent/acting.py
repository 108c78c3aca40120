"""Saved agents choosing actions, from what environments show."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.encoder.bundle import FrozenEncoder
from darla.frames.pictures import PictureEntry, find_picture, resize_frames
from darla.wrappers.latent_alarm import LatentAlarm
from darla.wrappers.picture_observer import PictureObserver
from darla_agents.agent.alarm_words import NO_ALARM, AlarmWords, agent_alarm
from darla_agents.agent.drawn_actions import ActionDraws
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.saved_agent import SavedAgent, load_agent
from darla_agents.agent.views import (
    history_of,
    memory_of_agent,
    seen_pictures,
    sized_pictures,
)


class AgentPolicy:
    """An agent, acting on the pictures or the factors that environments show.

    The space is of one environment's observations, and the encoder what
    :func:`darla_agents.agent.encoders.agent_encoder` returns for the agent. Actions are the most
    probable ones, or, not deterministic, drawn ones, which follow from the seeds of the episodes
    that ``begin`` was told of. An ``alarm`` of the encoder's latents says of the observations that
    were last acted on how strange they are. A ValueError where the agent was trained on other
    observations.
    """

    needs_observations = True

    def __init__(
        self,
        agent: SavedAgent,
        space: spaces.Space[Any],
        encoder: FrozenEncoder | None = None,
        deterministic: bool = True,
        alarm: LatentAlarm | None = None,
    ) -> None:
        self._agent = agent
        self._memory = memory_of_agent(agent.spec, encoder, agent.model.action_space)
        self.alarm = alarm
        shown = space
        sized = sized_pictures(agent.spec, space)
        space = space if sized is None else sized.space
        seen = seen_pictures(agent.spec, encoder, space, alarm)
        space = space if seen is None else seen.space
        self._sized, self._seen = sized, seen
        self._history = history_of(agent.spec, shown, space)
        if self._history is not None:
            space = self._history.space
        self._draws = None if deterministic else ActionDraws()
        known = agent.model.observation_space
        if not _same_shape(known, space):
            raise ValueError(
                f"an agent trained on observations of shape {known.shape} cannot act on "
                f"{space.shape}; was its task changed since?"
            )

    def begin(self, environment: int, seed: int) -> None:
        """Begin an episode of this seed; what decides the actions that are drawn in it."""
        if self._memory is not None:
            self._memory.begin([environment])
        if self._history is not None:
            self._history.begin([environment])
        if self._draws is not None:
            self._draws.begin(environment, seed)

    def act(self, observations: Any, environments: Sequence[int] = ()) -> np.ndarray:
        """Return an action for each row of a batch of observations, of these environments."""
        observations = self._look(observations, environments)
        if self._history is not None:
            observations = self._history.push(observations, environments)
        if self._draws is None:
            actions = self._agent.predict(observations)
        else:
            actions = self._draws.act(self._agent.model, observations, environments)
        if self._memory is not None:
            self._memory.act(environments, actions)
        return actions

    def _look(self, observations: Any, environments: Sequence[int]) -> Any:
        """Return what the agent sees of observations, one at a time."""
        if self._sized is not None:
            observations = self._sized(observations)
        memory = self._memory
        if self._seen is None or memory is None:
            return observations if self._seen is None else self._seen(observations)
        function = partial(memory.see, environments=environments)
        return self._seen.with_finals(observations, {}, function)[0]


def load_agent_policy(
    folder: Path | str,
    space: spaces.Space[Any],
    device: str = "cpu",
    deterministic: bool = True,
    actions: spaces.Space[Any] | None = None,
    alarm: AlarmWords = NO_ALARM,
) -> AgentPolicy:
    """Load a saved agent with its encoder, ready to act.

    The space is of one environment's observations, and the device (cpu, cuda or auto) that of
    policy and encoder. Actions are the most probable ones, or, not deterministic, drawn ones;
    ``actions`` is the space of those that the environment takes, if they are to be compared, and
    ``alarm`` the one that is listened to.

    Raises:
        FileNotFoundError: there is no agent, or not the encoder that it names; or no calibration.
        ValueError: the agent was trained on other observations, or with other actions; or the
            calibration is of another encoder than its own.
    """
    agent = load_agent(folder, device)
    try:
        if actions is not None and actions != agent.model.action_space:
            raise ValueError(
                f"it was trained to choose from {agent.model.action_space}, and actions are "
                f"{actions} here; a domain may change how a task looks, not what is done in it"
            )
        encoder = agent_encoder(agent.spec, device)
        listened = agent_alarm(alarm, agent.spec, encoder)
        return AgentPolicy(agent, space, encoder, deterministic, listened)
    except ValueError as error:
        raise ValueError(f"the agent in {folder} cannot play here: {error}") from error


class CollectingPolicy:
    """An agent as a policy in environments that somebody else steps.

    It repeats its actions and stacks what it sees itself, as it has learned to.
    """

    def __init__(
        self, policy: AgentPolicy, prepare: Callable[[Any], Any], action_repeat: int
    ) -> None:
        self._policy = policy
        self._prepare = prepare
        self._repeat = action_repeat
        self._held: dict[int, tuple[int, Any]] = {}

    def begin(self, environments: Sequence[int]) -> None:
        """Begin an episode in some environments, by their rows in what is shown."""
        for number in environments:
            self._held.pop(number, None)
            self._policy.begin(number, 0)

    def __call__(self, observations: Any, infos: Sequence[Any] = ()) -> np.ndarray:
        """Return actions (n, ...) for a batch of n observations; infos are ignored."""
        dictionary = isinstance(observations, Mapping)
        numbers = range(len(next(iter(observations.values())) if dictionary else observations))
        due = [number for number in numbers if self._held.get(number, (0, None))[0] == 0]
        if due:
            shown = (
                {name: values[due] for name, values in observations.items()}
                if dictionary
                else observations[due]
            )
            actions = self._policy.act(self._prepare(shown), due)
            self._held |= {
                number: (self._repeat, action) for number, action in zip(due, actions, strict=True)
            }
        chosen = [self._held[number] for number in numbers]
        self._held |= {number: (left - 1, action) for number, (left, action) in enumerate(chosen)}
        return np.stack([action for _, action in chosen])


def make_policy(
    folder: Path | str, space: spaces.Space[Any], device: str = "cpu"
) -> CollectingPolicy:
    """Load a saved agent as a policy on what an environment shows, for collecting what it sees.

    The space is of one environment's observations, whose picture is resized for an agent on
    pictures of another size. It takes the most probable actions, so that the same episodes come out
    every time. Errors are those of :func:`load_agent_policy`, and a ValueError where the agent does
    not see pictures.
    """
    agent = load_agent(folder, device)
    spec = agent.spec
    if spec.traits.sees_factors:
        raise ValueError(f"the agent in {folder} sees true factors and cannot act on pictures")
    picture = find_picture(space, spec.interaction.key)
    prepare: Callable[[Any], Any] = _as_it_is
    if spec.traits.learns_from_pictures and spec.interaction.picture_size is None:
        size = _picture_size(agent.model.observation_space, picture)
        if picture.form.is_rgb or size != picture.shape[:2]:
            prepare = PictureObserver(
                lambda pictures: resize_frames(pictures, size), space, picture.key
            )
            space = prepare.space
    try:
        policy = AgentPolicy(agent, space, agent_encoder(spec, device))
    except ValueError as error:
        raise ValueError(f"the agent in {folder} cannot play here: {error}") from error
    return CollectingPolicy(policy, prepare, spec.interaction.action_repeat)


def _as_it_is(observations: Any) -> Any:
    """Return observations."""
    return observations


def _picture_size(known: spaces.Space[Any], picture: PictureEntry) -> tuple[int, int]:
    """Return height and width of the pictures that an agent on pictures observes."""
    entry = known
    if isinstance(known, spaces.Dict) and picture.key is not None and picture.key in known.spaces:
        entry = known[picture.key]
    if not isinstance(entry, spaces.Box) or len(entry.shape) != 3:
        return picture.shape[0], picture.shape[1]
    return entry.shape[-2], entry.shape[-1]  # channels come first


def _same_shape(known: spaces.Space[Any], shown: spaces.Space[Any]) -> bool:
    """Whether observations fit, be their channels first or last."""
    if known.shape is None or shown.shape is None:
        return known.shape == shown.shape
    return known.shape in (shown.shape, (*shown.shape[-1:], *shown.shape[:-1]))
