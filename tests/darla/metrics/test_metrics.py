"""What holds for every metric that needs samples only."""

import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.metrics import METRICS, Result, Samples, check_samples
from toy_codes import (
    Code,
    duplicated,
    identity,
    mixed_factors,
    permuted,
    stacked,
    ten_factors,
    zero,
)

OF_SAMPLES = [name for name, metric in METRICS.usable().items() if not metric.interventions]
RIGHT_FOR_IDENTITY = {
    "mig",
    "dci_disentanglement",
    "dci_completeness",
    "dci_informativeness",
    "sap",
    "modularity",
    "explicitness",
    "infom",
    "infoc",
    "infoe",
}


def coded(code: Code) -> Samples:
    factors = ten_factors()
    return check_samples(code(stacked(factors), np.random.default_rng(1)), factors)


@cache
def measured(name: str, code: Code) -> Result:
    return METRICS[name](coded(code), np.random.default_rng(0))


@cache
def noisy() -> Samples:
    """Four latents: two factors each with noise, a mixture, and noise alone."""
    factors = [mixed_factors(1000)[index] for index in (0, 1, 3)]
    values = stacked(factors)
    latents = np.random.default_rng(1).normal(size=(1000, 4)) / 3
    latents[:, :2] += values[:, :2]
    latents[:, 2] += values[:, 0] + values[:, 2]
    return check_samples(latents, factors)


@cache
def score(name: str) -> dict[str, float]:
    return METRICS[name](noisy(), np.random.default_rng(0)).scores


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_a_latent_for_each_factor_is_perfect(name: str) -> None:
    scores = measured(name, identity).scores
    assert scores.keys() <= RIGHT_FOR_IDENTITY
    assert all(0.95 <= value <= 1 for value in scores.values()), scores


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_dead_latents_score_nothing_and_are_named(name: str) -> None:
    result = measured(name, zero)
    assert set(result.dead_latents) == set(range(10))
    assert all(abs(value) < 1e-9 for value in result.scores.values()), result.scores


@pytest.mark.parametrize(
    ("name", "key", "low", "high"),
    [
        ("mig", "mig", 0.0, 1e-9),
        ("sap", "sap", 0.0, 1e-9),
        ("dci", "dci_disentanglement", 0.95, 1.0),
        ("modularity", "modularity", 0.95, 1.0),
        ("infomec", "infom", 0.95, 1.0),
    ],
)
def test_two_latents_for_each_factor(name: str, key: str, low: float, high: float) -> None:
    scores = measured(name, duplicated).scores
    assert low <= scores[key] <= high


def test_half_of_each_factor_s_information_is_in_either_of_two_latents() -> None:
    complete = measured("dci", duplicated).scores["dci_completeness"]
    assert complete == pytest.approx(1 - np.log(2) / np.log(20), abs=0.02)
    compact = measured("infomec", duplicated).scores["infoc"]
    assert compact == pytest.approx((1 / 2 - 1 / 20) / (1 - 1 / 20), abs=0.02)


@pytest.mark.parametrize("name", ["mig", "dci", "sap", "infomec"])
def test_latents_that_mean_something_else_in_each_sample_score_next_to_nothing(name: str) -> None:
    scores = measured(name, permuted).scores
    assert all(0 <= value < 0.15 for value in scores.values()), scores


@pytest.mark.parametrize("name", OF_SAMPLES)
@settings(max_examples=4)
@given(
    order=st.permutations(range(4)),
    signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=4, max_size=4),
    scales=st.lists(st.floats(0.1, 100), min_size=4, max_size=4),
    shift=st.floats(-10, 10),
)
def test_order_sign_scale_and_origin_of_latents_do_not_matter(
    name: str, order: list[int], signs: list[float], scales: list[float], shift: float
) -> None:
    changed = (noisy().latents * signs * scales + shift)[:, order]
    samples = check_samples(changed, noisy().factors)
    scores = METRICS[name](samples, np.random.default_rng(0)).scores
    # Trees draw their cuts latent by latent; SAP's machines ask how large a latent is.
    noise = {"dci": 0.05, "sap": 0.25}.get(name, 5e-3)
    assert scores == pytest.approx(score(name), abs=noise)


@pytest.mark.parametrize("name", OF_SAMPLES)
@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_the_order_of_samples_does_not_matter(name: str, seed: int) -> None:
    rows = np.random.default_rng(seed).permutation(1000)
    factors = [replace(factor, values=factor.values[rows]) for factor in noisy().factors]
    shuffled = check_samples(noisy().latents[rows], factors)
    scores = METRICS[name](shuffled, np.random.default_rng(0)).scores
    noise = 1e-6 if name == "mig" else 0.08  # others hold out a third at random
    assert scores == pytest.approx(score(name), abs=noise)


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_the_seed_decides(name: str) -> None:
    assert METRICS[name](noisy(), np.random.default_rng(0)).scores == score(name)


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_a_dead_latent_more_changes_nothing_but_the_number_of_latents(name: str) -> None:
    latents = np.concatenate([noisy().latents, np.full((1000, 1), 7.0)], axis=1)
    result = METRICS[name](check_samples(latents, noisy().factors), np.random.default_rng(0))
    assert list(result.dead_latents) == [4]
    scores = dict(score(name))
    if name == "modularity":
        scores["modularity"] *= 4 / 5
    if name == "dci":
        completeness = scores.pop("dci_completeness")
        entropies = (1 - completeness) * np.log(4)
        scores["dci_completeness"] = 1 - entropies / np.log(5)
    assert result.scores == pytest.approx(scores, abs=0.05 if name == "dci" else 1e-3)


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_what_was_left_out_is_in_the_result(name: str) -> None:
    factors = [*mixed_factors(1000), ten_factors(1000)[0]]
    factors[0].values[:] = 2.0
    result = METRICS[name](check_samples(stacked(factors), factors), np.random.default_rng(0))
    assert result.factors == ("yaw", "lamp", "shape", "factor_0")
    assert result.excluded_factors == {"distance": "it is constant (2)"}
    assert list(result.dead_latents) == [0]


@pytest.mark.parametrize("name", ["dci", "modularity", "infomec"])
def test_one_factor_cannot_be_told_from_others(name: str) -> None:
    samples = check_samples(noisy().latents, noisy().factors[:1])
    with pytest.raises(ValueError, match="it takes 2 or more that vary, and got distance"):
        METRICS[name](samples, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["mig", "sap", "dci"])
def test_one_latent_has_no_second_best(name: str) -> None:
    samples = check_samples(noisy().latents[:, :1], noisy().factors)
    with pytest.raises(ValueError, match="it takes 2 or more, and got 1"):
        METRICS[name](samples, np.random.default_rng(0))


def test_importing_the_table_is_cheap() -> None:
    code = "import sys, darla.metrics; print({'sklearn', 'torch', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
