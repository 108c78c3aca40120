import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from darla.metrics import check_samples
from darla.metrics.dci import completeness, dci, disentanglement
from toy_codes import mixed_factors, stacked

TWO_OF_TEN = 1 - np.log(2) / np.log(10)


def test_one_latent_for_each_factor() -> None:
    assert disentanglement(np.diag([5.0] * 5)) == pytest.approx(1.0)
    assert completeness(np.diag([5.0] * 5)) == pytest.approx(1.0)


def test_one_latent_for_two_factors() -> None:
    importance = np.repeat(np.eye(5), 2, axis=1)
    assert disentanglement(importance) == pytest.approx(TWO_OF_TEN)
    assert completeness(importance) == pytest.approx(1.0)


def test_two_latents_for_one_factor() -> None:
    importance = np.repeat(np.eye(5), 2, axis=0)
    assert disentanglement(importance) == pytest.approx(1.0)
    assert completeness(importance) == pytest.approx(TWO_OF_TEN)


def test_dead_latents_have_no_weight_but_count_as_places() -> None:
    importance = np.concatenate([np.full((1, 2), 0.5), np.zeros((3, 2))])
    assert disentanglement(importance) == pytest.approx(0.0)
    assert completeness(importance) == pytest.approx(1.0)


def test_latents_weigh_as_much_as_they_matter() -> None:
    importance = np.array([[3.0, 0.0], [0.5, 0.5]])
    assert disentanglement(importance) == pytest.approx(0.75)


def test_no_importance_at_all() -> None:
    assert disentanglement(np.zeros((3, 2))) == completeness(np.zeros((3, 2))) == 0.0


def test_other_matrices_are_refused() -> None:
    for importance in (np.ones((3, 1)), -np.ones((3, 2)), np.ones(3)):
        with pytest.raises(ValueError, match="expected \\(z, factors\\)"):
            disentanglement(importance)
    with pytest.raises(ValueError, match="two or more to share it among"):
        completeness(np.ones((1, 3)))


@given(arrays(float, (4, 3), elements=st.floats(0, 10)), st.permutations(range(4)))
@example(np.where(np.arange(12).reshape(4, 3), 5e-324, 0), [0, 1, 2, 3])
def test_scores_lie_between_0_and_1_and_ignore_order(
    importance: np.ndarray, order: list[int]
) -> None:
    for score in (disentanglement, completeness):
        assert -1e-9 <= score(importance) <= 1 + 1e-9
        assert score(importance[order]) == pytest.approx(score(importance))
        assert score(7 * importance) == pytest.approx(score(importance))


@pytest.mark.parametrize("pair", [False, True])
def test_every_kind_of_factor(pair: bool) -> None:
    factors = mixed_factors()
    distance, yaw, lamp, shape = stacked(factors).T
    turned = [np.sin(yaw), np.cos(yaw)] if pair else [yaw]
    latents = np.stack([distance, *turned, lamp, shape], axis=1)
    result = dci(check_samples(latents, factors), np.random.default_rng(0))
    assert result.disentanglement > 0.98
    assert (result.predicted > 0.98).all()
    np.testing.assert_allclose(result.importance.sum(axis=0), 1.0)
    expected = 1 - np.log(2) / np.log(5) if pair else 1.0
    assert result.per_factor[1] == pytest.approx(expected, abs=0.02)
    assert (result.per_factor[[0, 2, 3]] > 0.95).all()


def test_factors_that_no_latent_knows_are_not_predicted() -> None:
    latents = np.random.default_rng(1).normal(size=(2000, 3))
    result = dci(check_samples(latents, mixed_factors()), np.random.default_rng(0))
    np.testing.assert_allclose(result.predicted, [0, 0, 1 / 2, 1 / 3], atol=0.08)
    assert result.informativeness == pytest.approx(np.maximum(result.predicted, 0).mean())
    assert result.disentanglement < 0.1


def test_latents_that_an_encoder_disowns_do_not_matter() -> None:
    factors = mixed_factors()
    active = np.array([True, False, True, True])
    samples = check_samples(stacked(factors), factors, active=active)
    result = dci(samples, np.random.default_rng(0))
    assert not result.importance[1].any() and result.per_latent[1] == 0
    assert result.predicted[1] < 0.1 and result.predicted[0] > 0.98
