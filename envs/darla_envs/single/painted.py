"""Rooms and objects whose colours are data: tints that any renderer can read.

MiniWorld has no setting for the colour of a floor or a wall, and bakes colours into its meshes.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from miniworld.entity import Entity
from miniworld.miniworld import Room
from pyglet import gl

from darla_envs.description.shapes import HEIGHT, RADIUS, triangles

WHITE = np.ones(3)
# Rooms of one outline share walls, texture coordinates and textures: making them anew takes longer
# than drawing the room.
_geometry: dict[tuple[Any, ...], dict[str, object]] = {}


class PaintedRoom(Room):  # type: ignore[misc]
    """A room with tinted surfaces; a tint multiplies the surface's texture.

    Attributes:
        floor_tint: (3,) RGB in [0, 1].
        ceiling_tint: (3,) RGB in [0, 1].
        wall_tints: (walls, 3) RGB in [0, 1], in the order of the outline's edges.
    """

    def __init__(self, outline: np.ndarray, **kwargs: Any) -> None:
        super().__init__(outline, **kwargs)
        self.floor_tint = WHITE
        self.ceiling_tint = WHITE
        self.wall_tints = np.ones((self.num_walls, 3))

    def _gen_static_data(self, params: Any, rng: np.random.Generator | None) -> None:
        """Make walls and texture coordinates, or take those of an equal room."""
        textures = (self.floor_tex_name, self.wall_tex_name, self.ceil_tex_name)
        key = (self.outline.tobytes(), self.wall_height, textures)
        if rng is not None or any(self.portals):
            super()._gen_static_data(params, rng)
        elif key in _geometry:
            self.__dict__.update(_geometry[key])
        else:
            before = set(self.__dict__)
            super()._gen_static_data(params, rng)
            _geometry[key] = {name: self.__dict__[name] for name in set(self.__dict__) - before}

    def _render(self) -> None:
        """Draw the room with its tints."""
        draw_room(self, self.floor_tint, self.ceiling_tint, self.wall_tints)


def draw_room(
    room: Room, floor_tint: np.ndarray, ceiling_tint: np.ndarray, wall_tints: np.ndarray
) -> None:
    """Draw any MiniWorld room with tints, as of :class:`PaintedRoom`, multiplied into its textures.

    Its static data must have been generated.
    """
    _polygon(room.floor_tex, (0, 1, 0), room.floor_verts, room.floor_texcs, floor_tint)
    if not room.no_ceiling:
        _polygon(room.ceil_tex, (0, -1, 0), room.ceil_verts, room.ceil_texcs, ceiling_tint)
    room.wall_tex.bind()
    gl.glBegin(gl.GL_QUADS)
    walls = wall_of_vertex(room)
    for wall, normal, texture, vertex in zip(
        walls, room.wall_norms, room.wall_texcs, room.wall_verts, strict=True
    ):
        gl.glColor3f(*wall_tints[wall])
        gl.glNormal3f(*normal)
        gl.glTexCoord2f(*texture)
        gl.glVertex3f(*vertex)
    gl.glEnd()


def _polygon(
    texture: Any, normal: Sequence[int], vertices: np.ndarray, coordinates: np.ndarray,
    tint: np.ndarray,
) -> None:  # fmt: skip
    """Draw one tinted surface."""
    gl.glColor3f(*tint)
    texture.bind()
    gl.glBegin(gl.GL_POLYGON)
    gl.glNormal3f(*normal)
    for coordinate, vertex in zip(coordinates, vertices, strict=True):
        gl.glTexCoord2f(*coordinate)
        gl.glVertex3f(*vertex)
    gl.glEnd()


def wall_of_vertex(room: Room) -> np.ndarray:
    """Return which edge of the outline each wall vertex stands on, (V,) int64."""
    if not len(room.wall_verts):
        return np.empty(0, dtype=np.int64)
    offsets = room.wall_verts[:, None] - room.outline[None]
    distances = np.abs((offsets * room.edge_norms[None]).sum(-1))
    facing = room.wall_norms @ room.edge_norms.T
    nearest: np.ndarray = np.argmin(distances - facing, axis=1)
    return nearest


_compiled: dict[str, int] = {}


def _list_of(shape: str) -> int:
    """Return the display list of a shape; pyglet's contexts share lists, so one serves all."""
    if shape not in _compiled:
        name = gl.glGenLists(1)
        vertices, normals = triangles(shape)
        gl.glNewList(name, gl.GL_COMPILE)
        gl.glBegin(gl.GL_TRIANGLES)
        for vertex, normal in zip(vertices.reshape(-1, 3), normals.reshape(-1, 3), strict=True):
            gl.glNormal3f(*normal)
            gl.glVertex3f(*vertex)
        gl.glEnd()
        gl.glEndList()
        _compiled[shape] = name
    return _compiled[shape]


class PaintedObject(Entity):  # type: ignore[misc]
    """An object of one shape in one colour.

    Attributes:
        shape: one of ``darla_envs.description.shapes.SHAPES``.
        tint: (3,) RGB in [0, 1].
    """

    def __init__(self, shape: str, tint: np.ndarray) -> None:
        super().__init__()
        self.shape = shape
        self.tint = tint
        self.radius = RADIUS
        self.height = HEIGHT

    def render(self) -> None:
        """Draw the object; the lights must be on."""
        name = _list_of(self.shape)
        gl.glDisable(gl.GL_TEXTURE_2D)
        gl.glColor3f(*self.tint)
        gl.glPushMatrix()
        gl.glTranslatef(*self.pos)
        gl.glRotatef(self.dir * 180 / math.pi, 0, 1, 0)
        gl.glCallList(name)
        gl.glPopMatrix()
