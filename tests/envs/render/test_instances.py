"""Meshes in poses: where their triangles are and how their corners are lit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla_envs.render.scene import SceneLight
from toy_scenes import (
    BLUE,
    RED,
    WHITE,
    Face,
    Instance,
    View,
    as_triangles,
    assert_close,
    make_scene,
    mesh_set,
    noise,
    texture_set,
)

VIEW = View(16, 16)
WALL = VIEW.wall()
TO_THE_EYE = (-1.0, 0.0, 0.0)
few = settings(max_examples=25)


def turned(vertices: np.ndarray, yaw: float) -> np.ndarray:
    """Turn vectors to the left, as MiniWorld turns entities."""
    x, y, z = np.moveaxis(vertices, -1, 0)
    cosine, sine = math.cos(yaw), math.sin(yaw)
    return np.stack([x * cosine + z * sine, y, z * cosine - x * sine], axis=-1)


def test_a_mesh_looks_like_faces_in_its_place():
    tint = (0.2, 0.4, 1.0)
    assert (VIEW.draw_mesh(as_triangles(WALL), tint=tint) == (51, 102, 255)).all()


@few
@given(
    yaw=st.floats(-3.1, 3.1),
    away=st.floats(-0.6, 0.6),
    distance=st.floats(1.5, 6),
    scale=st.tuples(*[st.floats(0.3, 2)] * 3),
)
def test_a_mesh_is_scaled_turned_and_moved(yaw, away, distance, scale):
    """A textured square in a pose, and the same square given as a face where that puts it."""
    square = np.array([(0, -1, -1), (0, -1, 1), (0, 1, 1), (0, 1, -1)], float)
    square = turned(square, -yaw) + turned(np.array([0.3, 0.2, -0.1]), -yaw)  # about faces the eye
    view = View(24, 24, position=(-1.0, 0.5, 0.2), yaw=0.2, antialias=False)
    position = np.array([distance, 0.2, away])
    placed = turned(square * scale, yaw) + position
    texture = texture_set(np.minimum(noise(8, 8), 180))
    face = Face(placed, texture=0)
    expected = view.draw(make_scene([face], sky=BLUE), texture)
    mesh, pose = as_triangles(square, texture=0), {"position": position, "yaw": yaw, "scale": scale}
    ours = view.draw_mesh(mesh, texture, sky=BLUE, **pose)
    differ = np.abs(ours.astype(int) - expected).max(axis=-1) > 2
    assert differ.sum() <= 3  # pixels whose sample lies on an edge
    if math.cos(yaw) > 0:
        assert (expected != 255 * BLUE).any()


def test_light_falls_by_the_angle_to_the_normal():
    light = SceneLight(np.array([-0.6, 0.8, 0.0]), np.full(3, 0.1), np.array([0.5, 0.25, 1.0]))
    for normal, facing in (
        (TO_THE_EYE, 0.6),
        ((0.0, 1.0, 0.0), 0.8),
        ((0.0, 0.0, 1.0), 0.0),
        ((1.0, 0.0, 0.0), 0.0),
    ):
        picture = VIEW.draw_mesh(as_triangles(WALL, normal), light=light)
        assert_close(picture, 255 * (0.1 + facing * light.diffuse))


@pytest.mark.parametrize("yaw", [0.7, -2.0])
def test_normals_turn_with_the_mesh(yaw):
    light = SceneLight(np.array([-0.48, 0.6, 0.64]), np.zeros(3), np.ones(3))
    own = turned(WALL, -yaw)
    normal = np.array([-0.36, 0.48, 0.8])
    mesh = as_triangles(own, turned(normal, -yaw))
    assert_close(VIEW.draw_mesh(mesh, light=light, yaw=yaw), 255 * (normal @ light.direction))


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.3])
def test_normals_are_scaled(scale):
    light = SceneLight(np.array([-1.0, 0.0, 0.0]), np.full(3, 0.2), np.full(3, 0.5))
    picture = VIEW.draw_mesh(as_triangles(WALL, TO_THE_EYE), light=light, normal_scale=scale)
    assert_close(picture, 255 * (0.2 + 0.5 * scale))


def test_scaling_a_mesh_does_not_change_its_light():
    light = SceneLight(np.array([-1.0, 0.0, 0.0]), np.full(3, 0.2), np.full(3, 0.5))
    mesh = as_triangles(WALL / 2, TO_THE_EYE)
    assert_close(VIEW.draw_mesh(mesh, light=light, scale=(2.0, 2.0, 2.0)), 255 * 0.7)


def test_light_is_full_at_most():
    light = SceneLight(np.array([-1.0, 0.0, 0.0]), np.full(3, 0.9), np.array([0.0, 0.5, 5.0]))
    colors = np.tile((0.5, 1.0, 0.5), (4, 1))
    picture = VIEW.draw_mesh(as_triangles(WALL, TO_THE_EYE, colors), light=light)
    assert_close(picture, np.array([0.45 * 255, 255, 255]))


def test_a_tint_multiplies_the_colours_of_a_mesh():
    colors = np.tile((0.8, 0.5, 0.2), (4, 1))
    picture = VIEW.draw_mesh(as_triangles(WALL, colors=colors), tint=(0.5, 1.0, 0.0))
    assert_close(picture, 255 * np.array([0.4, 0.5, 0.0]))


def test_paint_leaves_only_the_brightness_of_a_mesh():
    colors = np.tile((0.8, 0.5, 0.2), (4, 1))
    picture = VIEW.draw_mesh(as_triangles(WALL, colors=colors), tint=(0.5, 1.0, 0.0), painted=True)
    assert_close(picture, 255 * 0.8 * np.array([0.5, 1.0, 0.0]))


def test_colours_vary_between_corners():
    colors = np.array([(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)], float)
    picture = View(16, 16, antialias=False).draw_mesh(as_triangles(WALL, colors=colors))
    middles = (np.arange(16) + 0.5) / 16
    expected = np.zeros((16, 16, 3))
    expected[..., 0] = 255 * middles
    expected[..., 2] = 255 * (1 - middles[:, None])
    assert_close(picture, expected)


def test_colours_vary_as_perspective_has_it():
    """A wall that recedes from 1 m to 3 m: half of its length is not half of the picture."""
    view = View(16, 16, antialias=False)
    near, far = 1.0, 3.0
    corners = [(0, 16, near), (16, 16, far), (16, 0, far), (0, 0, near)]
    wall = np.array([view.point(*corner) for corner in corners])
    colors = np.array([(0, 0, 0), (1, 1, 1), (1, 1, 1), (0, 0, 0)], float)
    across = (np.arange(16) + 0.5) / 16
    share = across / far / ((1 - across) / near + across / far)
    expected = np.tile(255 * share[None, :, None], (16, 1, 3))
    assert_close(view.draw_mesh(as_triangles(wall, colors=colors)), expected)


def test_textures_are_lit_with_varying_colours():
    colors = np.array([(0, 0, 0), (1, 1, 1), (1, 1, 1), (0, 0, 0)], float)
    picture = noise(16, 16)
    mesh = as_triangles(WALL, colors=colors, texture=0)
    drawn = View(16, 16, antialias=False).draw_mesh(mesh, texture_set(picture))
    light = ((np.arange(16) + 0.5) / 16)[None, :, None]
    assert_close(drawn, picture * light)


def test_backs_are_not_drawn():
    assert (VIEW.draw_mesh(as_triangles(WALL[::-1])) == 0).all()
    assert (VIEW.draw_mesh(as_triangles(WALL)) == 255).all()


@pytest.mark.parametrize(
    "position", [(-4.5, 0, 0), (-2.0, 0, 0), (0, 50, 0), (0, 0, -50), (99, 0, 0)]
)
def test_what_is_out_of_view_is_not_drawn(position):
    assert (VIEW.draw_mesh(as_triangles(WALL), position=position) == 0).all()


def test_a_instance_through_the_near_plane_is_cut():
    """A floor that reaches behind the camera, as a mesh and as a face."""
    floor = np.array([(-3, -1, -4), (-3, -1, 4), (5, -1, 4), (5, -1, -4)], float)
    view = View(32, 24, yaw=0.3, pitch=-0.2, antialias=False)
    face = view.draw(make_scene([Face(floor, tint=RED)], sky=BLUE))
    mesh = view.draw_mesh(as_triangles(floor, (0, 1, 0)), sky=BLUE, tint=RED)
    assert 0 < (face == 255 * RED).all(axis=-1).mean() < 1
    differ = (mesh != face).any(axis=-1)
    assert differ.sum() <= 2


def test_a_triangle_with_one_corner_behind_the_camera_covers_what_is_ahead():
    ahead = np.array([(-9, -0.5, 0), (3, -0.5, 3), (3, -0.5, -3)], float)
    view = View(20, 20, antialias=False)
    distances, entities = view.measure(
        make_scene(instances=[Instance(0, entity=4)]), mesh_set(as_triangles(ahead, (0, 1, 0)))
    )
    rows = np.arange(20) + 0.5
    expected = 10 * 0.5 / (rows - 10)  # of the ground in each row below the horizon
    seen = entities == 4
    # At distance d the triangle is (d + 9) / 4 m wide each side, more than the view for d < 3.
    np.testing.assert_array_equal(seen.all(axis=1), (expected > 0) & (expected < 3))
    np.testing.assert_array_equal(seen.any(axis=1), (expected > 0) & (expected < 3))
    measured = distances[seen.all(axis=1)]
    np.testing.assert_allclose(measured, np.tile(expected[-len(measured) :], (20, 1)).T, rtol=1e-4)


def test_a_instance_that_is_not_there_is_not_drawn():
    scene = make_scene(instances=[Instance(-1), Instance(0, tint=RED), Instance(-1)])
    picture = VIEW.draw(scene, None, mesh_set(as_triangles(WALL)))
    assert (picture == 255 * RED).all()


def test_each_instance_has_its_own_mesh_and_pose():
    meshes = mesh_set(as_triangles(VIEW.wall(right=8)), as_triangles(VIEW.wall(left=8)))
    scene = make_scene(instances=[Instance(1, tint=RED), Instance(0, tint=BLUE)])
    picture = VIEW.draw(scene, None, meshes)
    assert (picture[:, :8] == 255 * BLUE).all()
    assert (picture[:, 8:] == 255 * RED).all()


def test_faces_are_drawn_before_instances_in_the_same_place():
    scene = make_scene([Face(WALL, tint=RED)], [Instance(0, tint=WHITE)])
    assert (VIEW.draw(scene, None, mesh_set(as_triangles(WALL))) == 255 * RED).all()
