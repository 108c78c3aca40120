"""Scenes of MiniWorld environments look as MiniWorld draws them."""

import gymnasium as gym
import numpy as np
import pytest

from darla_envs.miniworlds import entity_looks
from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.miniworlds.entity_looks import UNTEXTURED, FacePart, MeshPart, draw_as
from darla_envs.miniworlds.miniworld_scene import scene_of
from darla_envs.miniworlds.miniworlds import MiniWorlds
from darla_envs.render.meshes import Mesh
from miniworld_gallery import (
    GALLERY,
    MESHES,
    PILLAR_CORNERS,
    PILLAR_NORMAL,
    Gallery,
    Pillar,
    TallBox,
)
from parity import CompareConfig, compare_all, measures, pose_pairs

# isort: split
from miniworld.entity import MeshEnt
from miniworld.miniworld import Room

HERE = np.array([0])


def drawn_twice(entity=None, turns=0, width=80, height=60):
    """Return MiniWorld's picture and ours of the same gallery, (1, 2, H, W, 3)."""
    size = {"obs_width": width, "obs_height": height}
    stock = gym.make(GALLERY, entity=entity, window_width=width, window_height=height, **size)
    worlds = MiniWorlds(GALLERY, 1, num_threads=1, env_kwargs={"entity": entity}, **size)
    pair = np.empty((1, 2, height, width, 3), np.uint8)
    pair[0, 0], _ = stock.reset(seed=0)
    worlds.reset(HERE, [0])
    for _ in range(turns):
        pair[0, 0] = stock.step(0)[0]
        worlds.step(HERE, np.array([0]))
    worlds.draw(HERE, pair[0, 1:])
    worlds.close()
    stock.close()
    return pair


def check_alike(pair, mean=2.0, share=0.95):
    found, near, _ = measures(pair)
    assert found < mean and near > share, (found, near)


@pytest.mark.parametrize(
    ("name", "domain_rand"),
    [
        ("MazeS3", True),
        ("Sidewalk", False),
        ("CollectHealth", False),
        ("PickupObjects", True),
        ("ThreeRooms", False),
    ],
)
def test_random_poses_look_as_miniworld_draws_them(name, domain_rand):
    pairs, _ = pose_pairs(f"MiniWorld-{name}-v0", 64, 64, domain_rand, poses=6, seed=3)
    check_alike(pairs, mean=2.2, share=0.96)


def test_comparisons_come_from_processes_of_their_own(tmp_path):
    config = CompareConfig(("MiniWorld-Sign-v0",), ((20, 10),), poses=2, worst=tmp_path)
    (row,) = compare_all(config)
    assert (row.env_id, row.width, row.height, row.poses) == ("MiniWorld-Sign-v0", 20, 10, 2)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", MESHES)
def test_meshes_with_materials_and_textures(name):
    check_alike(drawn_twice(lambda: MeshEnt(name, height=1.2)))


@pytest.mark.parametrize("turns", [0, 5, 12])
def test_rooms_of_many_corners_and_pictures_on_walls(turns):
    check_alike(drawn_twice(turns=turns))


def test_classes_made_from_known_ones_look_like_them():
    check_alike(drawn_twice(TallBox))


def test_entities_of_ones_own_are_taught(monkeypatch):
    monkeypatch.setattr(entity_looks, "_known", dict(entity_looks._known))
    with pytest.raises(ValueError, match=r"class Pillar .*draw_as\(Pillar, function\)"):
        MiniWorlds(GALLERY, 1, num_threads=1, env_kwargs={"entity": Pillar})

    def as_faces(pillar, library):
        return [FacePart(PILLAR_CORNERS, np.zeros((3, 2)), PILLAR_NORMAL, (1, 0, 0), UNTEXTURED)]

    draw_as(Pillar, as_faces)
    check_alike(drawn_twice(Pillar))
    mesh = Mesh.plain(PILLAR_CORNERS[None], np.tile(PILLAR_NORMAL, (1, 3, 1)))
    draw_as(
        Pillar,
        lambda pillar, library: [
            MeshPart(library.own_mesh("pillar", mesh), (1, 1, 1), 1.0, (1, 0, 0))
        ],
    )
    pair = drawn_twice(Pillar)
    check_alike(pair)
    reddish = pair[0, ..., 0].astype(int) - pair[0, ..., 1] > 60
    theirs, ours = reddish.sum(axis=(1, 2))
    assert theirs > 100 and abs(theirs - ours) < 10


