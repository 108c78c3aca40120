"""MiniWorld without OpenGL, beside MiniWorld with it."""

import gymnasium as gym
import numpy as np
import pyglet
import pytest

from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.miniworlds.miniworlds import MiniWorlds
from darla_envs.miniworlds.without_gl import TextureRecord, VertexRecord, without_gl
from miniworld_gallery import GALLERY, Gallery

# isort: split
from miniworld import miniworld, objmesh
from miniworld.objmesh import ObjMesh
from miniworld.opengl import Texture

HERE = np.array([0])
ACTIONS = (2, 0, 2, 2, 1, 2)


@pytest.mark.parametrize("env_id", ["MiniWorld-ThreeRooms-v0", GO_TO_OBJECT])
def test_environments_with_opengl_are_not_touched(env_id):
    def play(env):
        frames = [env.reset(seed=4)[0], *(env.step(action)[0] for action in ACTIONS)]
        return np.stack(frames)

    before = gym.make(env_id)
    expected = play(before)
    worlds = MiniWorlds(env_id, 2, num_threads=1, obs_width=64, obs_height=64)
    pictures = np.empty((2, 64, 64, 3), np.uint8)
    both = np.arange(2)
    worlds.reset(both, [4, 5])
    worlds.draw(both, pictures)
    after = gym.make(env_id)
    for env in (before, after):
        np.testing.assert_array_equal(play(env), expected)
        worlds.reset(both, [6, 7])
        worlds.step(both, np.zeros(2, int))
    again = np.empty_like(pictures)
    worlds.reset(both, [4, 5])
    worlds.draw(both, again)
    np.testing.assert_array_equal(pictures, again)
    for each in (before, after, worlds):
        each.close()


def test_nothing_of_opengl_is_made(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("OpenGL was asked for")

    contexts = len(pyglet.app.windows)
    monkeypatch.setattr(pyglet.window.Window, "__init__", refuse)
    monkeypatch.setattr(Texture, "load", refuse)
    for name in ("glEnable", "glBegin", "glClear", "glGenQueries"):
        monkeypatch.setattr(miniworld, name, refuse, raising=False)
    worlds = MiniWorlds("MiniWorld-PickupObjects-v0", 2, num_threads=1)
    worlds.reset(np.arange(2), [1, 2])
    worlds.step(np.arange(2), np.array([2, 2]))
    worlds.close()
    worlds.close()
    assert len(pyglet.app.windows) == contexts


def test_names_are_put_back_after_an_error():
    before = (Texture.load, Texture.tex_cache, ObjMesh.cache, objmesh.pyglet, miniworld.FrameBuffer)
    with pytest.raises(RuntimeError, match="halfway"), without_gl():
        assert miniworld.FrameBuffer is not before[-1]
        raise RuntimeError("halfway")
    after = (Texture.load, Texture.tex_cache, ObjMesh.cache, objmesh.pyglet, miniworld.FrameBuffer)
    assert before == after


def test_records_keep_what_a_renderer_needs():
    with without_gl():
        texture, mesh = Texture.get("marble"), ObjMesh.get("potion")
    assert isinstance(texture.tex, TextureRecord)
    assert texture.tex.path.endswith("marble_1.png")
    assert (texture.width, texture.height) == (texture.tex.width, texture.tex.height)
    assert all(isinstance(part, VertexRecord) for part in mesh.vlists)
    assert sum(len(part.positions) for part in mesh.vlists) == 124
    assert mesh.vlists[0].colors.shape[1:] == (3, 3)


class Painter(Gallery):
    def render_obs(self, frame_buffer=None):
        return 255 - super().render_obs(frame_buffer)


class Inverter(Gallery):
    def step(self, action):
        observation, *rest = super().step(action)
        return (255 - observation, *rest)


class Looker(Gallery):
    def step(self, action):
        self.get_visible_ents()
        return super().step(action)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Painter, "Painter draws in its own way"),
        (Inverter, "changes the pictures"),
        (Looker, r"Looker calls get_visible_ents\(\), which needs OpenGL"),
    ],
)
def test_what_a_batch_cannot_do_is_said(kind, message):
    gym.register("Toy/Own-v0", entry_point=kind)
    try:
        with pytest.raises(ValueError, match=message):
            worlds = MiniWorlds("Toy/Own-v0", 1, num_threads=1)
            worlds.reset(HERE, [0])
            worlds.step(HERE, np.array([0]))
    finally:
        del gym.registry["Toy/Own-v0"]


def test_an_environment_of_ones_own_is_not_drawn_by_itself():
    worlds = MiniWorlds(GALLERY, 1, num_threads=1)
    with pytest.raises(ValueError, match=r"calls render\(\)"):
        worlds.envs[0].unwrapped.render()
    worlds.close()
