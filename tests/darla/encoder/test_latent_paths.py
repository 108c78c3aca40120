"""Ways between latents: closed forms, and what every arc keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.encoder.latent_paths import latent_path


def test_a_straight_line_goes_in_equal_steps() -> None:
    path = latent_path(np.array([[0.0, 1.0]]), np.array([[4.0, -1.0]]), 5)
    np.testing.assert_allclose(path[0], [[0, 1], [1, 0.5], [2, 0], [3, -0.5], [4, -1]])
    assert path.dtype == np.float32


def test_an_arc_goes_by_equal_angles() -> None:
    path = latent_path(np.array([[2.0, 0.0]]), np.array([[0.0, 2.0]]), 4, "spherical")
    angles = np.radians([0, 30, 60, 90])
    expected = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(path[0], expected, atol=1e-6)


@given(st.integers(0, 1000), st.integers(2, 7))
def test_distances_from_the_mean_go_evenly_from_one_end_to_the_other(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    mean, std = rng.normal(size=6), rng.uniform(0.1, 3, size=6)
    start, end = rng.normal(size=(2, 3, 6))
    path = latent_path(start, end, steps, "spherical", mean, std)
    lengths = np.linalg.norm((path - mean) / std, axis=2)
    expected = np.linspace(lengths[:, 0], lengths[:, -1], steps).T
    np.testing.assert_allclose(lengths, expected, rtol=1e-4)
    np.testing.assert_allclose(path[:, 0], start, atol=1e-5)
    np.testing.assert_allclose(path[:, -1], end, atol=1e-5)


@pytest.mark.parametrize("factor", [3.0, -1.0, 1.0, 0.0])
def test_latents_on_one_line_through_the_mean_are_joined_by_it(factor: float) -> None:
    start = np.array([[1.0, 2.0, -1.0]])
    arcs, lines = (latent_path(start, factor * start, 5, how) for how in ("spherical", "linear"))
    np.testing.assert_allclose(arcs, lines, atol=1e-6)


def test_what_is_no_path_is_refused() -> None:
    latents = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"expected \(N, z\) for both"):
        latent_path(latents, latents[:1], 3)
    with pytest.raises(ValueError, match="steps is 1; give at least 2"):
        latent_path(latents, latents, 1)
    with pytest.raises(ValueError, match="did you mean 'spherical'"):
        latent_path(latents, latents, 3, "sperical")
