"""Saved agents choosing actions, from what environments show."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.encoder.bundle import FrozenEncoder
from darla.frames.pictures import PictureEntry, find_picture, resize_frames
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureObserver
from darla_agents.agent.drawn_actions import ActionDraws
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.saved_agent import SavedAgent, load_agent
from darla_agents.agent.spec import AgentSpec

ObservationPolicy = Callable[[Any, Sequence[Any]], np.ndarray]
"""Maps n observations of an environment and n infos, which it ignores, to n actions."""


class AgentPolicy:
    """An agent, acting on the pictures or the factors that environments show.

    The space is of one environment's observations, and the encoder what
    :func:`darla_agents.agent.encoders.agent_encoder` returns for the agent. Actions are the most
    probable ones, or, not deterministic, drawn ones, which follow from the seeds of the episodes
    that ``begin`` was told of. A ValueError where the agent was trained on other observations.
    """

    needs_observations = True

    def __init__(
        self,
        agent: SavedAgent,
        space: spaces.Space[Any],
        encoder: FrozenEncoder | None = None,
        deterministic: bool = True,
    ) -> None:
        self._agent = agent
        self._observe = observer_of(agent.spec, encoder, space)
        self._draws = None if deterministic else ActionDraws()
        known = agent.model.observation_space
        if self._observe is not None:
            space = self._observe.space
        if not _same_shape(known, space):
            raise ValueError(
                f"an agent trained on observations of shape {known.shape} cannot act on "
                f"{space.shape}; was its task changed since?"
            )

    def begin(self, environment: int, seed: int) -> None:
        """Begin an episode of this seed; what decides the actions that are drawn in it."""
        if self._draws is not None:
            self._draws.begin(environment, seed)

    def act(self, observations: Any, environments: Sequence[int] = ()) -> np.ndarray:
        """Return an action for each row of a batch of observations, (n,) int64."""
        if self._observe is not None:
            observations = self._observe(observations)
        if self._draws is None:
            return self._agent.predict(observations)
        return self._draws.act(self._agent.model, observations, environments)


def observer_of(
    spec: AgentSpec, encoder: FrozenEncoder | None, space: spaces.Space[Any]
) -> PictureObserver | None:
    """Return what makes an agent's observations; None where it sees what environments show.

    The encoder is what :func:`darla_agents.agent.encoders.agent_encoder` returns for the agent, and
    the space that of what its environments show; a ValueError where this holds no picture.
    """
    if encoder is not None:
        return LatentTransform(encoder, spec.latent_options).observer(space)
    transform = spec.traits.transform
    return None if transform is None else PictureObserver(transform, space)


def load_agent_policy(
    folder: Path | str,
    space: spaces.Space[Any],
    device: str = "cpu",
    deterministic: bool = True,
    actions: spaces.Space[Any] | None = None,
) -> AgentPolicy:
    """Load a saved agent with its encoder, ready to act.

    The space is of one environment's observations, and the device (cpu, cuda or auto) that of
    policy and encoder. Actions are the most probable ones, or, not deterministic, drawn ones;
    ``actions`` is the space of those that the environment takes, if they are to be compared.

    Raises:
        FileNotFoundError: there is no agent, or not the encoder that it names.
        ValueError: the agent was trained on other observations, or with other actions.
    """
    agent = load_agent(folder, device)
    try:
        if actions is not None and actions != agent.model.action_space:
            raise ValueError(
                f"it was trained to choose from {agent.model.action_space}, and actions are "
                f"{actions} here; a domain may change how a task looks, not what is done in it"
            )
        return AgentPolicy(agent, space, agent_encoder(agent.spec, device), deterministic)
    except ValueError as error:
        raise ValueError(f"the agent in {folder} cannot play here: {error}") from error


def make_policy(
    folder: Path | str, space: spaces.Space[Any], device: str = "cpu"
) -> ObservationPolicy:
    """Load a saved agent as a policy on what an environment shows, for collecting what it sees.

    The space is of one environment's observations, whose picture is resized for an agent on
    pictures of another size. It takes the most probable actions, so that the same episodes come out
    every time. Errors are those of :func:`load_agent_policy`, and a ValueError where the agent does
    not see pictures.
    """
    agent = load_agent(folder, device)
    if agent.spec.traits.sees_factors:
        raise ValueError(f"the agent in {folder} sees true factors and cannot act on pictures")
    encoder, picture = agent_encoder(agent.spec, device), find_picture(space)
    known = agent.model.observation_space
    size = picture.shape[:2] if encoder is not None else _picture_size(known, picture)
    shown = picture.replaced_space(space, spaces.Box(0, 255, (*size, 3), np.uint8))
    try:
        policy = AgentPolicy(agent, shown, encoder)
    except ValueError as error:
        raise ValueError(f"the agent in {folder} cannot play here: {error}") from error

    def act(observations: Any, infos: Sequence[Any] = ()) -> np.ndarray:
        """Return the actions that the agent takes."""
        pictures = resize_frames(picture.of(observations), size)
        return policy.act(picture.replaced(observations, pictures))

    return act


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
