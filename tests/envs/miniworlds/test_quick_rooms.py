"""Rooms that are made in less time, beside MiniWorld's own."""

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from miniworld.miniworld import Room

from darla_envs.miniworlds.quick_rooms import generate_static_data, quick_numpy
from darla_envs.miniworlds.without_gl import without_loading

numbers = st.floats(-100, 100)
OUTLINE = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 3.0], [4.0, 0.0]])
own = Room._gen_static_data


def room(portals: tuple[tuple[int, float, float, float], ...] = (), **textures: str) -> Room:
    made = Room(OUTLINE, **textures)
    for edge, start, end, low in portals:
        made.add_portal(edge, start_pos=start, end_pos=end, min_y=low, max_y=2.0)
    return made


def assert_same(first: Room, second: Room) -> None:
    assert vars(first).keys() == vars(second).keys()
    for name, value in vars(first).items():
        other = vars(second)[name]
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, other, strict=True)
        else:
            assert value == other, name


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"portals": ((0, 1.0, 2.0, 0.0), (2, 0.5, 1.0, 0.5))},
        {"portals": ((1, 0.0, 4.0, 0.0),)},
        {"wall_tex": "brick_wall", "floor_tex": "grass", "ceil_tex": "wood"},
    ],
)
@pytest.mark.parametrize("seed", [None, 0, 3])
def test_rooms_are_miniworlds_when_made_first_and_when_copied(kind, seed):
    def generator():
        return None if seed is None else np.random.default_rng(seed)

    with without_loading():
        expected, rng = room(**kind), generator()
        own(expected, None, rng)
        for _ in range(3):
            made, again = room(**kind), generator()
            generate_static_data(made, None, again)
            assert_same(made, expected)
            if rng is not None:
                assert again.bit_generator.state == rng.bit_generator.state


def test_rooms_that_differ_are_told_apart():
    kinds = [
        {},
        {"portals": ((0, 1.0, 2.0, 0.0),)},
        {"portals": ((1, 1.0, 2.0, 0.0),)},
        {"portals": ((0, 1.0, 2.0, 0.0), (0, 2.2, 2.5, 0.0))},
        {"portals": ((0, 1.0, 2.0, 0.0), (1, 2.2, 2.5, 0.0))},
        {"wall_tex": "brick_wall"},
    ]
    with without_loading():
        for _ in range(2):
            for kind in kinds:
                expected, made = room(**kind), room(**kind)
                own(expected, None, None)
                generate_static_data(made, None, None)
                assert_same(made, expected)


def test_a_room_may_be_changed_without_changing_those_to_come():
    with without_loading():
        first, second = room(), room()
        generate_static_data(first, None, None)
        expected = first.wall_verts.copy()
        first.wall_verts[:] = 7.0
        generate_static_data(second, None, None)
        np.testing.assert_array_equal(second.wall_verts, expected)


@given(
    st.one_of(
        arrays(np.float64, (3,), elements=numbers),
        arrays(np.float64, st.tuples(st.integers(1, 5), st.just(3)), elements=numbers),
        arrays(np.int64, (3,), elements=st.integers(-9, 9)),
    ),
    arrays(np.float64, (3,), elements=numbers),
)
def test_cross_products_are_numpys_to_the_last_bit(first, second):
    np.testing.assert_array_equal(quick_numpy().cross(first, second), np.cross(first, second))


@given(
    arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 3)), elements=numbers),
    st.sampled_from([(1, 0, 1), (0, 0, 1), (1, 2.5, 1), (1, 0, 0), (1, 7, 1)]),
)
def test_inserted_columns_are_numpys(array, how):
    place, value, axis = how
    if axis == 0 or place < array.shape[1]:
        ours = quick_numpy().insert(array, place, value, axis=axis)
        np.testing.assert_array_equal(ours, np.insert(array, place, value, axis=axis), strict=True)


@given(arrays(np.float64, st.integers(1, 9), elements=numbers))
def test_norms_are_numpys_to_the_last_bit(vector):
    norm = quick_numpy().linalg.norm
    assert norm(vector) == np.linalg.norm(vector)
    assert type(norm(vector)) is type(np.linalg.norm(vector))
    np.testing.assert_array_equal(norm(vector[None], axis=1), np.linalg.norm(vector[None], axis=1))
    assert norm(vector, 1) == np.linalg.norm(vector, 1)


def test_the_rest_of_numpy_is_numpy():
    assert quick_numpy().sin is np.sin
    assert quick_numpy().linalg.inv is np.linalg.inv
