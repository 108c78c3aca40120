import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.metrics.udr import relative_strength, udr

ALIKE = {"lasso": 0.9, "spearman": 1.0}


def independent(count: int = 4000, width: int = 4, seed: int = 0) -> np.ndarray:
    """Draw latents that are exactly uncorrelated."""
    draws = np.random.default_rng(seed).normal(size=(count, width))
    basis = np.linalg.qr(draws - draws.mean(axis=0))[0]
    return basis * np.sqrt(count)


@pytest.mark.parametrize(
    ("likeness", "expected"),
    [
        (np.eye(3), 1.0),
        (np.ones((2, 2)), 0.5),
        (np.zeros((2, 3)), 0.0),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), (0.5 + 0 + 1 + 1) / 4),
        (np.eye(2, 4), 4 / 6),
    ],
)
def test_agreement_has_its_closed_form(likeness: np.ndarray, expected: float) -> None:
    assert relative_strength(likeness) == pytest.approx(expected)
    assert relative_strength(likeness.T) == pytest.approx(expected)


@pytest.mark.parametrize("similarity", ALIKE)
@settings(max_examples=10)
@given(
    order=st.permutations(range(4)),
    signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=4, max_size=4),
    scales=st.lists(st.floats(0.1, 100), min_size=4, max_size=4),
)
def test_models_agree_whatever_their_latents_order_sign_and_scale(
    similarity: str, order: list[int], signs: list[float], scales: list[float]
) -> None:
    latents = independent()
    result = udr([latents, (latents * signs * scales)[:, order]], similarity)
    low = ALIKE[similarity] - (0.06 if similarity == "spearman" else 0.001)
    assert (result.per_model >= low).all() and (result.per_model <= ALIKE[similarity] + 1e-9).all()


@pytest.mark.parametrize("similarity", ALIKE)
def test_turned_models_agree_less(similarity: str) -> None:
    latents = independent()
    turns = [np.linalg.qr(np.random.default_rng(s).normal(size=(4, 4)))[0] for s in range(2)]
    models = [latents, latents * -2.0, *(latents @ turn for turn in turns)]
    result = udr(models, similarity)
    assert result.pairs[0, 1] > 1.3 * np.nanmax(result.pairs[2:])
    assert np.isnan(np.diag(result.pairs)).all()


def test_a_model_s_score_is_the_median_over_the_others() -> None:
    latents = independent()
    odd = np.random.default_rng(1).normal(size=(4000, 4))
    result = udr([latents, latents[:, ::-1], -latents, odd])
    assert result.per_model[:3] == pytest.approx(0.9, abs=0.01)
    assert result.per_model[3] == pytest.approx(0.0, abs=0.01)
    np.testing.assert_allclose(result.per_model, np.nanmedian(result.pairs, axis=1))


@pytest.mark.parametrize("similarity", ALIKE)
def test_latents_that_carry_nothing_are_left_out_as_told(similarity: str) -> None:
    """A mask with a threshold of its own, inside the ranking, once overruled the caller's."""
    latents = independent()
    noise = np.random.default_rng(2).normal(size=(2, 4000, 2))
    models = [np.concatenate([latents, more], axis=1) for more in noise]
    active = [np.array([True] * 4 + [False] * 2)] * 2
    told, untold = udr(models, similarity, active), udr(models, similarity)
    alone = udr([latents, latents], similarity)
    np.testing.assert_allclose(told.per_model, alone.per_model)
    assert (untold.per_model < told.per_model - 0.1).all()
    assert [list(dead) for dead in told.dead_latents] == [[4, 5], [4, 5]]


def test_a_collapsed_model_scores_nothing() -> None:
    latents = independent()
    result = udr([latents, -latents, np.zeros((4000, 2))])
    assert result.per_model[2] == 0.0 and len(result.dead_latents[2]) == 2


def test_models_may_differ_in_size() -> None:
    latents = independent()
    result = udr([latents, latents[:, :1], latents[:, :2]])
    assert result.pairs[0, 1] == pytest.approx(2 * 0.9 / 5)
    assert result.pairs[1, 0] == pytest.approx(2 * 0.9 / 5)


def test_what_cannot_be_ranked_is_refused() -> None:
    latents = independent()
    for models, similarity, active, message in [
        ([latents], "lasso", None, "two or more, and got 1"),
        ([latents, latents], "laso", None, "did you mean 'lasso'"),
        ([latents, latents[:2000]], "lasso", None, r"\[4000, 2000\] samples"),
        ([latents, latents[:50]], "lasso", None, "50 samples are too few"),
        ([latents, latents], "lasso", [np.ones(4, bool)], "for 1 of 2 models"),
    ]:
        with pytest.raises(ValueError, match=message):
            udr(models, similarity, active)
