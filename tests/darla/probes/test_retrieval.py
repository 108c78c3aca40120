"""Finding frames by others: oracles of perfect, empty and useless latents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.probes import retrieve


def random_latents(count: int = 200, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 3))


def test_latents_that_do_not_move_find_every_partner() -> None:
    latents = random_latents()
    found = retrieve(latents, latents)
    assert (found.top_1, found.top_5) == (1.0, 1.0)
    assert (found.chance_1, found.chance_5, found.candidates) == (1 / 200, 5 / 200, 200)
    np.testing.assert_array_equal(found.nearest[:, 0], np.arange(200))


def test_unrelated_latents_find_partners_by_chance() -> None:
    found = retrieve(random_latents(seed=1), random_latents(seed=2))
    assert found.top_1 < 0.05 and found.top_5 < 0.1
    assert 80 < found.ranks.mean() < 120


def test_latents_that_have_collapsed_find_nothing() -> None:
    constant = np.ones((200, 3))
    assert retrieve(constant, constant).top_5 == 0.0


def test_latents_that_never_move_among_candidates_do_not_count() -> None:
    latents, noise = random_latents(), np.random.default_rng(3).normal(size=200) * 100
    queries = np.column_stack([latents, noise])
    assert retrieve(queries, np.column_stack([latents, np.zeros(200)])).top_1 == 1.0


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-10, 10))
def test_neither_scale_nor_order_matters(seed: int, scale: float, shift: float) -> None:
    first, second = random_latents(20, seed), random_latents(20, seed + 1)
    order = np.random.default_rng(seed).permutation(20)
    expected = retrieve(first, second).ranks[order]
    found = retrieve(first[order] * scale + shift, second[order] * scale + shift)
    np.testing.assert_array_equal(found.ranks, expected)


@pytest.mark.parametrize("shapes", [((3, 2), (4, 2)), ((1, 2), (1, 2)), ((4,), (4,))])
def test_latents_that_make_no_pairs_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"expected one shape \(N, z\) with N above 1"):
        retrieve(*map(np.zeros, shapes))
