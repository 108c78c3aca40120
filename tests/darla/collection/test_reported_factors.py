import gymnasium as gym
import numpy as np
import pytest

import toy_envs  # noqa: F401
from darla.collection.reported_factors import column_reader, describe_factors, factor_reader

NUMBER = {"categories": []}
SHAPE = {"categories": ["box", "ball"]}


@pytest.mark.parametrize("value", [0.3, np.float32(0.3), np.array([0.3]), np.array(0.3), [0.3]])
def test_a_number_may_come_in_an_array(value) -> None:
    assert factor_reader("hue", NUMBER)({"hue": value}) == pytest.approx(0.3)
    columns = column_reader("hue", NUMBER)({"hue": [value, value]})
    np.testing.assert_allclose(columns, [0.3, 0.3], rtol=1e-6)


def test_a_method_of_that_name_describes_nothing() -> None:
    env = gym.make("Toy/Counting-v0").unwrapped
    env.factors = lambda: {"hue": 0.5}
    described = describe_factors(env, {"hue": 0.5})
    assert described["hue"]["kind"] == "continuous" and described["hue"]["low"] is None


@pytest.mark.parametrize(
    ("description", "value"),
    [
        (NUMBER, None),
        (NUMBER, "red"),
        (NUMBER, "0.3"),
        (NUMBER, [0.1, 0.2]),
        (NUMBER, {}),
        (SHAPE, "cone"),
        (SHAPE, ["box"]),
        (SHAPE, None),
    ],
)
def test_what_is_no_value_is_said_with_the_factors_name(description, value) -> None:
    for read, values in (
        (factor_reader("hue", description), value),
        (column_reader("hue", description), [value]),
    ):
        with pytest.raises(ValueError, match="reported factor 'hue' as"):
            read({"hue": values})


def test_a_factor_that_nobody_reports_is_said() -> None:
    for reader in (factor_reader, column_reader):
        with pytest.raises(ValueError, match="reported factor 'hue' as 'nothing'"):
            reader("hue", NUMBER)({})
