"""Spans of samples against asking each sample whether it lies in the polygon."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.render.coverage import (
    BEGIN,
    END,
    first_row_below,
    sample_offsets,
    trace_edge,
    trace_edges,
)

WIDTH, HEIGHT = 21, 13
both = pytest.mark.parametrize("samples", [1, 4])


def covered(polygon: np.ndarray, samples: int, distances=None) -> np.ndarray:
    """Return which samples a polygon (pixels, counter-clockwise to the eye) covers, (rows, W)."""
    distances = np.ones(len(polygon)) if distances is None else distances
    corners = np.zeros((8, 3), np.float32)
    corners[: len(polygon)] = np.column_stack([polygon, np.ones(len(polygon))])
    corners[: len(polygon)] *= np.asarray(distances, np.float32)[:, None]
    offsets = sample_offsets(samples, HEIGHT)
    spans = np.full((2, HEIGHT * samples), -7, np.int32)
    first, last = trace_edges(corners, len(polygon), samples, offsets, WIDTH, spans)
    assert 0 <= first and last <= HEIGHT * samples
    places = np.arange(WIDTH)
    there = np.zeros((HEIGHT * samples, WIDTH), bool)
    for row in range(first, last):
        begin, end = spans[BEGIN, row], spans[END, row]
        assert 0 <= begin <= WIDTH and 0 <= end <= WIDTH
        there[row] = (begin <= places) & (places < end)
    return there


def sample_places(samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where all samples lie, in pixels: x and y, (rows, W) each."""
    rows = np.arange(HEIGHT * samples)
    x = np.arange(WIDTH) + sample_offsets(samples, HEIGHT)[:, None].astype(float)
    return x, np.broadcast_to((rows[:, None] + 0.5) / samples, x.shape)


def depth_within(polygon: np.ndarray, samples: int) -> np.ndarray:
    """Return how far each sample lies within a convex polygon, negative outside, in pixels."""
    x, y = sample_places(samples)
    deepest = np.full(x.shape, np.inf)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 0:  # counter-clockwise to the eye, and y points down
            deepest = np.minimum(deepest, ((y1 - y0) * (x - x0) - (x1 - x0) * (y - y0)) / length)
    return deepest


@st.composite
def convex_polygons(draw: st.DrawFn) -> np.ndarray:
    """Corners on an ellipse around any place, small or larger than the picture."""
    steps = st.lists(st.integers(0, 62), min_size=3, max_size=7, unique=True)
    angles = [step / 10 for step in sorted(draw(steps))]
    middle = draw(st.tuples(st.floats(-5, WIDTH + 5), st.floats(-5, HEIGHT + 5)))
    radii = draw(st.tuples(st.floats(0.3, 40), st.floats(0.3, 40)))
    turns = np.array([(math.cos(angle), -math.sin(angle)) for angle in angles])
    return (middle + radii * turns).astype(np.float32)


def test_one_sample_is_in_the_middle_of_its_pixel():
    np.testing.assert_array_equal(sample_offsets(1, 3), [0.5] * 3)


def test_four_samples_are_in_columns_and_rows_of_their_own():
    offsets = sample_offsets(4, 2)
    assert offsets.dtype == np.float32
    np.testing.assert_array_equal(offsets[:4], [0.625, 0.125, 0.875, 0.375])
    np.testing.assert_array_equal(offsets[4:], offsets[:4])
    assert sorted(offsets[:4]) == [0.125, 0.375, 0.625, 0.875]


@both
def test_rows_are_found_by_their_samples(samples):
    for row in range(5):
        sample = np.float32((row + 0.5) / samples)
        assert first_row_below(sample, samples) == row
        assert first_row_below(np.nextafter(sample, np.float32(9)), samples) == row + 1
        assert first_row_below(np.nextafter(sample, np.float32(-9)), samples) == row


@both
@given(polygon=convex_polygons(), data=st.data())
def test_samples_inside_are_covered_and_others_are_not(samples, polygon, data):
    size = len(polygon)
    distances = data.draw(st.lists(st.floats(0.1, 30), min_size=size, max_size=size))
    within = depth_within(polygon.astype(float), samples)
    there = covered(polygon, samples, distances)
    clear = np.abs(within) > 1e-3  # float32 may decide on those closer to an edge
    np.testing.assert_array_equal(there[clear], within[clear] > 0)


