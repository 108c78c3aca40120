import numpy as np
import pytest

from darla.probes.targets import LEAST_KNOWN, ProbeTarget, split_usable


def target(kind: str, values: list[float], known: list[bool] | None = None, high: float = 2.0):
    mask = np.ones(len(values), bool) if known is None else np.array(known)
    return ProbeTarget("it", kind, np.array(values, float), mask, 0.0, high)


def test_values_become_what_is_regressed_on() -> None:
    np.testing.assert_array_equal(target("continuous", [1.5, 2]).encoded(), [[1.5], [2]])
    np.testing.assert_array_equal(target("categorical", [2, 0]).encoded(), [[0, 0, 1], [1, 0, 0]])
    circular = target("circular", [0, 0.5, 1, 2]).encoded()
    np.testing.assert_allclose(circular, [[0, 1], [1, 0], [0, -1], [0, 1]], atol=1e-12)


def test_what_is_not_known_is_zero_whatever_it_holds() -> None:
    for kind in ("continuous", "circular", "categorical"):
        encoded = target(kind, [np.nan, 1.0], [False, True]).encoded()
        assert not encoded[0].any()
        assert encoded[1].any()


def test_targets_that_cannot_be_learnt_are_named_with_a_reason() -> None:
    random = np.random.default_rng(0)
    values, all_known = random.uniform(size=200), np.ones(200, bool)
    few = all_known & (np.arange(200) < LEAST_KNOWN - 1)
    made = [
        ProbeTarget("good", "continuous", values, all_known, 0, 1),
        ProbeTarget("still", "continuous", np.full(200, 0.3), all_known, 0, 1),
        ProbeTarget("rare", "continuous", values, few, 0, 1),
    ]
    kept, reasons = split_usable(made)
    assert [each.name for each in kept] == ["good"]
    assert reasons == {
        "still": "always the same",
        "rare": "known in 49 of 200 samples; 50 are needed",
    }
    with pytest.raises(ValueError, match="two targets are called 'good'"):
        split_usable([made[0], made[0]])


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("cyclic", [0.0], "'it' is 'cyclic'; expected"),
        ("continuous", [np.nan], "NaN or infinity where it is known"),
        ("categorical", [3.0], "must hold indices from 0 to 2"),
        ("categorical", [0.5], "must hold indices from 0 to 2"),
    ],
)
def test_wrong_targets_are_refused(kind: str, values: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        target(kind, values)
    with pytest.raises(ValueError, match=r"expected \(N,\) for both"):
        ProbeTarget("it", "continuous", np.zeros(3), np.ones(2, bool), 0, 1)
