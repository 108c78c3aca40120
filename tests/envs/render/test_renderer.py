"""Pictures of many worlds: of any size, whoever draws them, and whatever was drawn before."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene import SceneLight
from darla_envs.render.scene_batch import SceneBatch
from darla_envs.render.textures import TextureSet
from toy_scenes import (
    BLUE,
    GREEN,
    RED,
    Face,
    Instance,
    View,
    as_triangles,
    make_scene,
    mesh_set,
    noise,
    texture_set,
)

SIZES = [(1, 1), (1, 9), (9, 1), (3, 2), (16, 16), (37, 23), (64, 5), (65, 3), (130, 7)]
TEXTURES = texture_set(noise(16, 16, 1), noise(7, 5, 2))
ANY_LIGHT = SceneLight(np.array([-0.6, 0.8, 0.0]), np.full(3, 0.4), np.full(3, 0.5))


def ball(rings: int = 4) -> Mesh:
    """Return a round mesh with normals and corners of many colours."""
    around = np.linspace(0, 2 * np.pi, 2 * rings + 1)
    up = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    lat, lon = np.meshgrid(up, around, indexing="ij")
    points = np.stack([np.cos(lat) * np.cos(lon), np.sin(lat), -np.cos(lat) * np.sin(lon)], -1)
    lower, upper = points[:-1], points[1:]
    quads = np.stack([lower[:, :-1], lower[:, 1:], upper[:, 1:], upper[:, :-1]], axis=2)
    quads = quads.reshape(-1, 4, 3)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    at = triangles[..., :2]
    textures = np.where(np.arange(len(triangles)) % 2, 1, -1)
    return Mesh(triangles, triangles, (triangles + 1) / 2, at, textures)


MESHES = mesh_set(ball(), as_triangles(np.array([(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0.0)])))


def random_scene(seed: int):
    """Return walls and instances before a camera at the origin that looks along +x."""
    rng = np.random.default_rng(seed)
    walls = []
    for texture in (-1, 0, 1, 0):
        distance, left, bottom = rng.uniform(3, 8), *rng.uniform(-4, 1, 2)
        wide, high, slant = rng.uniform(1, 6), rng.uniform(1, 6), rng.uniform(-2, 2)
        near, far = distance - slant, distance + slant
        corners = [(near, bottom, left), (far, bottom, left + wide)]
        corners += [(x, y + high, z) for x, y, z in corners[::-1]]
        coordinates = rng.uniform(-3, 3, (3, 2))
        walls.append(Face(np.array(corners), rng.random(3), texture, coordinates))
    instances = [
        Instance(
            int(rng.integers(2)),
            (rng.uniform(1, 5), rng.uniform(-1, 1), rng.uniform(-2, 2)),
            rng.uniform(-3, 3),
            rng.uniform(0.3, 1, 3),
            tint=rng.random(3),
            painted=bool(rng.integers(2)),
            entity=entity,
        )
        for entity in range(3)
    ]
    return make_scene(walls, instances, ANY_LIGHT, rng.random(3))


def random_worlds(count: int) -> SceneBatch:
    scenes = SceneBatch(count)
    for world in range(count):
        scenes.put(world, random_scene(world))
        View(pitch=0.05 * world, yaw=0.2 - 0.1 * world).put(scenes, world)
    return scenes


def pictures_of(renderer: Renderer, scenes: SceneBatch, chosen) -> np.ndarray:
    out = np.full((len(chosen), renderer.height, renderer.width, 3), 77, np.uint8)
    renderer.draw(scenes, MESHES, TEXTURES, np.asarray(chosen, np.int64), out)
    return out


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_pictures_of_any_size_are_filled_to_the_edges(width, height, antialias):
    view = View(width, height, antialias=antialias)
    assert (view.draw(make_scene(sky=(0.2, 0.4, 0.6))) == (51, 102, 153)).all()
    assert (view.draw(make_scene([Face(view.wall(), tint=RED)])) == 255 * RED).all()
    left = width // 2
    half = view.draw(make_scene([Face(view.wall(right=left), tint=RED)], sky=BLUE))
    assert (half[:, :left] == 255 * RED).all() and (half[:, left:] == 255 * BLUE).all()


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_textures_reach_to_the_edges_of_pictures_of_any_size(width, height, antialias):
    view = View(width, height, antialias=antialias)
    picture = noise(height, width)
    drawn = view.draw(make_scene([Face(view.wall(), texture=0)]), texture_set(picture))
    assert np.abs(drawn.astype(int) - picture).max() <= 1


@pytest.mark.parametrize("antialias", [False, True])
def test_a_larger_picture_of_the_same_view_shows_the_same(antialias):
    """Every third pixel of a picture three times as large has the same centre."""
    scene = random_scene(3)
    small = View(13, 9, antialias=False)
    large = View(39, 27, antialias=False)
    for ours, theirs in zip(
        small.measure(scene, MESHES), large.measure(scene, MESHES), strict=True
    ):
        np.testing.assert_allclose(ours, theirs[1::3, 1::3], rtol=1e-3)


def test_threads_order_and_company_do_not_change_a_picture():
    count = 26  # enough for three threads
    scenes = random_worlds(count)
    alone = Renderer(37, 23, num_threads=1)
    expected = pictures_of(alone, scenes, range(count))
    assert len({picture.tobytes() for picture in expected}) == count
    for threads in (2, 3):
        renderer = Renderer(37, 23, num_threads=threads)
        np.testing.assert_array_equal(pictures_of(renderer, scenes, range(count)), expected)
        for chosen in ([4], [6, 0, 3], [5, 5, 1], list(reversed(range(count)))):
            np.testing.assert_array_equal(pictures_of(renderer, scenes, chosen), expected[chosen])
        renderer.close()
    for world in range(count):
        single = SceneBatch(1)
        single.put(0, random_scene(world))
        View(pitch=0.05 * world, yaw=0.2 - 0.1 * world).put(single)
        np.testing.assert_array_equal(pictures_of(alone, single, [0])[0], expected[world])


@pytest.mark.parametrize("antialias", [False, True])
def test_nothing_is_left_of_pictures_drawn_before(antialias):
    one = Renderer(37, 23, antialias=antialias, num_threads=1)
    scenes = random_worlds(5)
    empty, large = SceneBatch(1), SceneBatch(1)
    large.put(0, make_scene([Face(View().wall(), texture=0)] * 40))
    for world in (0, 3, 1, 4, 2, 0):
        fresh = Renderer(37, 23, antialias=antialias, num_threads=1)
        expected = pictures_of(fresh, scenes, [world])
        np.testing.assert_array_equal(pictures_of(one, scenes, [world]), expected)
        distances, entities = one.measure(scenes, MESHES, np.array([world]))
        expected = fresh.measure(scenes, MESHES, np.array([world]))
        np.testing.assert_array_equal(distances, expected[0])
        np.testing.assert_array_equal(entities, expected[1])
        assert (pictures_of(one, empty, [0]) == 0).all()
        pictures_of(one, large, [0])


def test_drawing_goes_on_after_closing():
    scenes = random_worlds(16)
    renderer = Renderer(9, 8, num_threads=2)
    before = pictures_of(renderer, scenes, range(16))
    renderer.close()
    renderer.close()
    np.testing.assert_array_equal(pictures_of(renderer, scenes, range(16)), before)
    renderer.close()


def test_pictures_go_straight_into_a_part_of_an_array():
    scenes = random_worlds(3)
    renderer = Renderer(9, 8, num_threads=1)
    expected = pictures_of(renderer, scenes, [0, 1, 2])
    all_of_them = np.full((6, 8, 9, 3), 77, np.uint8)
    renderer.draw(scenes, MESHES, TEXTURES, np.array([0, 1, 2]), all_of_them[2:5])
    np.testing.assert_array_equal(all_of_them[2:5], expected)
    assert (all_of_them[[0, 1, 5]] == 77).all()


def test_no_worlds_are_drawn_when_none_are_chosen():
    scenes, nobody = random_worlds(2), np.zeros(0, np.int64)
    renderer = Renderer(9, 8, num_threads=2)
    assert pictures_of(renderer, scenes, []).shape == (0, 8, 9, 3)
    distances, entities = renderer.measure(scenes, MESHES, nobody)
    assert distances.shape == entities.shape == (0, 8, 9)


def test_worlds_of_different_sizes_and_empty_sets():
    scenes = SceneBatch(2, num_faces=1, num_instances=1)
    scenes.put(0, make_scene([Face(View().wall(), tint=RED)] * 9))
    scenes.put(1, make_scene(sky=GREEN))
    for world in range(2):
        View().put(scenes, world)
    out = np.empty((2, 16, 16, 3), np.uint8)
    Renderer(16, 16, num_threads=1).draw(scenes, MeshSet(), TextureSet(), np.arange(2), out)
    assert (out[0] == 255 * RED).all() and (out[1] == 255 * GREEN).all()


def test_meshes_and_textures_may_be_added_between_pictures():
    view = View(8, 8)
    meshes, textures = MeshSet(), TextureSet()
    meshes.add("wall", as_triangles(view.wall()))
    first = make_scene(instances=[Instance(0, tint=RED)])
    assert (view.draw(first, textures, meshes) == 255 * RED).all()
    picture = noise(8, 8)
    texture = textures.add("noise", picture)
    larger = np.concatenate([as_triangles(view.wall()).vertices] * 30)
    mesh = meshes.add("walls", Mesh.plain(larger, larger))
    second = make_scene([Face(view.wall(distance=1.0), texture=texture)], [Instance(mesh)])
    assert np.abs(view.draw(second, textures, meshes).astype(int) - picture).max() <= 1
    assert (view.draw(first, textures, meshes) == 255 * RED).all()


def test_the_field_of_view_and_the_pose_are_those_of_each_world():
    scenes = SceneBatch(2)
    wall = np.array([(4, -1, -1), (4, -1, 1), (4, 1, 1), (4, 1, -1)], float)
    for world, fov_y in enumerate((math.pi / 2, 2 * math.atan(0.25))):
        scenes.put(world, make_scene([Face(wall, tint=RED)]))
        View(fov_y=fov_y).put(scenes, world)
    out = np.empty((2, 16, 16, 3), np.uint8)
    Renderer(16, 16, num_threads=1).draw(scenes, MESHES, TEXTURES, np.arange(2), out)
    assert (out[0] == 255 * RED).all(axis=-1).sum() == 16
    assert (out[1] == 255 * RED).all()


def test_measuring_does_not_depend_on_antialiasing():
    scene = random_scene(2)
    smooth = View(37, 23).measure(scene, MESHES)
    plain = View(37, 23, antialias=False).measure(scene, MESHES)
    for ours, theirs in zip(smooth, plain, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), yaw=st.floats(-3.1, 3.1), pitch=st.floats(-1.5, 1.5))
def test_a_pixel_is_the_mean_of_four_of_a_picture_four_times_as_large(seed, yaw, pitch):
    """There pixels have their centres where the four samples of a pixel are."""
    rng = np.random.default_rng(seed)
    fronts = [Face(rng.uniform(-5, 5, (3, 3)), tint=rng.random(3)) for _ in range(10)]
    backs = [Face(face.corners[::-1], tint=face.tint) for face in fronts]
    scene = make_scene([*fronts, *backs], sky=(0.1, 0.2, 0.3))
    large = View(96, 72, yaw=yaw, pitch=pitch, antialias=False).draw(scene)
    pixels = large.reshape(18, 4, 24, 4, 3)
    expected = np.mean([pixels[:, row, :, (2, 0, 3, 1)[row]] for row in range(4)], axis=0)
    ours = View(24, 18, yaw=yaw, pitch=pitch).draw(scene)
    differ = np.abs(ours - expected).max(axis=-1) > 1
    assert differ.sum() <= 2  # samples that lie on an edge, or where two surfaces cross
