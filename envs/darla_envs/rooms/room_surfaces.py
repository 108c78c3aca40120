"""The six surfaces of a room: where they are, and which textures are on them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from darla_envs.description.texture_files import (
    PLAIN,
    SURFACES,
    texture_picture,
    textures_of,
)
from darla_envs.render.scene_batch import UNTEXTURED
from darla_envs.render.textures import TextureSet
from darla_envs.rooms.surroundings import texture_choices

WALL_HEIGHT = 2.74  # metres, MiniWorld's
_TEXELS = 512.0  # of a texture on a metre, MiniWorld's
_SURFACE_OF_FACE = ("floor", "ceiling", "wall", "wall", "wall", "wall")


class Covering(NamedTuple):
    """Textures on a room's floor, ceiling, and its east, north, west and south wall.

    Attributes:
        textures: (6, T) int32, the number of each texture that a surface may have, or
            ``UNTEXTURED``; padded.
        coordinates: (6, T, 3, 2) float64, of each surface's first three corners, in textures.
        counts: (3,) int64, how many textures floor, wall and ceiling may have.
    """

    textures: np.ndarray
    coordinates: np.ndarray
    counts: np.ndarray

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return textures and coordinates, (n, 6) and (n, 6, 3, 2), of whole settings, (n, S)."""
        choices = np.empty((len(rows), len(self.counts)), np.int64)
        texture_choices(rows, self.counts, choices)
        faces = np.arange(len(_SURFACE_OF_FACE))
        which = choices[:, [SURFACES.index(surface) for surface in _SURFACE_OF_FACE]]
        return self.textures[faces, which], self.coordinates[faces, which]


def box_room(width: float, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a room's floor, ceiling, and its east, north, west and south wall.

    Returns:
        Corners (6, 4, 3) in metres, counter-clockwise seen from inside, and normals (6, 3).
    """
    corners = np.array([[width, 0, depth], [width, 0, 0], [0, 0, 0], [0, 0, depth]], dtype=float)
    up = np.array([0.0, WALL_HEIGHT, 0.0])
    following = np.roll(corners, -1, axis=0)
    walls = np.stack([corners, corners + up, following + up, following], axis=1)
    normals = np.array([[0, 1, 0], [0, -1, 0], [-1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, -1]])
    return np.concatenate([[corners], [corners[::-1] + up], walls]), normals.astype(float)


def cover(
    textures: Mapping[str, str | tuple[str, ...]],
    room_size: tuple[float, float],
    known: TextureSet,
) -> Covering:
    """Return how a domain's textures, checked before, lie on a room, as MiniWorld lays them.

    Those that are new are added to ``known``. The room's size is along x and along z, in metres.
    """
    offered = {surface: textures_of(textures.get(surface, PLAIN)) for surface in SURFACES}
    shape = len(_SURFACE_OF_FACE), max(map(len, offered.values()))
    numbers, coordinates = np.full(shape, UNTEXTURED, np.int32), np.zeros((*shape, 3, 2))
    corners, _ = box_room(*room_size)
    for face, surface in enumerate(_SURFACE_OF_FACE):
        first = corners[face, :3]  # of floor and ceiling, along x and z
        places = _places_on_wall(first) if surface == "wall" else first[:, [0, 2]]
        for index, name in enumerate(offered[surface]):
            if name == PLAIN:
                continue
            if name not in known:
                known.add(name, texture_picture(name))
            number = numbers[face, index] = known.number(name)
            size = known.arrays.sizes[number].astype(np.float64)
            coordinates[face, index] = places * _TEXELS / size
    counts = np.array([len(offered[surface]) for surface in SURFACES])
    return Covering(numbers, coordinates, counts)


def _places_on_wall(corners: np.ndarray) -> np.ndarray:
    """Return where corners of a wall are, (3, 2) metres from its first one: along it, and up."""
    offsets = corners - corners[0]
    return np.stack([np.hypot(offsets[:, 0], offsets[:, 2]), offsets[:, 1]], axis=1)
