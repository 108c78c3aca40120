"""What an encoder with memory remembers of several environments while somebody acts in them.

Latents of a frame depend on the frames before it in its episode, and on the actions that led from
one to the next. So whoever steps environments says which episodes begin and what is done, and a
frame is encoded once, when it is shown.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.encoder.remembered import encode_next, memory_of, remembers
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureFunction


class LatentMemory:
    """The states of environments, which are numbered from 0; there is a row for each that is met.

    In an environment that was not met before an episode begins.

    Args:
        transform: of an encoder with memory.
        actions: the space of one environment's actions.

    Raises:
        ValueError: the encoder has no memory, or has learnt of other actions.
    """

    def __init__(self, transform: LatentTransform, actions: spaces.Space[Any]) -> None:
        self._transform = transform
        memory = memory_of(transform.encoder)
        choices, numbers = _form_of(actions)
        fits = numbers == memory.numbers if memory.numbers else 0 < choices <= memory.choices
        if not fits:
            known = (
                f"{memory.numbers} numbers"
                if memory.numbers
                else f"one of {memory.choices} choices, 0 to {memory.choices - 1}"
            )
            raise ValueError(
                f"actions are {actions}, but the encoder {transform.path or ''} has learnt what "
                f"comes of actions that are {known}; train one on frames of this environment, "
                "collected with --policy random"
            )
        self._latents = np.zeros((0, transform.latent_dim), np.float32)
        self._actions: np.ndarray = (
            np.zeros((0, memory.numbers), np.float32) if memory.numbers else np.zeros(0, np.int64)
        )
        self._starts = np.zeros(0, dtype=bool)

    def begin(self, environments: Sequence[int]) -> None:
        """Say that the next frame of some environments is the first of an episode."""
        self._make_room(environments)
        self._starts[list(environments)] = True

    def act(self, environments: Sequence[int], actions: np.ndarray) -> None:
        """Say what is done in some environments, (n, ...), before their next frame."""
        self._make_room(environments)
        shape = (len(environments), *self._actions.shape[1:])
        self._actions[list(environments)] = np.asarray(actions).reshape(shape)

    def see(self, frames: np.ndarray, environments: Sequence[int]) -> np.ndarray:
        """Return what an agent sees of the next frames, uint8 (n, h, w, 3), and remember them.

        A frame for each of the environments; latents are float32 (n, z).
        """
        latents = self._encode(frames, environments)
        self._latents[list(environments)] = latents
        self._starts[list(environments)] = False
        return self._transform.observe(latents)

    def see_last(self, frames: np.ndarray, environments: Sequence[int]) -> np.ndarray:
        """Do the same for last frames of episodes, which nothing follows: remember nothing."""
        return self._transform.observe(self._encode(frames, environments))

    def held(self, environments: Sequence[int]) -> np.ndarray:
        """Return what an agent has seen of the frames before, (n, z)."""
        self._make_room(environments)
        return self._transform.observe(self._latents[list(environments)])

    def _encode(self, frames: np.ndarray, environments: Sequence[int]) -> np.ndarray:
        """Encode the next frames of environments, not standardised; (n, z)."""
        self._make_room(environments)
        rows = list(environments)
        sized = self._transform.sized(frames)
        state = self._latents[rows], self._actions[rows], self._starts[rows]
        return encode_next(self._transform.encoder, sized, *state)

    def _make_room(self, environments: Sequence[int]) -> None:
        """Have a row for each environment."""
        missing = max(environments, default=-1) + 1 - len(self._starts)
        if missing > 0:
            self._latents, self._actions = (
                np.concatenate([each, np.zeros((missing, *each.shape[1:]), each.dtype)])
                for each in (self._latents, self._actions)
            )
            self._starts = np.concatenate([self._starts, np.ones(missing, dtype=bool)])


class StepMemory:
    """The memory of environments that are stepped together, and reset themselves within a step.

    Its methods return what encodes the pictures of all, as those of
    :class:`darla.wrappers.look_resampling.LookResampling` do.
    """

    def __init__(self, memory: LatentMemory, num_envs: int) -> None:
        self._memory, self._everyone = memory, range(num_envs)

    def begin(self) -> PictureFunction:
        """Begin an episode in every environment."""
        self._memory.begin(self._everyone)
        return lambda frames: self._memory.see(frames, self._everyone)

    def act(self, actions: np.ndarray) -> None:
        """Say what is done in all environments."""
        self._memory.act(self._everyone, actions)

    def step(self, ended: Sequence[int], finals: Mapping[int, Any]) -> PictureFunction:
        """Begin new episodes in the environments ``ended``, whose first frames are shown already.

        The pictures of all are followed by those of ``finals``, the last ones of these episodes.
        """
        count = len(self._everyone)

        def encode(frames: np.ndarray) -> np.ndarray:
            last = self._memory.see_last(frames[count:], list(finals)) if finals else None
            self._memory.begin(ended)
            seen = self._memory.see(frames[:count], self._everyone)
            return seen if last is None else np.concatenate([seen, last])

        return encode


def memory_for(transform: LatentTransform, actions: spaces.Space[Any]) -> LatentMemory | None:
    """Return the memory that latents need, in environments with these actions; None for none."""
    return LatentMemory(transform, actions) if remembers(transform.encoder) else None


def _form_of(actions: spaces.Space[Any]) -> tuple[int, int]:
    """Return how many choices actions are, and how many numbers, as datasets record them."""
    if isinstance(actions, spaces.Discrete):
        return int(actions.start + actions.n), 0
    if isinstance(actions, spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary):
        return 0, math.prod(actions.shape)
    return 0, 0
