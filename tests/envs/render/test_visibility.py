"""Which polygon is nearest: keys as a 16-bit depth buffer would have it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.render.coverage import sample_offsets
from darla_envs.render.visibility import (
    FAR,
    NEAR,
    SKY,
    fill_spans,
    polygon_bits,
    polygon_number,
)

WIDTH, ROWS = 48, 3
STEPS = 65_535


def sky() -> np.ndarray:
    return np.full((ROWS, WIDTH), SKY, np.uint32)


def fill(keys, number, begin=0, end=WIDTH, at_origin=1.0, x_step=0.0, y_step=0.0, samples=1):
    """Fill the same span of each row with a polygon; ``at_origin`` is 1 / distance."""
    spans = np.zeros((2, len(keys)), np.int32)
    spans[0], spans[1] = begin, end
    offsets = sample_offsets(samples, len(keys) // samples)
    steps = (np.float32(value) for value in (x_step, y_step, at_origin))
    bits = polygon_bits(number)
    return fill_spans(keys, spans, 0, len(keys), offsets, samples, *steps, bits)


def numbers(keys: np.ndarray) -> np.ndarray:
    return np.array([polygon_number(key) for key in keys.ravel()]).reshape(keys.shape)


def depth(distance):
    """Return OpenGL's depth of a distance in metres, from 0 to 1."""
    return FAR / (FAR - NEAR) * (1 - NEAR / np.asarray(distance, float))


@given(st.integers(1, STEPS))
def test_keys_tell_whose_they_are(number):
    bits = polygon_bits(number)
    assert polygon_number(bits) == number
    assert polygon_number(np.uint32(bits | np.uint32(1234 << 16))) == number
    assert bits < SKY


def test_the_sky_is_polygon_0():
    assert polygon_number(SKY) == 0


@given(st.floats(NEAR, FAR))
def test_nearness_is_a_16_bit_depth_from_the_far_plane(distance):
    keys = sky()
    fill(keys, 1, at_origin=1 / distance)
    if polygon_number(keys[0, 0]) == 0:  # nearer to the far plane than half a step
        assert depth(distance) * STEPS > STEPS - 0.51
    else:
        steps = STEPS - int(keys[0, 0] >> 16)
        # float32 rounds nearness to 1/128 of a step where there are most.
        assert abs(steps - depth(distance) * STEPS) <= 0.5 + 0.02


def test_the_planes_are_the_ends_of_the_depth_buffer():
    assert depth(NEAR) == 0
    assert depth(FAR) == pytest.approx(1)
    keys = sky()
    fill(keys, 1, at_origin=1 / np.float32(NEAR))
    assert (keys >> 16 == STEPS).all()


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_nearer_wins_whichever_is_drawn_first(order):
    keys = sky()
    distances = {order[0]: 2.0, order[1]: 2.1}
    for number in (1, 2):
        fill(keys, number, at_origin=1 / distances[number])
    assert (numbers(keys) == order[0]).all()


def test_the_first_drawn_wins_at_the_same_depth():
    keys = sky()
    for number in (1, 2, 3):
        fill(keys, number, at_origin=1 / 3.0)
    assert (numbers(keys) == 1).all()
    # So it does where depths are equal after rounding only.
    keys = sky()
    fill(keys, 1, at_origin=1 / 60.0)
    fill(keys, 2, at_origin=1 / 59.99)
    assert (numbers(keys) == 1).all()


@pytest.mark.parametrize("distance", [101.0, 1e3, 1e9, -5.0])
def test_the_sky_hides_what_is_beyond_the_far_plane(distance):
    keys = sky()
    fill(keys, 1, at_origin=1 / distance)
    assert (keys == SKY).all()


@given(st.integers(0, WIDTH), st.integers(0, WIDTH))
def test_a_span_changes_nothing_beside_it(begin, end):
    keys = sky()
    fill(keys, 7, begin=5, end=11, at_origin=0.5)
    before = keys.copy()
    covered = fill(keys, 8, begin=begin, end=end, at_origin=1.0)
    places = np.arange(WIDTH)
    there = np.broadcast_to((begin <= places) & (places < end), keys.shape)
    assert covered == (begin < end)
    np.testing.assert_array_equal(keys[~there], before[~there])
    assert (numbers(keys)[there] == 8).all()


def test_only_the_given_rows_are_filled():
    keys = sky()
    spans = np.zeros((2, ROWS), np.int32)
    spans[1] = WIDTH
    one = np.float32(1.0)
    offsets = sample_offsets(1, ROWS)
    nothing = np.float32(0.0)
    assert fill_spans(keys, spans, 1, 2, offsets, 1, nothing, nothing, one, polygon_bits(1))
    np.testing.assert_array_equal((keys != SKY).all(axis=1), [False, True, False])
    assert (keys[[0, 2]] == SKY).all()


def test_a_hidden_polygon_counts_as_covering():
    keys = sky()
    fill(keys, 1, at_origin=1.0)
    assert fill(keys, 2, at_origin=0.5)
    assert (numbers(keys) == 1).all()


@pytest.mark.parametrize("samples", [1, 4])
def test_depth_is_that_of_the_sample(samples):
    x_step, y_step, at_origin = 0.003, -0.02, 0.4
    height = 2
    keys = np.full((height * samples, WIDTH), SKY, np.uint32)
    fill(keys, 1, x_step=x_step, y_step=y_step, at_origin=at_origin, samples=samples)
    x = np.arange(WIDTH) + sample_offsets(samples, height)[:, None]
    y = (np.arange(height * samples)[:, None] + 0.5) / samples
    expected = STEPS * (1 - depth(1 / (at_origin + x_step * x + y_step * y)))
    assert np.abs((keys >> 16) - expected).max() <= 0.5 + 0.01