def test_what_moves_or_changes_between_steps_is_drawn_so(monkeypatch):
    monkeypatch.setattr(entity_looks, "_known", dict(entity_looks._known))
    draw_as(
        Pillar,
        lambda pillar, library: [
            FacePart(PILLAR_CORNERS, np.zeros((3, 2)), PILLAR_NORMAL, (1, 0, 0), UNTEXTURED)
        ],
    )
    pictures = []
    for entity in (TallBox, Pillar):
        worlds = MiniWorlds(GALLERY, 1, num_threads=1, env_kwargs={"entity": entity})
        worlds.reset(HERE, [0])
        world = worlds.envs[0].unwrapped

        def picture(worlds=worlds):
            out = np.empty((1, 60, 80, 3), np.uint8)
            worlds.step(HERE, np.array([7]))
            worlds.draw(HERE, out)
            return out

        def columns(entity):
            return np.flatnonzero((worlds.measure(HERE)[1] == 0)[0].any(axis=0))  # noqa: B023

        first = picture()
        before = columns(entity)
        world.entities[0].pos[2] += 0.6  # in place
        second = picture()
        assert columns(entity).mean() > before.mean() + 3
        world.entities[0].pos = (1.0, 0.0, 0.3)
        np.testing.assert_array_equal(picture(), first)
        pictures += [first, second]
        if entity is TallBox:
            world.entities[0].color_vec = np.array([0.0, 1.0, 0.0])
            assert not (picture() == first).all()
        world.sky_color, world.light_color = np.zeros(3), np.zeros(3)
        world._render_static()
        assert picture().mean() < first.mean()
        del world.entities[0]
        picture()
        assert not len(np.flatnonzero(worlds.measure(HERE)[1] == 0)) or entity is Pillar
        worlds.close()


def test_scenes_of_environments_with_opengl():
    """The same scene comes out of an environment that draws itself."""
    stock = gym.make("MiniWorld-ThreeRooms-v0")
    stock.reset(seed=5)
    worlds = MiniWorlds("MiniWorld-ThreeRooms-v0", 1, num_threads=1)
    worlds.reset(HERE, [5])
    library = AssetLibrary()
    theirs, _ = scene_of(stock.unwrapped, library)
    ours, _ = scene_of(worlds.envs[0].unwrapped, AssetLibrary())
    for name in ("vertices", "texture_coordinates", "normals", "textures", "roles", "entities"):
        np.testing.assert_array_equal(getattr(theirs.faces, name), getattr(ours.faces, name))
    np.testing.assert_array_equal(theirs.instances.meshes, ours.instances.meshes)
    np.testing.assert_array_equal(theirs.instances.positions, ours.instances.positions)
    assert len(library.meshes.arrays.bounds) == 4  # two boxes share one
    stock.close()
    worlds.close()


def test_rooms_that_draw_themselves_are_refused():
    class OwnRoom(Room):
        def _render(self):
            pass

    class OwnRooms(Gallery):
        def add_room(self, **kwargs):
            self.rooms.append(OwnRoom(**kwargs))

    gym.register("Toy/OwnRooms-v0", entry_point=OwnRooms)
    with pytest.raises(ValueError, match="class OwnRoom draw themselves in their own way"):
        MiniWorlds("Toy/OwnRooms-v0", 1, num_threads=1)
    del gym.registry["Toy/OwnRooms-v0"]


def test_files_that_are_missing_are_named():
    with pytest.raises(FileNotFoundError, match=r"mesh 'teapot' needs .*teapot\.obj"):
        MiniWorlds(GALLERY, 1, env_kwargs={"entity": lambda: MeshEnt("teapot", 1.0)})
    with pytest.raises(FileNotFoundError, match=r"no texture file /nowhere/x\.png"):
        AssetLibrary().texture_file("/nowhere/x.png")
