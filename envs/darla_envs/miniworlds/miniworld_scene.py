"""From a MiniWorld environment, with OpenGL or without, to a scene."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from miniworld.entity import Entity
from miniworld.miniworld import MiniWorldEnv

from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.miniworlds.entity_looks import FacePart, MeshPart, parts_of
from darla_envs.miniworlds.room_faces import face, faces_of_rooms, join
from darla_envs.render.scene import (
    FRAME,
    GLOBAL_AMBIENT,
    Scene,
    SceneFaces,
    SceneInstances,
    SceneLight,
)


@dataclass(frozen=True)
class MovingEntity:
    """An entity that may be elsewhere in the next step.

    It consists of the scene's instances of these numbers, and perhaps of faces.
    """

    entity: Entity
    instances: tuple[int, ...]
    has_faces: bool


def scene_of(
    env: MiniWorldEnv, library: AssetLibrary, rooms: SceneFaces | None = None
) -> tuple[Scene, list[MovingEntity]]:
    """Return what is to be seen in an environment as it is now, and what of it may move.

    It has been reset; entities are numbered as in its list. ``rooms`` is what
    :func:`~darla_envs.miniworlds.room_faces.faces_of_rooms` returned for it, if known.

    Raises:
        ValueError: the environment has rooms or entities that draw themselves in their own way.
        FileNotFoundError: the file of a mesh or a texture does not exist.
    """
    faces = [faces_of_rooms(env, library) if rooms is None else rooms]
    instances: list[tuple[MeshPart, Entity, int]] = []
    moving = []
    for number in _in_order(env):
        entity = env.entities[number]
        parts = parts_of(entity, library)
        of_faces = [part for part in parts if isinstance(part, FacePart)]
        faces += [_placed(part, entity, number) for part in of_faces]
        first = len(instances)
        instances += [(part, entity, number) for part in parts if isinstance(part, MeshPart)]
        if not entity.is_static:
            rows = tuple(range(first, len(instances)))
            moving.append(MovingEntity(entity, rows, bool(of_faces)))
    light = SceneLight(*_light(env))
    return Scene(join(faces), _stand(instances), light, np.asarray(env.sky_color, float)), moving


def camera_of(env: MiniWorldEnv) -> tuple[float, ...]:
    """Return where the agent is and how it looks, as MiniWorld has it.

    Returns:
        x, y, z in metres; the direction in radians; how far the camera is above and before the
        agent, in metres; pitch and vertical field of view in degrees.
    """
    agent = env.agent
    looks = (agent.dir, agent.cam_height, agent.cam_fwd_disp, agent.cam_pitch, agent.cam_fov_y)
    return (*coordinates(agent.pos), *looks)


def coordinates(place: Any) -> list[float]:
    """Return a place, an array or any sequence of three numbers, as a list."""
    return place.tolist() if type(place) is np.ndarray else list(place)


def _in_order(env: MiniWorldEnv) -> list[int]:
    """Number the entities in the order in which MiniWorld draws them; the agent is not drawn."""
    numbers = [k for k, entity in enumerate(env.entities) if entity is not env.agent]
    return sorted(numbers, key=lambda k: not env.entities[k].is_static)


def _light(env: MiniWorldEnv) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where light comes from, (3,) unit, and the ambient and the diffuse light, (3,)."""
    # MiniWorld adds 1 to the position's coordinates instead of appending it, which makes the
    # light directional.
    direction = np.asarray(env.light_pos, float) + 1
    ambient = GLOBAL_AMBIENT + np.asarray(env.light_ambient, float)
    return direction / np.linalg.norm(direction), ambient, np.asarray(env.light_color, float)


def _placed(part: FacePart, entity: Entity, number: int) -> SceneFaces:
    """Return a flat part of an entity where that stands."""
    cosine, sine = math.cos(entity.dir), math.sin(entity.dir)
    turn = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    corners = part.corners @ turn.T + np.asarray(entity.pos, float)
    texture_coordinates, normal = part.texture_coordinates, turn @ part.normal
    tint = np.asarray(part.tint, float)
    return face(corners, texture_coordinates, normal, tint, part.texture, FRAME, number)


def _stand(instances: list[tuple[MeshPart, Entity, int]]) -> SceneInstances:
    """Return meshes where their entities stand."""
    count = len(instances)
    return SceneInstances(
        np.array([part.mesh for part, _, _ in instances], int),
        np.array([entity.pos for _, entity, _ in instances], float).reshape(count, 3),
        np.array([entity.dir for _, entity, _ in instances], float),
        np.array([part.scales for part, _, _ in instances], float).reshape(count, 3),
        np.array([part.normal_scale for part, _, _ in instances], float),
        np.array([part.tint for part, _, _ in instances], float).reshape(count, 3),
        np.zeros(count, bool),
        np.array([number for _, _, number in instances], int),
    )
