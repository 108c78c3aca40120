"""What a world looks like, in plain arrays, apart from who simulates it and who draws it.

Surfaces say what they are (their role), what they are painted with (their tint, which multiplies
their texture) and where they stand; a domain shift is a change of tints and lights, whatever the
world. Everything knows which entity it belongs to.
"""

from dataclasses import dataclass, replace

import numpy as np

from darla_envs.description.look import Look, check_color, check_look

FLOOR, CEILING, WALL, FRAME = 0, 1, 2, 3
"""Roles of faces; a frame is a picture or a text on a wall."""

SKY_ENTITY, ROOM_ENTITY = -2, -1
"""What the entity maps say where there is no entity; entities count from 0."""

GLOBAL_AMBIENT = 0.2
"""OpenGL adds this much light to every surface, besides that of its lights."""


@dataclass(frozen=True)
class SceneLight:
    """A directional light and ambient light.

    Attributes:
        direction: (3,) unit vector towards the light.
        ambient: (3,) RGB that reaches every surface, OpenGL's own 0.2 included.
        diffuse: (3,) RGB that reaches a surface that faces the light.
    """

    direction: np.ndarray
    ambient: np.ndarray
    diffuse: np.ndarray

    def on_flat(self, normals: np.ndarray, tints: np.ndarray) -> np.ndarray:
        """Return the colours of lit surfaces, (F, 3) in [0, 1]; see :class:`SceneFaces`."""
        facing = np.maximum(normals @ self.direction, 0.0)[:, None]
        return np.asarray(np.clip(tints * (self.ambient + facing * self.diffuse), 0.0, 1.0))


@dataclass(frozen=True)
class SceneFaces:
    """F flat polygons of three or four corners.

    Arrays have the shape and meaning of their namesakes in
    :class:`~darla_envs.render.scene_batch.Faces`, without the first axis. Besides these:

    Attributes:
        normals: (F, 3) unit.
        tints: (F, 3) RGB in [0, 1].
        roles: (F,) ``FLOOR``, ``CEILING``, ``WALL`` or ``FRAME``.
    """

    vertices: np.ndarray
    num_vertices: np.ndarray
    texture_coordinates: np.ndarray
    normals: np.ndarray
    tints: np.ndarray
    textures: np.ndarray
    roles: np.ndarray
    entities: np.ndarray


@dataclass(frozen=True)
class SceneInstances:
    """K meshes that stand somewhere.

    Arrays are as in :class:`~darla_envs.render.scene_batch.Instances`, without the first axis.
    """

    meshes: np.ndarray
    positions: np.ndarray
    yaws: np.ndarray
    scales: np.ndarray
    normal_scales: np.ndarray
    tints: np.ndarray
    painted: np.ndarray
    entities: np.ndarray


@dataclass(frozen=True)
class Scene:
    """All that is to be seen in a world; the sky is (3,) RGB in [0, 1]."""

    faces: SceneFaces
    instances: SceneInstances
    light: SceneLight
    sky: np.ndarray


def repaint(scene: Scene, look: Look) -> Scene:
    """Return a scene in another look; a ValueError says what is wrong with one."""
    check_look(look)
    tints = np.array(scene.faces.tints, dtype=float)
    for role, name in ((FLOOR, "floor"), (WALL, "wall"), (CEILING, "ceiling")):
        color = check_color(name, getattr(look, name))
        if color is not None:
            tints[scene.faces.roles == role] = color
    instances = scene.instances
    objects, sky = check_color("objects", look.objects), check_color("sky", look.sky)
    if objects is not None:
        count = len(instances.meshes)
        painted = np.ones(count, dtype=bool)
        instances = replace(instances, tints=np.tile(objects, (count, 1)), painted=painted)
    ambient = GLOBAL_AMBIENT + (scene.light.ambient - GLOBAL_AMBIENT) * look.light
    light = replace(scene.light, ambient=ambient, diffuse=scene.light.diffuse * look.light)
    faces = replace(scene.faces, tints=tints)
    return Scene(faces, instances, light, scene.sky if sky is None else sky)
