"""Scenes: light on flat surfaces, and other looks."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.render.scene import (
    CEILING,
    FLOOR,
    FRAME,
    GLOBAL_AMBIENT,
    WALL,
    Look,
    Scene,
    SceneLight,
    repaint,
)
from toy_scenes import Face, Instance, make_scene

PLACE = np.zeros((4, 3))
LIGHT = SceneLight(np.array([0.0, 1.0, 0.0]), np.array([0.5, 0.6, 0.7]), np.array([0.4, 0.3, 0.2]))


def room() -> Scene:
    faces = [
        Face(PLACE, tint=(0.1 * role, 0.5, 0.9), role=role)
        for role in (FLOOR, CEILING, WALL, FRAME, WALL)
    ]
    instances = [Instance(0, tint=(0.3, 0.2, 0.1)), Instance(1, painted=True)]
    return make_scene(faces, instances, LIGHT, sky=(0.25, 0.82, 1.0))


def assert_same(ours: Scene, theirs: Scene, but: set[str]) -> None:
    """Assert that scenes are equal except in the fields of these names."""
    for part in ("faces", "instances", "light"):
        for each in fields(getattr(ours, part)):
            if f"{part}.{each.name}" not in but:
                pair = (getattr(getattr(scene, part), each.name) for scene in (ours, theirs))
                np.testing.assert_array_equal(*pair, err_msg=f"{part}.{each.name}")
    if "sky" not in but:
        np.testing.assert_array_equal(ours.sky, theirs.sky)


def test_flat_surfaces_are_lit_by_their_angle_to_the_light():
    slanted = (np.sqrt(0.75), 0.5, 0.0)
    normals = np.array([(0, 1, 0), slanted, (1, 0, 0), (0, -1, 0)])
    tints = np.array([(1, 1, 1), (1, 0.5, 0), (1, 1, 1), (0.5, 0.5, 0.5)])
    expected = [(0.9, 0.9, 0.9), (0.7, 0.375, 0), (0.5, 0.6, 0.7), (0.25, 0.3, 0.35)]
    np.testing.assert_allclose(LIGHT.on_flat(normals, tints), expected)


@given(st.floats(0, 5), st.floats(0, 5))
def test_light_is_full_at_most(ambient, diffuse):
    light = SceneLight(np.array([0.0, 1.0, 0.0]), np.full(3, ambient), np.full(3, diffuse))
    lit = light.on_flat(np.array([(0.0, 1.0, 0.0)]), np.ones((1, 3)))
    np.testing.assert_allclose(lit, min(ambient + diffuse, 1.0))


def test_no_look_changes_nothing():
    scene = room()
    assert_same(repaint(scene, Look()), scene, set())


@pytest.mark.parametrize(("name", "role"), [("floor", FLOOR), ("wall", WALL), ("ceiling", CEILING)])
def test_a_colour_goes_to_the_faces_of_its_role(name, role):
    scene, color = room(), (0.2, 0.0, 1.0)
    seen = repaint(scene, Look(**{name: color}))
    assert_same(seen, scene, {"faces.tints"})
    painted = scene.faces.roles == role
    np.testing.assert_array_equal(seen.faces.tints[painted], np.tile(color, (painted.sum(), 1)))
    np.testing.assert_array_equal(seen.faces.tints[~painted], scene.faces.tints[~painted])


def test_all_objects_are_painted():
    scene = room()
    seen = repaint(scene, Look(objects=(0.0, 0.5, 1.0)))
    assert_same(seen, scene, {"instances.tints", "instances.painted"})
    np.testing.assert_array_equal(seen.instances.tints, [(0.0, 0.5, 1.0)] * 2)
    assert seen.instances.painted.all()


def test_objects_of_an_empty_world_are_painted():
    seen = repaint(make_scene(), Look(objects=(0.0, 0.5, 1.0)))
    assert len(seen.instances.painted) == 0


def test_the_sky_is_painted():
    scene = room()
    seen = repaint(scene, Look(sky=(1.0, 0.5, 0.0)))
    assert_same(seen, scene, {"sky"})
    np.testing.assert_array_equal(seen.sky, (1.0, 0.5, 0.0))


@given(st.floats(0, 3))
def test_light_is_scaled_except_for_that_of_opengl(factor):
    scene = room()
    seen = repaint(scene, Look(light=factor))
    assert_same(seen, scene, {"light.ambient", "light.diffuse"})
    np.testing.assert_allclose(seen.light.diffuse, LIGHT.diffuse * factor)
    np.testing.assert_allclose(
        seen.light.ambient - GLOBAL_AMBIENT, (LIGHT.ambient - GLOBAL_AMBIENT) * factor, atol=1e-12
    )


def test_the_scene_that_is_repainted_stays_as_it_was():
    scene, before = room(), room()
    repaint(scene, Look((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), 0.3))
    assert_same(scene, before, set())


@pytest.mark.parametrize("name", ["floor", "wall", "ceiling", "objects", "sky"])
@pytest.mark.parametrize("value", [(0.5, 0.5), (0.5, 0.5, 1.5), (-0.1, 0, 0), (0, float("nan"), 0)])
def test_what_is_no_colour_is_refused(name, value):
    with pytest.raises(ValueError) as error:
        repaint(room(), Look(**{name: value}))
    assert str(error.value) == f"{name} must be three numbers in [0, 1], not {value}"


@pytest.mark.parametrize("light", [-0.1, float("nan")])
def test_light_that_cannot_be_is_refused(light):
    with pytest.raises(ValueError, match="light must be at least 0, not"):
        repaint(room(), Look(light=light))
