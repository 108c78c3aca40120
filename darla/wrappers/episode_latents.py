"""What latents depend on besides pictures: a look that is drawn for each episode, or its memory."""

from collections.abc import Sequence
from typing import Any

from gymnasium import spaces

from darla.wrappers.latent_memory import StepMemory, memory_for
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.look_resampling import LookResampling


def episodes_of(
    transform: LatentTransform,
    actions: spaces.Space[Any],
    num_envs: int,
    resampled: Sequence[int],
    repaint: bool,
    seed: int | None,
) -> LookResampling | StepMemory | None:
    """Return what is begun with every episode of environments; None where pictures say it all.

    For what is resampled see :class:`darla.wrappers.look_resampling.LookResampling`. A ValueError
    where the encoder has a memory, and has learnt of other actions, or looks are to be resampled.
    """
    memory = memory_for(transform, actions)
    if memory is None:
        plain = not len(resampled)
        return None if plain else LookResampling(transform, resampled, repaint, num_envs, seed)
    if len(resampled):
        raise ValueError(
            "looks cannot be resampled of latents with memory, which the look of earlier frames is "
            "in; leave resampled out, or take another encoder"
        )
    return StepMemory(memory, num_envs)
