"""What an agent sees of what its environments show: one way for learning, evaluating, collecting.

Pictures are brought to the agent's size, then become latents or what its kind makes of them, and
what results is stacked. (While it learns they are augmented in between.)
"""

from typing import Any

from gymnasium import spaces
from stable_baselines3.common.preprocessing import is_image_space

from darla.encoder.bundle import FrozenEncoder
from darla.frames.pictures import find_picture, resize_frames
from darla.wrappers.latent_alarm import LatentAlarm
from darla.wrappers.latent_memory import LatentMemory, memory_for
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureObserver
from darla_agents.agent.frame_history import FrameHistory
from darla_agents.agent.spec import AgentSpec


def sized_pictures(spec: AgentSpec, space: spaces.Space[Any]) -> PictureObserver | None:
    """Return what makes RGB pictures of the agent's size; None where nothing needs to be done.

    The space is that of what its environments show. Pictures of their native size are left in a
    form that convolutional networks take. A ValueError where an agent that is to see pictures is
    shown none, or several.
    """
    kind, options = spec.traits, spec.interaction
    if not kind.learns_from_pictures:
        return None
    native = options.picture_size is None and options.key is None and options.frame_stack == 1
    if native and kind.transform is None and _networks_take(space):
        return None
    try:
        picture = find_picture(space, options.key)
    except ValueError as error:
        raise ValueError(
            f"{spec.environment.text} shows no picture to an agent of kind {spec.kind}: {error}"
        ) from error
    size = options.picture_size or picture.shape[:2]
    entry = space[str(picture.key)] if isinstance(space, spaces.Dict) else space
    if picture.form.is_rgb and picture.shape[:2] == size and is_image_space(entry):
        return None
    return PictureObserver(lambda pictures: resize_frames(pictures, size), space, options.key)


def seen_pictures(
    spec: AgentSpec,
    encoder: FrozenEncoder | None,
    space: spaces.Space[Any],
    alarm: LatentAlarm | None = None,
) -> PictureObserver | None:
    """Return what makes latents of pictures, or what else the kind makes of them; None: nothing.

    The encoder is what :func:`darla_agents.agent.encoders.agent_encoder` returns for the agent; an
    alarm of its latents makes them itself. A ValueError where the space holds no picture.
    """
    key = spec.interaction.key
    if alarm is not None:
        return PictureObserver(alarm, space, key)
    if encoder is not None:
        return PictureObserver(LatentTransform(encoder, spec.latent_options), space, key)
    transform = spec.traits.transform
    return None if transform is None else PictureObserver(transform, space, key)


def memory_of_agent(
    spec: AgentSpec, encoder: FrozenEncoder | None, actions: spaces.Space[Any]
) -> LatentMemory | None:
    """Return what an agent's encoder remembers while the agent acts; None where it does not.

    The actions are those of the agent; a ValueError where the encoder has learnt of others.
    """
    if encoder is None:
        return None
    return memory_for(LatentTransform(encoder, spec.latent_options), actions)


def history_of(
    spec: AgentSpec, shown: spaces.Space[Any], seen: spaces.Space[Any]
) -> FrameHistory | None:
    """Return what stacks what an agent sees; None where it sees one observation at a time.

    The spaces are of what its environments show, and of what it sees of that, unstacked.
    """
    depth = spec.interaction.frame_stack
    if depth == 1:
        return None
    several = isinstance(shown, spaces.Dict)
    key = find_picture(shown, spec.interaction.key).key if several else None
    return FrameHistory(seen, depth, key)


def _networks_take(space: spaces.Space[Any]) -> bool:
    """Whether there is a picture that a convolutional network of Stable-Baselines3 takes."""
    entries = list(space.values()) if isinstance(space, spaces.Dict) else [space]
    return any(map(is_image_space, entries))
