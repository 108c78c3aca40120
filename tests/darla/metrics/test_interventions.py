"""The metrics that hold one factor while the others vary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.metrics import METRICS
from darla.metrics.irs import irs
from toy_codes import ToyWorld, duplicated, identity, permuted, zero

SCORES = {name: metric.measure for name, metric in METRICS.usable().items() if metric.interventions}


def score(name: str, world: ToyWorld, seed: int = 0, **settings: object) -> float:
    return SCORES[name](world, np.random.default_rng(seed), **settings).score


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("code", [identity, duplicated])
def test_latents_of_one_factor_each_are_perfect(name: str, code) -> None:
    assert score(name, ToyWorld(code)) >= 0.95


@pytest.mark.parametrize("name", SCORES)
def test_latents_that_say_nothing_are_no_better_than_chance(name: str) -> None:
    result = SCORES[name](ToyWorld(zero), np.random.default_rng(0))
    assert result.score == (pytest.approx(0.1) if name == "beta_vae_score" else 0.0)
    assert set(result.dead_latents) == set(range(10))


@pytest.mark.parametrize("name", ["beta_vae_score", "factor_vae_score"])
def test_mixed_up_latents_are_as_good_as_chance(name: str) -> None:
    result = SCORES[name](ToyWorld(permuted), np.random.default_rng(0))
    assert result.score == pytest.approx(result.chance, abs=0.06) and result.chance == 0.1


def test_mixed_up_latents_are_not_robust() -> None:
    assert score("irs", ToyWorld(permuted)) < 0.05


@pytest.mark.parametrize("name", ["beta_vae_score", "factor_vae_score"])
@settings(max_examples=4)
@given(
    order=st.permutations(range(4)),
    signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=4, max_size=4),
    scales=st.lists(st.floats(0.1, 100), min_size=4, max_size=4),
)
def test_order_sign_and_scale_of_latents_do_not_matter(
    name: str, order: list[int], signs: list[float], scales: list[float]
) -> None:
    def noisy(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return values + 4 * rng.normal(size=values.shape)

    def changed(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return (noisy(values, rng) * signs * scales)[:, order]

    before = score(name, ToyWorld(noisy, factors=4))
    assert score(name, ToyWorld(changed, factors=4)) == pytest.approx(before, abs=0.01)


@given(scale=st.floats(0.1, 100))
@settings(max_examples=4)
def test_robustness_does_not_change_with_a_scale_for_all_latents(scale: float) -> None:
    def mixture(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return values @ np.array([[1.0, 0.0], [0.3, 1.0], [0.0, 0.5]])

    def scaled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return -scale * mixture(values, rng)

    before = score("irs", ToyWorld(mixture, factors=3))
    assert score("irs", ToyWorld(scaled, factors=3)) == pytest.approx(before, abs=1e-4)


def test_robustness_is_what_is_left_of_straying() -> None:
    """x + y / 2, with x and y either 1 or -1, strays by 3/2, by 1/2 of it for y and 1 for x."""

    def mixture(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        x, y = np.where(values > 5, 1.0, -1.0).T
        return np.stack([x + y / 2, y], axis=1)

    world = ToyWorld(mixture, factors=2)
    result = irs(world, np.random.default_rng(0), batches=10, batch_size=2000)
    np.testing.assert_allclose(result.robustness[0], [2 / 3, 1 / 3], atol=0.03)
    np.testing.assert_allclose(result.robustness[1], [0.0, 1.0], atol=0.03)
    assert result.weights.sum() == pytest.approx(1.0)
    assert result.score == pytest.approx(result.weights @ result.robustness.max(axis=1))


@pytest.mark.parametrize("name", SCORES)
def test_dead_latents_are_left_out_by_number_not_by_value(name: str) -> None:
    """Counting all latents as active, or summing their values, once made dead ones count."""

    def half_dead(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.concatenate([np.full(values.shape, -50.0), values - 100.0], axis=1)

    result = SCORES[name](ToyWorld(half_dead, factors=4), np.random.default_rng(0))
    assert list(result.dead_latents) == [0, 1, 2, 3]
    assert result.score >= 0.95
    table = {"irs": "robustness", "beta_vae_score": "differences", "factor_vae_score": "votes"}
    assert not getattr(result, table[name])[:4].any()


@pytest.mark.parametrize("name", SCORES)
def test_latents_that_an_encoder_disowns_are_left_out(name: str) -> None:
    active = np.array([True, True, False])
    world = ToyWorld(identity, factors=3)
    result = SCORES[name](world, np.random.default_rng(0), active=active)
    assert list(result.dead_latents) == [2]
    if name == "factor_vae_score":
        assert result.per_factor.tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("name", SCORES)
def test_what_cannot_be_compared_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="two or more that can be held, and got factor_0"):
        score(name, ToyWorld(identity, factors=1))
    few = {"batches": 2} if name == "irs" else {"survey_size": 100}
    with pytest.raises(ValueError, match="frames; give at least 1000"):
        score(name, ToyWorld(identity), **few)


@pytest.mark.parametrize("name", SCORES)
def test_the_seed_decides(name: str) -> None:
    scores = [score(name, ToyWorld(permuted, factors=3), seed=5) for _ in range(2)]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("name", SCORES)
def test_a_quick_look_takes_fewer_frames(name: str) -> None:
    world, quick = ToyWorld(identity), ToyWorld(identity)
    counts = dict.fromkeys((world, quick), 0)
    for each in (world, quick):
        for method in ("encode", "encode_with_held", "encode_pairs_with_held"):
            inner = getattr(each, method)

            def counted(*arguments, inner=inner, each=each):
                latents = inner(*arguments)
                counts[each] += latents.size
                return latents

            setattr(each, method, counted)
        METRICS[name](each, np.random.default_rng(0), quick=each is quick)
    assert 0 < counts[quick] < counts[world]
