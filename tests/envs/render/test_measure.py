"""How far away and whose each pixel is."""

import numpy as np

from darla_envs.render.scene import ROOM_ENTITY, SKY_ENTITY
from toy_scenes import Face, View, make_scene


def test_a_wall_is_as_far_as_it_stands():
    view = View(20, 10)
    distances, entities = view.measure(
        make_scene(
            [Face(view.wall(distance=3.5)), Face(view.wall(right=5, distance=1.25), entity=6)]
        )
    )
    assert distances.dtype == np.float32 and entities.dtype == np.int32
    np.testing.assert_allclose(distances[:, :5], 1.25, rtol=1e-5)
    np.testing.assert_allclose(distances[:, 5:], 3.5, rtol=1e-5)
    assert (entities[:, :5] == 6).all() and (entities[:, 5:] == ROOM_ENTITY).all()


def test_distances_are_along_the_view_at_the_centres_of_pixels():
    view = View(12, 10, position=(0, 2, 0), pitch=-0.4)
    floor = np.array([(-50, 0, -50), (-50, 0, 50), (50, 0, 50), (50, 0, -50)], float)
    distances, entities = view.measure(make_scene([Face(floor)]))
    rows = np.arange(10) + 0.5
    down = -np.sin(-0.4) - np.cos(-0.4) * (1 - rows / 5)  # per metre along the view
    expected = np.where(down > 2 / 40, 2 / np.maximum(down, 1e-9), np.inf)
    near = expected < 40
    np.testing.assert_allclose(distances[near], np.tile(expected[near], (12, 1)).T, rtol=1e-3)
    assert (entities[near] == ROOM_ENTITY).all()


def test_sky_is_infinitely_far():
    distances, entities = View().measure(make_scene([Face(View().wall(right=8))]))
    assert np.isinf(distances[:, 8:]).all() and (distances[:, 8:] > 0).all()
    assert (entities[:, 8:] == SKY_ENTITY).all()
