"""Actions that led to a frame, as frame datasets have them, and actions taken at it, as others do.

An action taken at a frame leads to the next one of the episode, and so does the reward that comes
with it. The last frame of an episode has no such action, and the first one was led to by none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from darla.convert.recording import cut
from darla.frames.writer import FrameChunk


def led_to(
    taken: np.ndarray, starts: np.ndarray, before: np.ndarray | None, none: float
) -> np.ndarray:
    """Return what led to each of n frames.

    Args:
        taken: (n, ...), of each frame what was taken at it.
        starts: bool (n,), whether it is the first of its episode.
        before: (...), what was taken at the frame before these; None where there is none.
        none: stands for nothing, at the start of episodes.
    """
    led = np.empty_like(taken)
    led[1:] = taken[:-1]
    led[0] = none if before is None else before
    led[starts] = none
    return led


@dataclass(frozen=True)
class Steps:
    """A block of n frames, with what was done at them."""

    block: FrameChunk
    """The frames, their factors and the starts of episodes."""
    ends: np.ndarray
    """bool (n,): whether the frame is the last of its episode."""
    actions: np.ndarray
    """int64 (n,), or float32 (n, d), taken at each frame. At the last of an episode there is none:
    the one before it stands there again, or zeros, or -1, where it is the only frame."""
    rewards: np.ndarray
    """float32 (n,): the reward of that action; 0 at the last frame of an episode."""


def taken_at(blocks: Iterator[FrameChunk], action_size: int) -> Iterator[Steps]:
    """Yield blocks with the actions that were taken at their frames.

    A ValueError where the first frame of an episode has an action or a reward: what others store
    has no place for it.
    """
    held: FrameChunk | None = None
    last = _nothing(action_size)
    for block in blocks:
        if held is not None:
            steps = _steps(held, block, action_size, last)
            yield steps
            last = steps.actions[-1]
        held = block
    if held is not None:
        yield _steps(held, None, action_size, last)


def _steps(
    block: FrameChunk, following: FrameChunk | None, action_size: int, last: np.ndarray
) -> Steps:
    """Return a block's steps; ``following`` is the next block, ``last`` the action before it."""
    check_starts(block, action_size)
    led, rewards, starts = _actions(block, action_size), block.rewards, block.episode_starts
    if following is None:
        ends = np.append(starts[1:], True)
        next_led, next_reward = _nothing(action_size)[None], np.zeros(1, np.float32)
    else:
        first = cut(following, 0, 1)
        ends = np.append(starts[1:], first.episode_starts)
        next_led, next_reward = _actions(first, action_size), first.rewards
    taken = np.concatenate([led[1:], next_led])
    rewards = np.where(ends, 0, np.append(rewards[1:], next_reward)).astype(np.float32)
    for place in np.flatnonzero(ends).tolist():
        if starts[place]:
            taken[place] = 0 if action_size else -1
        else:
            taken[place] = taken[place - 1] if place else last
    return Steps(block, ends, taken, rewards)


def check_starts(block: FrameChunk, action_size: int) -> None:
    """Check that nothing led to the first frames of episodes, as in datasets that were collected.

    A ValueError where something did.
    """
    starts = block.episode_starts
    led = _actions(block, action_size)[starts]
    nothing = np.isnan(led) if action_size else led == -1
    if not nothing.all() or block.rewards[starts].any():
        raise ValueError(
            "a frame that begins an episode has an action or a reward that led to it, for which "
            "this format has no place; write npz"
        )


def _actions(block: FrameChunk, action_size: int) -> np.ndarray:
    """Return the actions that led to the frames of a block: (n,), or (n, d) of d numbers."""
    if not action_size:
        return block.actions
    assert block.action_vectors is not None
    return block.action_vectors


def _nothing(action_size: int) -> np.ndarray:
    """Return what stands for no action."""
    return np.full(action_size, np.nan, np.float32) if action_size else np.array(-1, np.int64)
