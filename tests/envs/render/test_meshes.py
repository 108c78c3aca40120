"""Meshes in one pool."""

import numpy as np
import pytest

from darla_envs.render.meshes import Mesh, MeshSet
from toy_scenes import as_triangles, mesh_set

SQUARE = np.array([(0, 0, 0), (2, 0, 0), (2, 1, 0), (0, 1, 0)], float)


def restored(arrays, mesh: int) -> tuple[np.ndarray, ...]:
    """Return a mesh's triangles, each corner with all that is known of it."""
    first, last = arrays.triangle_start[mesh : mesh + 2]
    corners = arrays.triangles[first:last] + arrays.vertex_start[mesh]
    assert (arrays.triangles[first:last] >= 0).all()
    assert (corners < arrays.vertex_start[mesh + 1]).all()
    columns = (arrays.vertices, arrays.normals, arrays.colors, arrays.texture_coordinates)
    return (*(column[corners] for column in columns), arrays.textures[first:last])


def random_mesh(triangles: int, seed: int) -> Mesh:
    rng = np.random.default_rng(seed)
    shape = (triangles, 3, 3)
    vertices, normals, colors = rng.normal(size=shape), rng.normal(size=shape), rng.random(shape)
    at = rng.random((triangles, 3, 2))
    return Mesh(vertices, normals, colors, at, rng.integers(-1, 3, triangles))


def test_corners_that_triangles_share_are_merged():
    arrays = mesh_set(as_triangles(SQUARE)).arrays
    assert len(arrays.vertices) == 4
    assert arrays.triangles.shape == (2, 3)
    np.testing.assert_array_equal(restored(arrays, 0)[0], SQUARE[[[0, 1, 2], [0, 2, 3]]])


def test_corners_of_another_colour_are_kept_apart():
    mesh = as_triangles(SQUARE)
    colors = mesh.colors.copy()
    colors[1] = 0.5
    apart = Mesh(mesh.vertices, mesh.normals, colors, mesh.texture_coordinates, mesh.textures)
    assert len(mesh_set(apart).arrays.vertices) == 6


def test_meshes_stand_end_to_end_and_lose_nothing():
    meshes = [random_mesh(7, 0), as_triangles(SQUARE, texture=5), random_mesh(3, 1)]
    arrays = mesh_set(*meshes).arrays
    np.testing.assert_array_equal(arrays.triangle_start, [0, 7, 9, 12])
    np.testing.assert_array_equal(arrays.vertex_start, [0, 21, 25, 34])
    for number, mesh in enumerate(meshes):
        given = (mesh.vertices, mesh.normals, mesh.colors, mesh.texture_coordinates, mesh.textures)
        for ours, theirs in zip(restored(arrays, number), given, strict=True):
            np.testing.assert_array_equal(ours, theirs.astype(ours.dtype))
    assert all(
        array.flags.c_contiguous and array.dtype in (np.float32, np.int32) for array in arrays
    )


def test_a_sphere_goes_around_each_mesh():
    arrays = mesh_set(as_triangles(SQUARE), random_mesh(9, 3)).arrays
    np.testing.assert_allclose(arrays.bounds[0], (1, 0.5, 0, np.hypot(1, 0.5)), rtol=1e-6)
    own = arrays.vertices[arrays.vertex_start[1] :]
    away = np.linalg.norm(own - arrays.bounds[1, :3], axis=1)
    assert away.max() == pytest.approx(arrays.bounds[1, 3], rel=1e-6)


def test_a_mesh_is_kept_once():
    meshes = MeshSet()
    first = meshes.add("box", random_mesh(2, 0))
    before = meshes.arrays
    assert meshes.add("box", random_mesh(5, 1)) == first
    assert meshes.arrays is before
    assert meshes.add("ball", random_mesh(4, 2)) == 1
    assert (meshes.number("box"), meshes.number("ball")) == (0, 1)
    assert "ball" in meshes and "cone" not in meshes
    np.testing.assert_array_equal(meshes.arrays.triangle_start, [0, 2, 6])


def test_a_plain_mesh_is_white_and_has_no_texture():
    normals = np.tile((0.0, 0.0, 1.0), (1, 3, 1))
    mesh = Mesh.plain(SQUARE[None, :3], normals)
    assert (mesh.colors == 1).all()
    assert mesh.textures.tolist() == [-1]
    assert mesh.texture_coordinates.shape == (1, 3, 2)


def test_a_mesh_without_triangles_is_refused():
    nothing = np.zeros((0, 3, 3))
    with pytest.raises(ValueError, match="mesh 'dust' has no triangles"):
        MeshSet().add("dust", Mesh.plain(nothing, nothing))


def test_a_set_without_meshes_can_be_drawn_with():
    arrays = MeshSet().arrays
    assert len(arrays.vertex_start) == len(arrays.triangle_start) == 2
