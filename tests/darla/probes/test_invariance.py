import math

import numpy as np
import pytest

from darla.probes import (
    ProbeTarget,
    fit_linear,
    invariance,
    prediction_movement,
    state_weights,
)

COUNT = 20_000


def looks(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a state (N,), and two pairs of latents: state, look, state + look, dead."""
    random = np.random.default_rng(seed)
    state, *look = random.normal(size=(3, COUNT))
    pair = [np.stack([state, each, state + each, np.ones(COUNT)], axis=1) for each in look]
    return state, pair[0], pair[1]


def test_movement_has_its_closed_form() -> None:
    _, first, second = looks()
    found = invariance(first, second, [0])
    # A latent of variance s + l whose look part l is drawn anew moves by sqrt(2 l / (s + l)).
    np.testing.assert_allclose(found.movement[:3], [0.0, math.sqrt(2), 1.0], rtol=0.02)
    assert np.isnan(found.movement[3])
    assert found.dead == (3,)


def test_the_mean_is_over_what_carries_the_state() -> None:
    _, first, second = looks()
    assert invariance(first, second, [0]).mean == 0.0
    assert invariance(first, second, [0, 2]).mean == pytest.approx(0.5, rel=0.02)
    weighted = invariance(first, second, np.array([3.0, 0.0, 1.0, 0.0]))
    assert weighted.mean == pytest.approx(0.25, rel=0.02)
    np.testing.assert_array_equal(weighted.weights, [0.75, 0, 0.25, 0])


def test_dead_latents_take_no_part() -> None:
    _, first, second = looks()
    assert invariance(first, second, [3]).mean is None
    assert invariance(first, second, [2, 3]).mean == invariance(first, second, [2]).mean


def test_scale_does_not_matter() -> None:
    _, first, second = looks()
    factors = np.array([1e-3, -2.0, 100.0, 1.0])
    np.testing.assert_allclose(
        invariance(first * factors, second * factors, [0]).movement,
        invariance(first, second, [0]).movement,
    )


def test_a_probe_can_cancel_what_its_latents_do() -> None:
    state, first, second = looks()
    # Two latents that both move with the look; their difference is the state.
    first, second = (np.stack([each[:, 2], each[:, 1]], axis=1) for each in (first, second))
    target = ProbeTarget("state", "continuous", state, np.ones(COUNT, bool), -9, 9)
    probe = fit_linear(first, [target])
    weights = state_weights(probe, ["state"])
    assert invariance(first, second, weights).mean > 1.0
    moved = prediction_movement(probe, first, second, [target])["state"]
    assert moved == pytest.approx(0.0, abs=0.01)


def test_only_known_pairs_count_for_predictions() -> None:
    state, first, second = looks()
    target = ProbeTarget("state", "continuous", state, np.ones(COUNT, bool), -9, 9)
    probe = fit_linear(first[:, 2:3], [target])
    spoilt = second[:, 2:3].copy()
    spoilt[: COUNT // 2] = 1e6
    known = np.arange(COUNT) >= COUNT // 2
    seen = ProbeTarget("state", "continuous", state, known, -9, 9)
    moved = prediction_movement(probe, first[:, 2:3], spoilt, [seen])["state"]
    assert moved == pytest.approx(1.0, rel=0.03)
    unseen = ProbeTarget("state", "continuous", state, ~known & known, -9, 9)
    assert prediction_movement(probe, first[:, 2:3], spoilt, [unseen]) == {"state": None}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(4), "no latent has a weight above 0"),
        ([], r"weights are \(0,\)"),
        ([4], r"latents are 0 to 3, not \[4\]"),
        (np.array([1.0, -1.0, 0, 0]), "at least 0"),
    ],
)
def test_wrong_weights_are_refused(weights: np.ndarray, message: str) -> None:
    _, first, second = looks()
    with pytest.raises(ValueError, match=message):
        invariance(first, second, weights)


def test_pairs_must_have_one_shape() -> None:
    with pytest.raises(ValueError, match="expected one shape"):
        invariance(np.zeros((3, 2)), np.zeros((2, 2)), [0])
