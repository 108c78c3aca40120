"""The rooms of a MiniWorld environment as flat faces: floors, ceilings, walls."""

from collections.abc import Sequence

import numpy as np
from miniworld.miniworld import MiniWorldEnv, Room

from darla_envs.batch.worlds import CannotBatch
from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.render.scene import CEILING, FLOOR, ROOM_ENTITY, WALL, SceneFaces
from darla_envs.single.painted import PaintedRoom, wall_of_vertex

_UP, _DOWN, _WHITE = np.array([0.0, 1.0, 0.0]), np.array([0.0, -1.0, 0.0]), np.ones(3)
_FACTORY = (Room._render, PaintedRoom._render)


def faces_of_rooms(env: MiniWorldEnv, library: AssetLibrary) -> SceneFaces:
    """Return all that stands still, besides entities; no room may draw itself in its own way."""
    parts: list[SceneFaces] = []
    for room in env.rooms:
        if type(room)._render not in _FACTORY:
            raise CannotBatch(
                f"rooms of class {type(room).__name__} draw themselves in their own way (they "
                "override _render), which a batch cannot do"
            )
        floor_tint = getattr(room, "floor_tint", _WHITE)
        texture = library.texture(room.floor_tex)
        parts += _polygon(room.floor_verts, room.floor_texcs, _UP, floor_tint, texture, FLOOR)
        if not room.no_ceiling:
            tint, texture = getattr(room, "ceiling_tint", _WHITE), library.texture(room.ceil_tex)
            parts += _polygon(room.ceil_verts, room.ceil_texcs, _DOWN, tint, texture, CEILING)
        if len(room.wall_verts):
            parts.append(_walls(room, library.texture(room.wall_tex)))
    return join(parts)


def join(parts: Sequence[SceneFaces]) -> SceneFaces:
    """Return several groups of faces, at least one, as one."""
    names = SceneFaces.__dataclass_fields__
    return SceneFaces(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def face(
    corners: np.ndarray, texture_coordinates: np.ndarray, normal: np.ndarray, tint: np.ndarray,
    texture: int, role: int, entity: int = ROOM_ENTITY,
) -> SceneFaces:  # fmt: skip
    """Return one face of three or four corners."""
    count = len(corners)
    vertices = corners if count == 4 else np.concatenate([corners, corners[:1]])
    coordinates = texture_coordinates[:3]
    values = (vertices, count, coordinates, normal, tint, texture, role, entity)
    return SceneFaces(*(np.array([value]) for value in values))


def _polygon(
    corners: np.ndarray, texture_coordinates: np.ndarray, normal: np.ndarray, tint: np.ndarray,
    texture: int, role: int,
) -> list[SceneFaces]:  # fmt: skip
    """Cut a convex polygon into faces of three or four corners that share its first one."""
    faces = []
    for first in range(1, len(corners) - 1, 2):
        chosen = [0, *range(first, min(first + 3, len(corners)))]
        coordinates = texture_coordinates[chosen]
        faces.append(face(corners[chosen], coordinates, normal, tint, texture, role))
    return faces


def _walls(room: Room, texture: int) -> SceneFaces:
    """Return all walls of a room."""
    count = len(room.wall_verts) // 4
    tints = np.ones((count, 3))
    if hasattr(room, "wall_tints"):
        tints = room.wall_tints[wall_of_vertex(room)[::4]]
    return SceneFaces(
        room.wall_verts.reshape(count, 4, 3),
        np.full(count, 4),
        room.wall_texcs.reshape(count, 4, 2)[:, :3],
        room.wall_norms.reshape(count, 4, 3)[:, 0],
        tints,
        np.full(count, texture),
        np.full(count, WALL),
        np.full(count, ROOM_ENTITY),
    )
