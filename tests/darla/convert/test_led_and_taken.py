"""Actions move by one frame within episodes, wherever blocks are cut."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.convert.led_and_taken import led_to, taken_at
from darla.convert.recording import block_of, cut, in_chunks, in_episodes, joined
from darla.frames.writer import FrameChunk

lengths = st.lists(st.integers(1, 5), min_size=1, max_size=6)
rows = st.integers(1, 7)


def frames_of(lengths: list[int]) -> FrameChunk:
    """Return frames of episodes, whose actions and rewards count them."""
    starts = np.concatenate([np.arange(each) == 0 for each in lengths])
    count = np.arange(len(starts))
    frames = np.zeros((len(starts), 1, 1, 3), np.uint8) + count[:, None, None, None].astype("u1")
    rewards = np.where(starts, 0, count / 2).astype(np.float32)
    return block_of(frames, starts, np.where(starts, -1, count), rewards)


def blocks_of(whole: FrameChunk, rows: int) -> Iterator[FrameChunk]:
    """Cut frames into blocks."""
    return (cut(whole, start, start + rows) for start in range(0, len(whole), rows))


@given(lengths, rows)
def test_what_was_taken_leads_back(lengths: list[int], rows: int) -> None:
    whole = frames_of(lengths)
    action: np.ndarray | None = None
    reward: np.ndarray | None = None
    start = 0
    for steps in taken_at(blocks_of(whole, rows), 0):
        part = slice(start, start + len(steps.block))
        starts = steps.block.episode_starts
        led = led_to(steps.actions, starts, action, -1)
        np.testing.assert_array_equal(led, whole.actions[part])
        np.testing.assert_array_equal(led_to(steps.rewards, starts, reward, 0), whole.rewards[part])
        ends = np.append(whole.episode_starts[1:], True)
        np.testing.assert_array_equal(steps.ends, ends[part])
        action, reward, start = steps.actions[-1], steps.rewards[-1], part.stop
    assert start == len(whole)


def test_the_action_of_a_frame_leads_to_the_next() -> None:
    steps = next(taken_at(iter([frames_of([3, 1, 2])]), 0))
    assert steps.actions.tolist() == [1, 2, 2, -1, 5, 5]  # the last of an episode again
    assert steps.rewards.tolist() == [0.5, 1, 0, 0, 2.5, 0]


def test_an_action_before_the_first_frame_has_no_place() -> None:
    block = frames_of([2, 2])
    block.actions[2] = 3
    with pytest.raises(ValueError, match="begins an episode has an action or a reward"):
        list(taken_at(iter([block]), 0))


@given(lengths, rows, rows)
def test_blocks_may_be_cut_anywhere(lengths: list[int], rows: int, chunk: int) -> None:
    whole = frames_of(lengths)
    chunks = list(in_chunks(blocks_of(whole, rows), chunk))
    assert {len(each) for each in chunks[:-1]} <= {chunk}
    np.testing.assert_array_equal(joined(chunks).frames, whole.frames)
    episodes = list(in_episodes(blocks_of(whole, rows), 5))
    assert [len(each) for each in episodes] == lengths
    np.testing.assert_array_equal(joined(episodes).actions, whole.actions)


def test_an_episode_that_is_too_long_is_said() -> None:
    with pytest.raises(ValueError, match="an episode has more than 4 frames"):
        list(in_episodes(blocks_of(frames_of([5]), 2), 4))
