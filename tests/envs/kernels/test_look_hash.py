"""Numbers that follow from looks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from darla_envs.kernels.look_hash import FIELD_OF_VIEW, HEIGHT, PITCH, TEXTURE, uniform_of

LOOKS = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@given(LOOKS)
def test_the_same_look_has_the_same_numbers_and_another_has_others(look: list[float]) -> None:
    values = np.array(look)
    assert 0 <= uniform_of(values, PITCH) < 1
    assert uniform_of(values, PITCH) == uniform_of(values.copy(), PITCH)
    values[-1] = np.nextafter(values[-1], 2.0)
    assert uniform_of(np.array(look), PITCH) != uniform_of(values, PITCH)


def test_zero_has_no_sign() -> None:
    assert uniform_of(np.array([0.0]), HEIGHT) == uniform_of(np.array([-0.0]), HEIGHT)


def test_numbers_are_uniform_and_those_of_other_purposes_are_others() -> None:
    looks = np.random.default_rng(0).random((2000, 4))
    purposes = (HEIGHT, PITCH, FIELD_OF_VIEW, TEXTURE, TEXTURE + 1, TEXTURE + 2)
    drawn = np.array([[uniform_of(look, purpose) for look in looks] for purpose in purposes])
    assert all(kstest(numbers, "uniform").pvalue > 1e-3 for numbers in drawn)
    beside = np.corrcoef(np.concatenate([drawn, looks.T]))
    assert np.abs(beside - np.eye(len(beside))).max() < 4.5 / np.sqrt(len(looks))
