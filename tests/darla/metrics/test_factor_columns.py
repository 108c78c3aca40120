from dataclasses import replace

import numpy as np
import pytest

from darla.encoder.frozen_encoder import ACTIVE_STD
from darla.metrics import FactorColumn, check_samples
from darla.metrics.factor_columns import DEAD_STD
from toy_codes import mixed_factors


def column(values: list[float], kind: str = "continuous", low: float = 0, high: float = 1):
    return FactorColumn("factor", kind, np.array(values), low, high)


def normal(count: int = 1000, width: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, width))


def test_continuous_factors_are_cut_over_their_range() -> None:
    classes = column([0.0, 0.19, 0.21, 0.99, 1.0]).classes(5)
    assert classes.tolist() == [0, 0, 1, 4, 4] and classes.dtype == np.int64


def test_circular_factors_are_wrapped_before_they_are_cut() -> None:
    angles = np.array([-np.pi, -0.1, 0.1, np.pi - 0.1, np.pi, 3 * np.pi - 0.1])
    factor = FactorColumn("yaw", "circular", angles, -np.pi, np.pi)
    assert factor.classes(4).tolist() == [0, 1, 2, 3, 0, 3]


def test_the_ends_of_a_circle_have_the_same_targets() -> None:
    yaw = FactorColumn("yaw", "circular", np.array([-np.pi, np.pi, np.pi / 2]), -np.pi, np.pi)
    np.testing.assert_allclose(yaw.targets(), [[0, -1], [0, -1], [1, 0]], atol=1e-12)
    degrees = FactorColumn("yaw", "circular", np.array([0, 360, 90]), 0, 360)
    np.testing.assert_allclose(degrees.targets(), [[0, 1], [0, 1], [1, 0]], atol=1e-12)


def test_other_targets_are_the_values_and_categories_have_none() -> None:
    assert column([0.25, 0.5]).targets().tolist() == [[0.25], [0.5]]
    shapes = column([2, 0], "categorical")
    assert shapes.classes().tolist() == [2, 0]
    with pytest.raises(ValueError, match="is categorical"):
        shapes.targets()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "continous"}, "did you mean 'continuous'"),
        ({"values": np.zeros((2, 1))}, r"shape \(2, 1\); expected \(N,\)"),
        ({"values": np.array([0.0, np.nan])}, "1 values that are not finite"),
        ({"values": np.array([0.0, 1.1])}, "run from 0 to 1.1, out of its range of 0 to 1"),
        ({"high": float("inf")}, "expected two finite numbers"),
        ({"high": 0.0}, "the lower one first"),
        ({"kind": "categorical"}, "has the value 0.5; expected a category's index"),
    ],
)
def test_columns_that_cannot_be_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(column([0.5, 0.5]), **changes)


def test_float32_may_round_values_out_of_their_range() -> None:
    values = np.array([0.0, 0.7], np.float32) + np.float32(0.1)
    assert FactorColumn("x", "continuous", values, 0.1, 0.8).classes(7).tolist() == [0, 6]


def test_factors_that_do_not_vary_are_left_out_and_named() -> None:
    rng = np.random.default_rng(0)
    samples = check_samples(
        normal(),
        [
            FactorColumn("light", "continuous", rng.uniform(size=1000), 0, 1),
            FactorColumn("wall", "continuous", np.full(1000, 0.3), 0, 1),
            FactorColumn("floor", "continuous", rng.uniform(0.51, 0.54, 1000), 0, 1),
            FactorColumn("shape", "categorical", np.ones(1000), 0, 2),
        ],
    )
    assert samples.names == ("light",)
    assert samples.excluded_factors == {
        "wall": "it is constant (0.3)",
        "floor": "it varies by less than 1/20 of its range (0 to 1)",
        "shape": "it is constant (1)",
    }


def test_latents_that_carry_nothing_stay_in_place_and_are_named() -> None:
    latents = normal() * [1.0, 1e-4, 1.0]
    active = np.array([True, True, False])
    samples = check_samples(latents, mixed_factors(1000), active=active)
    assert samples.active.tolist() == [True, False, False]
    assert samples.dead_latents[1].startswith("its standard deviation, 9.7e-05, is below 0.001")
    assert samples.dead_latents[2] == "the encoder says that it carries nothing"
    standardised = samples.standardised()
    assert standardised.shape == (1000, 3) and not standardised[:, 1:].any()
    assert standardised[:, 0].std() == pytest.approx(1.0)


def test_thresholds_are_those_of_encoders() -> None:
    assert DEAD_STD == ACTIVE_STD


def test_samples_that_cannot_be_measured_are_refused() -> None:
    factors = mixed_factors(1000)
    broken = normal()
    broken[3, 1] = np.nan
    for latents, columns, active, message in [
        (normal(20), mixed_factors(20), None, "20 samples are too few; give at least 1000"),
        (normal()[0], factors, None, r"shape \(3,\); expected \(N, z\)"),
        (broken, factors, None, r"latents \[1\] have values that are not finite"),
        (normal(1001), factors, None, "'distance' has 1000 values for 1001 latents"),
        (normal(), [*factors, factors[1]], None, "2 factors 'yaw'; name each once"),
        (normal(), [], None, "there are no factors"),
        (normal(), [column([0.3] * 1000)], None, "none of the 1 factors varies"),
        (normal(), factors, np.ones(4, bool), r"expected bool of shape \(3,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_samples(latents, columns, active=active)
