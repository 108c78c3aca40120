"""Scenes of many worlds in arrays that grow."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.render.scene import SceneLight
from darla_envs.render.scene_batch import UNTEXTURED, Faces, Instances, SceneBatch
from toy_scenes import Face, Instance, make_scene

LIGHT = SceneLight(np.array([0.0, 1.0, 0.0]), np.array([0.5, 0.6, 0.7]), np.array([0.4, 0.3, 0.2]))


def scene_of(faces: int, instances: int, seed: int = 0):
    """Return a scene of random faces and instances."""
    rng = np.random.default_rng(seed)
    made_faces = [
        Face(
            rng.normal(size=(rng.integers(3, 5), 3)),
            rng.random(3),
            int(rng.integers(-1, 9)),
            rng.random((3, 2)),
            entity=int(rng.integers(-1, 5)),
            normal=(0, 1, 0),
        )
        for _ in range(faces)
    ]
    made_instances = [
        Instance(
            int(rng.integers(9)),
            rng.normal(size=3),
            rng.normal(),
            rng.random(3),
            rng.random(),
            rng.random(3),
            bool(rng.integers(2)),
            int(rng.integers(9)),
        )
        for _ in range(instances)
    ]
    return make_scene(made_faces, made_instances, LIGHT, rng.random(3))


def assert_holds(scenes: SceneBatch, world: int, scene) -> None:
    """Assert that a world is a scene."""
    count = scenes.faces.count[world]
    assert count == len(scene.faces.textures)
    for name in set(Faces._fields) - {"count", "colors"}:
        ours, given = getattr(scenes.faces, name)[world, :count], getattr(scene.faces, name)
        np.testing.assert_array_equal(ours, given.astype(ours.dtype), err_msg=name)
    lit = scene.light.on_flat(scene.faces.normals, scene.faces.tints)
    np.testing.assert_array_equal(scenes.faces.colors[world, :count], lit.astype(np.float32))
    count = scenes.instances.count[world]
    assert count == len(scene.instances.meshes)
    for name in Instances._fields[1:]:
        ours, given = getattr(scenes.instances, name)[world, :count], getattr(scene.instances, name)
        np.testing.assert_array_equal(ours, given.astype(ours.dtype), err_msg=name)
    np.testing.assert_allclose(scenes.lights.direction[world], scene.light.direction, rtol=1e-6)
    np.testing.assert_allclose(scenes.lights.ambient[world], scene.light.ambient, rtol=1e-6)
    np.testing.assert_allclose(scenes.lights.diffuse[world], scene.light.diffuse, rtol=1e-6)
    np.testing.assert_allclose(scenes.lights.sky[world], scene.sky, rtol=1e-6)


def test_worlds_are_empty_at_first():
    scenes = SceneBatch(3, num_faces=2, num_instances=1)
    assert scenes.num_worlds == 3
    assert not scenes.faces.count.any() and not scenes.instances.count.any()
    assert (scenes.faces.textures == UNTEXTURED).all()
    assert (scenes.instances.meshes == -1).all()
    assert scenes.arrays == (scenes.faces, scenes.instances, scenes.lights, scenes.cameras)


sizes = st.tuples(st.integers(0, 12), st.integers(0, 7))


@given(st.lists(st.tuples(st.integers(0, 2), sizes), min_size=1, max_size=8))
def test_worlds_hold_what_was_put_into_them_last(puts):
    scenes, latest = SceneBatch(3, num_faces=2, num_instances=1), {}
    scenes.cameras.yaw[:] = (1, 2, 3)
    for seed, (world, (faces, instances)) in enumerate(puts):
        latest[world] = scene_of(faces, instances, seed)
        scenes.put(world, latest[world])
    for world in range(3):
        if world in latest:
            assert_holds(scenes, world, latest[world])
        else:
            assert scenes.faces.count[world] == scenes.instances.count[world] == 0
    np.testing.assert_array_equal(scenes.cameras.yaw, (1, 2, 3))


def test_there_is_room_to_spare_after_growing():
    scenes = SceneBatch(2, num_faces=2, num_instances=1)
    scenes.put(0, scene_of(5, 3))
    faces, instances = scenes.faces, scenes.instances
    scenes.put(1, scene_of(8, 6))
    assert scenes.faces is faces and scenes.instances is instances
    assert all(len(array) == 2 and array.flags.c_contiguous for array in (*faces, *instances))


def test_dtypes_are_those_that_kernels_take_even_after_growing():
    before, after = SceneBatch(2, 1, 1), SceneBatch(2, 1, 1)
    after.put(0, scene_of(9, 9))
    for ours, theirs in zip(before.arrays, after.arrays, strict=True):
        for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
            assert mine.dtype == other.dtype, name
            assert mine.ndim == other.ndim, name
