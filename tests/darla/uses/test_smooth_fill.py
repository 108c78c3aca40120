"""Smooth fills: functions that solve Laplace's equation come back, whatever the hole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from darla.uses.smooth_fill import fill_smoothly

Y, X = np.mgrid[:12.0, :9.0]


@given(st.integers(0, 1000))
def test_harmonic_functions_are_filled_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = np.stack([np.ones_like(X), X, Y, X * Y, X**2 - Y**2], axis=-1)
    values = (parts @ rng.normal(size=(5, 3 * 4))).reshape(12, 9, 4, 3).transpose(2, 0, 1, 3)
    masks = np.zeros((4, 12, 9), bool)
    masks[:, 1:-1, 1:-1] = rng.random((4, 10, 7)) < 0.6
    masks[3] = masks[2]
    ruined = np.where(masks[..., None], 1e3, values)
    np.testing.assert_allclose(fill_smoothly(ruined, masks), values, atol=1e-6)


def test_at_the_edge_of_a_picture_what_is_beyond_does_not_count() -> None:
    values = np.zeros((1, 6, 6, 1))
    values[0, :3] = 7
    masks = np.zeros((1, 6, 6), bool)
    masks[0, :2, :] = True
    np.testing.assert_allclose(fill_smoothly(np.where(masks[..., None], 0, values), masks), values)


def test_without_a_hole_nothing_changes() -> None:
    values = np.random.default_rng(0).normal(size=(2, 5, 5, 3))
    np.testing.assert_array_equal(fill_smoothly(values, np.zeros((2, 5, 5), bool)), values)
