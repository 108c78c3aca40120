"""Keeps one scene of a batch like its MiniWorld environment, at little cost a step."""

from operator import is_

import numpy as np
from miniworld.entity import Entity
from miniworld.miniworld import MiniWorldEnv

from darla_envs.description.look import Look
from darla_envs.kernels.compiled import kernel
from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.miniworlds.miniworld_scene import MovingEntity, camera_of, coordinates, scene_of
from darla_envs.miniworlds.room_faces import faces_of_rooms
from darla_envs.render.camera import Cameras
from darla_envs.render.scene import SceneFaces, repaint
from darla_envs.render.scene_batch import SceneBatch


class SceneFollower:
    """Puts an environment into a scene, and afterwards only what has changed.

    It looks whenever the environment would have drawn an observation. What happens later in the
    same step, like the removal of an object that was picked up, is not to be seen before the next.

    Rooms, lights and static entities are looked at anew when the environment has been reset or has
    called ``_render_static``; entities when one came or went or changed its colour; otherwise only
    places and directions of those that are not static.

    Args:
        env: without drawing; see :func:`darla_envs.miniworlds.undrawn.stop_drawing`.
        world: its number among ``scenes``.
        scenes: where it is put, with meshes and textures as the ``library`` numbers them.
        library: see there.

    Attributes:
        look: a shift of the look; must be set before the reset from which on it holds.
        camera: where the agent looked from, as :func:`camera_of` returns it.
    """

    def __init__(
        self, env: MiniWorldEnv, world: int, scenes: SceneBatch, library: AssetLibrary
    ) -> None:
        self.look: Look | None = None
        self._env, self._world = env, world
        self._scenes, self._library = scenes, library
        self._rooms: SceneFaces | None = None
        self._entities: list[Entity] = []
        self._colored: list[Entity] = []
        self._moving: list[MovingEntity] = []
        self._places: list[list[float]] = []
        self._directions: list[float] = []
        self._colors: list[np.ndarray] = []
        self.camera: tuple[float, ...] = (0.0,) * 8
        env.when_looked_at = self.follow

    def follow(self) -> None:
        """Bring the scene and the camera up to date."""
        env = self._env
        if env.looks_changed:
            self._rooms = faces_of_rooms(env, self._library)
            env.looks_changed = False
            self._put()
        elif env.entities != self._entities or not all(
            map(is_, self._colors, [each.color_vec for each in self._colored])
        ):
            self._put()
        else:
            places = [coordinates(each.entity.pos) for each in self._moving]
            directions = [each.entity.dir for each in self._moving]
            if places != self._places or directions != self._directions:
                self._move(places, directions)
        self.camera = camera_of(env)

    def _put(self) -> None:
        """Put everything into the scene."""
        scene, self._moving = scene_of(self._env, self._library, self._rooms)
        if self.look is not None:
            scene = repaint(scene, self.look)
        self._scenes.put(self._world, scene)
        self._entities = list(self._env.entities)
        self._places = [coordinates(each.entity.pos) for each in self._moving]
        self._directions = [each.entity.dir for each in self._moving]
        entities = [each.entity for each in self._moving]
        self._colored = [each for each in entities if hasattr(each, "color_vec")]
        self._colors = [each.color_vec for each in self._colored]

    def _move(self, places: list[list[float]], directions: list[float]) -> None:
        """Move the instances of entities that have moved."""
        if any(each.has_faces for each in self._moving):
            self._put()
            return
        instances = self._scenes.instances
        for each, place, direction in zip(self._moving, places, directions, strict=True):
            for row in each.instances:
                instances.positions[self._world, row] = place
                instances.yaws[self._world, row] = direction
        self._places, self._directions = places, directions


@kernel
def aim_cameras(chosen: np.ndarray, rows: np.ndarray, cameras: Cameras) -> None:
    """Put the cameras of the chosen worlds where (n, 8) rows of :func:`camera_of` have them."""
    for k in range(len(chosen)):
        world, row = chosen[k], rows[k]
        cosine, sine = np.cos(row[3]), np.sin(row[3])
        cameras.position[world, 0] = row[0] + row[5] * cosine
        cameras.position[world, 1] = row[1] + row[4]
        cameras.position[world, 2] = row[2] - row[5] * sine
        cameras.yaw[world] = row[3]
        cameras.pitch[world] = np.radians(row[6])
        cameras.fov_y[world] = np.radians(row[7])
