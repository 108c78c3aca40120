"""What cannot be drawn, and what drawing does without."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene_batch import SceneBatch
from darla_envs.render.scratch import MOST_POLYGONS, MOST_WIDTH
from darla_envs.render.textures import TextureSet, level_rows
from toy_scenes import RED, Face, Instance, View, as_triangles, make_scene, mesh_set


def crowd(triangles: int):
    """Return a world that shows so many polygons: a wall and some triangles before it."""
    wall = as_triangles(View(2, 2).wall()).vertices[0]
    mesh = Mesh.plain(np.tile(wall, (triangles - 1, 1, 1)), np.ones((triangles - 1, 3, 3)))
    return make_scene([Face(View(2, 2).wall(distance=3.0), tint=RED)], [Instance(0)]), mesh_set(
        mesh
    )


def test_as_many_polygons_are_drawn_as_keys_can_tell_apart():
    view = View(2, 2, antialias=False)
    scene, meshes = crowd(MOST_POLYGONS)
    picture = view.draw(scene, None, meshes)
    assert (picture[1, 1] == 255).all()  # the first of the triangles
    assert (picture[0, 0] == 255 * RED).all()


def test_too_many_polygons_are_an_error():
    view = View(2, 2, antialias=False)
    scene, meshes = crowd(MOST_POLYGONS + 1)
    expected = "world 0 shows more than 65,535 polygons; draw meshes of fewer triangles"
    with pytest.raises(ValueError) as error:
        view.draw(scene, None, meshes)
    assert str(error.value) == expected
    with pytest.raises(ValueError) as error:
        view.measure(scene, meshes)
    assert str(error.value) == expected
    assert (view.draw(make_scene(sky=RED), None, meshes) == 255 * RED).all()


def test_polygons_out_of_view_do_not_count():
    view = View(2, 2, antialias=False)
    _, meshes = crowd(MOST_POLYGONS + 1)
    away = make_scene([Face(view.wall(), tint=RED)], [Instance(0, position=(-9.0, 0.0, 0.0))])
    assert (view.draw(away, None, meshes) == 255 * RED).all()


@pytest.mark.parametrize(
    ("kwargs", "told"),
    [
        ({"width": 0}, f"the pictures' width is 0, but must be from 1 to {MOST_WIDTH}"),
        ({"height": -3}, f"the pictures' height is -3, but must be from 1 to {MOST_WIDTH}"),
        ({"width": 5000}, f"the pictures' width is 5000, but must be from 1 to {MOST_WIDTH}"),
        ({"num_threads": 0}, "num_threads is 0, but must be at least 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(kwargs, told):
    with pytest.raises(ValueError) as error:
        Renderer(**{"width": 8, "height": 8, **kwargs})
    assert str(error.value) == told


@pytest.mark.parametrize(
    "out",
    [
        np.zeros((2, 8, 9, 3), np.uint8),
        np.zeros((1, 9, 8, 3), np.uint8),
        np.zeros((1, 8, 9, 4), np.uint8),
        np.zeros((1, 8, 9, 3), np.float32),
        np.zeros((1, 8, 18, 3), np.uint8)[:, :, ::2],
        np.zeros((1, 3, 8, 9), np.uint8).transpose(0, 2, 3, 1),
    ],
)
def test_pictures_go_into_arrays_of_their_shape_only(out):
    renderer, scenes = Renderer(9, 8, num_threads=1), SceneBatch(1)
    with pytest.raises(ValueError, match=r"C-contiguous uint8 array \(1, 8, 9, 3\), not"):
        renderer.draw(scenes, MeshSet(), TextureSet(), np.zeros(1, np.int64), out)


def test_drawing_needs_only_numpy_and_numba():
    code = """
        import sys

        MISSING = {"gymnasium", "miniworld", "pyglet", "torch", "PIL", "scipy", "matplotlib"}

        class Without:
            def __init__(self, finder):
                self.finder = finder
            def find_spec(self, name, path=None, target=None):
                found = name.partition(".")[0] in MISSING
                return None if found else self.finder.find_spec(name, path, target)

        sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
        import numpy as np
        from darla_envs.render.meshes import MeshSet
        from darla_envs.render.renderer import Renderer
        from darla_envs.render.scene_batch import SceneBatch
        from darla_envs.render.textures import TextureSet

        scenes = SceneBatch(1)
        scenes.lights.sky[:] = (0.2, 0.4, 1.0)
        out = np.empty((1, 8, 8, 3), np.uint8)
        Renderer(8, 8, num_threads=1).draw(scenes, MeshSet(), TextureSet(), np.arange(1), out)
        assert (out == (51, 102, 255)).all()
        assert not MISSING & {name.partition(".")[0] for name in sys.modules}
        """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numbers_of_what_does_not_exist_are_errors():
    view = View(4, 4)
    scene = make_scene([Face(view.wall(), tint=RED)], [Instance(0)])
    _, meshes = crowd(3)
    with pytest.raises(ValueError, match="scenes have mesh number 0, but there are 0"):
        view.draw(scene, None, MeshSet())
    scene.faces.textures[:] = 2
    with pytest.raises(ValueError, match="scenes have texture number 2, but there are 0"):
        view.draw(scene, None, meshes)


def test_worlds_that_do_not_exist_are_an_error():
    scenes, renderer = SceneBatch(2), Renderer(4, 4, num_threads=1)
    pictures = np.empty((1, 4, 4, 3), np.uint8)
    for world in (-1, 2):
        with pytest.raises(ValueError, match="there are worlds 0 to 1, not"):
            renderer.draw(scenes, MeshSet(), TextureSet(), np.array([world]), pictures)


def test_the_last_texture_is_never_read_beyond_its_end():
    """Kernels read one level beyond the smallest one; there must be room for it."""
    for side in (1, 2, 3, 17, 64, 100):
        textures = TextureSet()
        textures.add("last", np.zeros((side, 2 * side, 3), np.uint8))
        arrays = textures.arrays
        beyond = level_rows(side, arrays.last_levels[0] + 2)[-1]
        assert len(arrays.texels) >= (beyond + 3) * (2 * side + 2)
