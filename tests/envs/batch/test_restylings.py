"""Restylings of those worlds that have one."""

import numpy as np

from darla_envs.batch.restylings import Restylings, restyling_in
from darla_envs.description.domain import Domain

GREY, NOISY = Domain("grey", restyle={"grey": 1.0}), Domain("noisy", restyle={"noise": 0.5})
START = np.array([3.0, 0.5])
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 12, 16, 3), np.uint8)


def restyled(restylings: Restylings, chosen: list[int], step: int = 0) -> np.ndarray:
    """Return the pictures as the chosen worlds show them."""
    pictures = PICTURES[: len(chosen)].copy()
    restylings.apply(np.array(chosen), np.full(len(chosen), step), pictures)
    return pictures


def test_each_world_has_its_own_until_another_episode_begins() -> None:
    restylings = Restylings()
    assert not restylings
    restylings.begin(4, restyling_in(START, GREY))
    assert restylings
    shown = restyled(restylings, [1, 4])
    np.testing.assert_array_equal(shown[0], PICTURES[0])
    np.testing.assert_array_equal(shown[1], shown[1, ..., :1].repeat(3, axis=-1))
    restylings.begin(4, restyling_in(START, Domain("plain")))
    assert not restylings


def test_what_is_drawn_follows_from_the_start_and_the_step() -> None:
    def noise(start: np.ndarray, step: int) -> np.ndarray:
        restylings = Restylings()
        restylings.begin(0, restyling_in(start, NOISY))
        return restyled(restylings, [0], step)

    np.testing.assert_array_equal(noise(START, 1), noise(START.copy(), 1))
    assert (noise(START, 1) != noise(START, 2)).mean() > 0.5
    assert (noise(START, 1) != noise(START + 1, 1)).mean() > 0.5
