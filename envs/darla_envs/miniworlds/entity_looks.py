"""What MiniWorld's entities look like, as meshes and flat faces; other classes can be taught."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from miniworld.entity import Box, Entity, ImageFrame, MeshEnt, TextFrame

from darla_envs.batch.worlds import CannotBatch
from darla_envs.description.shapes import triangles
from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.render.meshes import Mesh
from darla_envs.render.scene_batch import UNTEXTURED
from darla_envs.single.painted import PaintedObject

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)


class MeshPart(NamedTuple):
    """A mesh that stands where its entity is, turned as it.

    Attributes:
        mesh: its number in the library's meshes.
        scales: (3,) by which vertices are multiplied.
        normal_scale: by which normals are multiplied; OpenGL divides them by the scale.
        tint: RGB in [0, 1]; multiplies the mesh's colours.
    """

    mesh: int
    scales: Sequence[float] | np.ndarray
    normal_scale: float
    tint: Sequence[float] | np.ndarray


class FacePart(NamedTuple):
    """A flat polygon.

    Attributes:
        corners: (3 or 4, 3) metres from the entity, before it is turned; counter-clockwise seen
            from the front.
        texture_coordinates: (3 or 4, 2), in textures.
        normal: (3,) unit.
        tint: RGB in [0, 1].
        texture: its number in the library's textures, or ``UNTEXTURED``.
    """

    corners: np.ndarray
    texture_coordinates: np.ndarray
    normal: np.ndarray
    tint: Sequence[float] | np.ndarray
    texture: int


Part = MeshPart | FacePart
Draw = Callable[[Any, AssetLibrary], Sequence[Part]]
_known: dict[type, Draw] = {}


def draw_as(entity_class: type[Entity], draw: Draw) -> None:
    """Teach the renderer what entities of a class, and of classes made from it, look like.

    Example::

        draw_as(Pillar, lambda pillar, library: [
            MeshPart(library.own_mesh("pillar", PILLAR), (1, pillar.height, 1), 1.0, pillar.color)
        ])

    Args:
        entity_class: a class of MiniWorld entities; one that is known already is taught anew.
        draw: called with an entity and an
            :class:`~darla_envs.miniworlds.asset_library.AssetLibrary` that numbers meshes and
            textures; returns the parts of the entity.
    """
    _known[entity_class] = draw


def parts_of(entity: Entity, library: AssetLibrary) -> Sequence[Part]:
    """Return what an entity looks like.

    Raises:
        ValueError: its class is unknown.
    """
    own: Any = type(entity)
    for each in own.__mro__:
        if each in _known and own.render is each.render:
            return _known[each](entity, library)
    raise CannotBatch(
        f"how entities of class {own.__name__} look is unknown, since its render() is its own: "
        f"call darla_envs.miniworlds.entity_looks.draw_as({own.__name__}, function) first, with a "
        "function that returns its parts"
    )


def _draw_mesh(entity: MeshEnt, library: AssetLibrary) -> list[Part]:
    """Return the mesh of an entity that has one."""
    scale = entity.scale
    return [MeshPart(library.mesh(entity.mesh), (scale, scale, scale), 1 / scale, WHITE)]


def _draw_box(box: Box, library: AssetLibrary) -> list[Part]:
    """Return a box in its colour."""
    return [MeshPart(library.own_mesh("box", _BOX), box.size, 1.0, box.color_vec)]


def _draw_painted(thing: PaintedObject, library: AssetLibrary) -> list[Part]:
    """Return the shape of an object of our tasks."""
    mesh = Mesh.plain(*triangles(thing.shape))
    return [MeshPart(library.own_mesh(f"shape {thing.shape}", mesh), (1, 1, 1), 1.0, thing.tint)]


def _draw_image(frame: ImageFrame, library: AssetLibrary) -> list[Part]:
    """Return a picture on a wall, and its border."""
    half = frame.width / 2
    front = _front(frame.depth, frame.height / 2, -half, half, library.texture(frame.tex))
    return [front, *_border(frame.depth, frame.height / 2, half)]


def _draw_text(frame: TextFrame, library: AssetLibrary) -> list[Part]:
    """Return a text on a wall, letter by letter, and its border."""
    depth, size, half = 0.05, frame.height, frame.width / 2  # MiniWorld ignores its depth
    letters = [
        _front(depth, size / 2, right, right + size, library.texture(texture))
        for k, texture in enumerate(frame.texs)
        for right in [half - size * (k + 1)]
    ]
    return [*letters, *_border(depth, size / 2, half)]


def _front(x: float, y: float, right: float, left: float, texture: int) -> FacePart:
    """Return the front of a frame, a rectangle that faces +x, from z ``right`` to ``left``."""
    corners = np.array([[x, y, right], [x, y, left], [x, -y, left], [x, -y, right]])
    coordinates = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    return FacePart(corners, coordinates, np.array([1.0, 0.0, 0.0]), WHITE, texture)


def _border(x: float, y: float, z: float) -> list[Part]:
    """Return the black sides of a frame: left, right, top and bottom."""
    sides = [
        ([[0, y, -z], [x, y, -z], [x, -y, -z], [0, -y, -z]], (0, 0, -1)),
        ([[x, y, z], [0, y, z], [0, -y, z], [x, -y, z]], (0, 0, 1)),
        ([[x, y, z], [x, y, -z], [0, y, -z], [0, y, z]], (0, 1, 0)),
        ([[x, -y, -z], [x, -y, z], [0, -y, z], [0, -y, -z]], (0, -1, 0)),
    ]
    nowhere = np.zeros((4, 2))
    return [
        FacePart(np.array(corners, float), nowhere, np.array(normal, float), BLACK, UNTEXTURED)
        for corners, normal in sides
    ]


def _box() -> Mesh:
    """Return a box of size 1 that stands on the floor."""
    vertices, normals = [], []
    for axis in range(3):
        for side in (-0.5, 0.5):
            normal = np.zeros(3)
            normal[axis] = 2 * side
            across, up = np.roll(np.eye(3), -axis - 1, axis=0)[:2] * 0.5
            if side < 0:
                across, up = up, across
            middle = normal / 2
            square = np.array(
                [middle - across - up, middle + across - up, middle + across + up,
                 middle - across + up]
            )  # fmt: skip
            vertices += [square[[0, 1, 2]], square[[0, 2, 3]]]
            normals += [np.tile(normal, (3, 1))] * 2
    return Mesh.plain(np.array(vertices) + np.array([0.0, 0.5, 0.0]), np.array(normals))


_BOX = _box()
draw_as(MeshEnt, _draw_mesh)
draw_as(Box, _draw_box)
draw_as(PaintedObject, _draw_painted)
draw_as(ImageFrame, _draw_image)
draw_as(TextFrame, _draw_text)
