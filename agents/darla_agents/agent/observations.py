"""From what environments show to what an agent sees: one path for learning and for acting."""

from typing import Any

from gymnasium import spaces

from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureObserver
from darla_agents.agent.spec import AgentSpec


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
