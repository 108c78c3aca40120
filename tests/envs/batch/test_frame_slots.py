"""Arrays that are used again when nobody holds them."""

import gc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.batch.frame_slots import FrameSlots


def make(count: int = 3, replaceable: bool = True) -> FrameSlots:
    shared = bytearray(count * 4)
    arrays = [np.ndarray((4,), np.uint8, shared, 4 * number) for number in range(count)]
    return FrameSlots(arrays, replaceable=replaceable)


def draw(slots: FrameSlots, value: int) -> np.ndarray:
    slots[slots.turn()][:] = value
    return slots.frames


def test_one_array_is_enough_for_whoever_holds_nothing():
    slots = make()
    assert {slots.turn() for _ in range(5)} == {0}


def test_two_are_enough_for_whoever_holds_the_last():
    slots = make()
    held, used = draw(slots, 0), set()
    for value in range(1, 9):
        before = held
        held = draw(slots, value)
        used.add(slots.current)
        assert (before == value - 1).all() and (held == value).all()
        del before
    assert used <= {0, 1, 2}
    assert slots[0].base is not None  # none of them had to be replaced
    assert slots[1].base is not None


@pytest.mark.parametrize(
    "hold",
    [
        lambda frames: frames[1:3],
        lambda frames: frames.reshape(2, 2).T[::-1],
        lambda frames: memoryview(frames),
        torch.from_numpy,
        torch.from_dlpack,
        lambda frames: {"a": [frames]},
    ],
)
def test_whatever_shares_its_memory_holds_an_array(hold):
    slots = make()
    holder = hold(draw(slots, 7))
    first = slots.current
    assert all(slots.turn() != first for _ in range(3))
    del holder
    gc.collect()
    assert first in {slots.turn() for _ in range(3)}


@pytest.mark.parametrize("replaceable", [True, False])
@given(st.lists(st.integers(0, 5), max_size=40))
def test_what_was_given_away_never_changes(replaceable, keeping):
    """Hold each array for some steps, more of them than there are."""
    slots = make(replaceable=replaceable)
    held: list[tuple[int, int, np.ndarray]] = []
    for step, steps in enumerate(keeping):
        held = [each for each in held if each[0] > step]
        held.append((step + steps, step, draw(slots, step)))
        for _, value, frames in held:
            assert (frames == value).all()


def test_the_current_pictures_survive_when_all_are_held():
    slots = make()
    held = [draw(slots, value) for value in range(3)]
    before = slots.current
    slots.turn()
    assert slots.current != before
    assert (slots[before] == 2).all()
    assert [frames[0] for frames in held] == [0, 1, 2]
