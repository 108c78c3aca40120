import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.probes.scores import balanced_accuracy, match, one_against_rest_auc, r2
from darla.probes.targets import ProbeTarget

ALL = np.ones(4, bool)


def test_r2_is_one_when_perfect_and_zero_for_the_mean() -> None:
    true = np.array([[1.0, 0], [2, 5], [6, 1]])
    assert r2(true, true) == 1.0
    assert r2(np.tile(true.mean(axis=0), (3, 1)), true) == pytest.approx(0.0)
    assert r2(true + 1, true) == pytest.approx(1 - 6 / (14 + 14))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), st.integers(0, 2))
def test_always_saying_one_category_is_chance(true: list[int], said: int) -> None:
    classes = np.array(true)
    found = balanced_accuracy(np.full(len(true), said), classes)
    assert found == pytest.approx((said in true) / len(set(true)))


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    true = np.array([0, 0, 1, 1])
    first = np.array([0.9, 0.4, 0.5, 0.1])  # 3 of 4 pairs of a 0 and a 1 are in order
    assert one_against_rest_auc(np.stack([first, -first], axis=1), true) == pytest.approx(0.75)
    assert one_against_rest_auc(np.zeros((4, 3)), true) == 0.5


def test_angles_are_compared_around_the_circle() -> None:
    values = np.array([-math.pi + 0.1, 1.0, 2.0, 3.0])
    target = ProbeTarget("yaw", "circular", values, ALL, -math.pi, math.pi)
    turned = ProbeTarget("yaw", "circular", values - 0.2, ALL, -math.pi, math.pi).encoded()
    found = match(turned, target)
    assert found.error == pytest.approx(0.2)
    perfect = match(3 * target.encoded(), target)
    assert perfect.error == pytest.approx(0.0, abs=1e-7)
    assert match(target.encoded(), target).score == 1.0


def test_only_known_samples_count() -> None:
    known = np.array([True, True, True, False])
    target = ProbeTarget("x", "continuous", np.array([0.0, 1, 2, 9]), known, 0, 9)
    found = match(np.array([[0.0], [1], [2], [-50]]), target)
    assert (found.score, found.error, found.count) == (1.0, 0.0, 3)


def test_what_never_varies_has_no_score_but_a_reason() -> None:
    target = ProbeTarget("x", "continuous", np.full(4, 2.0), ALL, 0, 9)
    found = match(np.zeros((4, 1)), target)
    assert (found.score, found.error, found.reason) == (None, None, "always the same")
    unknown = ProbeTarget("x", "continuous", np.arange(4.0), ~ALL, 0, 9)
    assert match(np.zeros((4, 1)), unknown).reason.startswith("known in 0 of 4")


def test_predictions_must_fit_the_target() -> None:
    target = ProbeTarget("x", "circular", np.arange(4.0), ALL, 0, 9)
    with pytest.raises(ValueError, match=r"predictions of 'x' are \(4, 1\); expected \(4, 2\)"):
        match(np.zeros((4, 1)), target)