@both
@given(polygon=convex_polygons(), data=st.data())
def test_neighbours_share_no_sample_and_leave_none_out(samples, polygon, data):
    """Cut into triangles from any corner, each sample belongs to exactly one of them."""
    polygon = np.roll(polygon, data.draw(st.integers(0, len(polygon) - 1)), axis=0)
    fan = [polygon[[0, k, k + 1]] for k in range(1, len(polygon) - 1)]
    times = sum(covered(triangle, samples).astype(int) for triangle in fan)
    within = depth_within(polygon.astype(float), samples)
    clear = np.abs(within) > 1e-3
    np.testing.assert_array_equal(times[clear], (within[clear] > 0).astype(int))


@both
def test_neighbours_whose_edge_runs_through_samples_share_none(samples):
    left, right = WIDTH // 2, WIDTH // 2 + 0.625
    for x in (left + 0.5, right):
        one = np.array([(0, 0), (0, HEIGHT), (x, HEIGHT), (x, 0)], np.float32)
        other = np.array([(x, 0), (x, HEIGHT), (WIDTH, HEIGHT), (WIDTH, 0)], np.float32)
        times = covered(one, samples).astype(int) + covered(other, samples)
        assert (times == 1).all()
    for y in (3.5, 3.125):
        one = np.array([(0, 0), (0, y), (WIDTH, y), (WIDTH, 0)], np.float32)
        other = np.array([(0, y), (0, HEIGHT), (WIDTH, HEIGHT), (WIDTH, y)], np.float32)
        times = covered(one, samples).astype(int) + covered(other, samples)
        assert (times == 1).all()


@both
def test_a_rectangle_covers_its_share_of_samples(samples):
    corners = np.array([(2, 3), (2, 7.5), (6.5, 7.5), (6.5, 3)], np.float32)
    there = covered(corners, samples)
    pixels = there.reshape(HEIGHT, samples, WIDTH).mean(axis=1)
    half = 0.5 if samples == 4 else 0.0
    expected = np.zeros((HEIGHT, WIDTH))
    expected[3:7, 2:6] = 1
    expected[3:7, 6] = expected[7, 2:6] = half
    expected[7, 6] = {1: 0.0, 4: 0.25}[samples]  # of (0.625, 0.125), the second
    np.testing.assert_array_equal(pixels, expected)


def trace(x0, y0, x1, y1, samples=1, side=BEGIN):
    spans = np.full((2, HEIGHT * samples), -7, np.int32)
    edge = (np.float32(value) for value in (x0, y0, x1, y1))
    rows = trace_edge(*edge, samples, sample_offsets(samples, HEIGHT), WIDTH, spans, side)
    return rows, spans


@pytest.mark.parametrize("side", [BEGIN, END])
def test_an_edge_notes_the_first_pixel_to_its_right(side):
    rows, spans = trace(4, 2, 8, 6, side=side)
    assert rows == (2, 6)
    # At the middles of rows 2 to 5 the edge is at 4.5, 5.5, ...: exactly at samples.
    np.testing.assert_array_equal(spans[side, 2:6], [4, 5, 6, 7])
    assert (np.delete(spans[side], range(2, 6)) == -7).all()
    assert (spans[1 - side] == -7).all()


def test_an_edge_beyond_the_picture_counts_as_its_end():
    rows, spans = trace(-9, -3, -8, HEIGHT + 40)
    assert rows == (0, HEIGHT)
    assert (spans[BEGIN] == 0).all()
    rows, spans = trace(WIDTH + 3, 1, 1e6, 5)
    assert rows == (1, 5)
    assert (spans[BEGIN, 1:5] == WIDTH).all()


def test_an_edge_above_or_below_the_picture_touches_no_row():
    for y0, y1 in ((-9, -1), (HEIGHT, HEIGHT + 5)):
        (first, last), spans = trace(3, y0, 4, y1)
        assert first == last
        assert (spans == -7).all()
