"""Draws a batch of rooms: from their state to scenes, and from scenes to pictures."""

from collections.abc import Mapping

import numpy as np

from darla_envs.description.shapes import triangles
from darla_envs.description.tasks import Task
from darla_envs.kernels.compiled import kernel
from darla_envs.render.camera import Cameras
from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene import GLOBAL_AMBIENT, ROOM_ENTITY
from darla_envs.render.scene_batch import Instances, SceneBatch
from darla_envs.render.textures import TextureSet
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.room_surfaces import Covering, box_room, cover

SKY = (0.25, 0.82, 1.0)
_LIGHT = np.array([1.0, 3.5, 1.0])  # MiniWorld's light comes from everywhere in this direction


class RoomPictures:
    """Draws what the agents of a batch of rooms see.

    Args:
        task: what the rooms are.
        state: the rooms; read at each drawing.
        height: of a picture, in pixels.
        width: of a picture, in pixels.
        num_threads: threads that draw; None leaves it to the renderer.
        antialias: average four samples a pixel, as MiniWorld does.

    Raises:
        ValueError: a size or the number of threads is out of range.
    """

    def __init__(
        self,
        task: Task,
        state: RoomState,
        height: int,
        width: int,
        num_threads: int | None = None,
        antialias: bool = True,
    ) -> None:
        self._task, self._state = task, state
        self._renderer = Renderer(width, height, antialias=antialias, num_threads=num_threads)
        self._textures, self._meshes = TextureSet(), MeshSet()
        for shape in task.shapes:
            self._meshes.add(shape, Mesh.plain(*triangles(shape)))
        self._normals = np.zeros((6, 3))
        self._light = _LIGHT / np.linalg.norm(_LIGHT)
        self.scenes = self._empty_rooms()

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds into ``out``, (n, H, W, 3) uint8."""
        self.place(chosen)
        self._renderer.draw(self.scenes, self._meshes, self._textures, chosen, out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return distances and entities; see :meth:`darla_envs.render.renderer.Renderer.measure`.

        Entities are numbered as the task's objects.
        """
        self.place(chosen)
        return self._renderer.measure(self.scenes, self._meshes, chosen)

    def covering(self, textures: Mapping[str, str]) -> Covering:
        """Return a domain's textures as :meth:`cover` takes them; files are read once."""
        return cover(textures, self._task.room_size, self._textures)

    def cover(self, chosen: np.ndarray, covering: Covering) -> None:
        """Cover the chosen worlds' surfaces with textures, or with paint alone."""
        self.scenes.faces.textures[chosen] = covering.textures
        self.scenes.faces.texture_coordinates[chosen] = covering.coordinates

    def close(self) -> None:
        """End the threads that draw."""
        self._renderer.close()

    def place(self, chosen: np.ndarray) -> None:
        """Bring the chosen worlds' scenes and cameras up to date with their state."""
        state, scenes = self._state, self.scenes
        facing = np.maximum(self._normals @ self._light, 0.0)
        _paint(
            chosen,
            (state.floors, state.ceilings, state.walls, state.lights),
            self._task.ambient,
            self._task.diffuse,
            facing,
            scenes.faces.colors,
            scenes.lights.ambient,
            scenes.lights.diffuse,
        )
        _put(
            chosen,
            (state.agents, state.yaws, state.cameras, state.objects, state.object_colors),
            (state.object_shapes, state.present),
            scenes.cameras,
            scenes.instances,
        )

    def _empty_rooms(self) -> SceneBatch:
        """Make scenes of what all episodes have in common: the room, and where light is from."""
        state, task = self._state, self._task
        worlds, objects = state.present.shape
        scenes = SceneBatch(worlds, num_faces=6, num_instances=objects)
        vertices, self._normals = box_room(*task.room_size)
        scenes.faces.count[:] = len(vertices)
        scenes.faces.vertices[:] = vertices
        scenes.faces.entities[:] = ROOM_ENTITY
        scenes.instances.count[:] = objects
        scenes.instances.entities[:] = np.arange(objects)
        scenes.lights.direction[:] = self._light
        scenes.lights.sky[:] = SKY
        return scenes


@kernel
def _paint(
    chosen: np.ndarray, paints: tuple[np.ndarray, ...], ambient: float, diffuse: float,
    facing: np.ndarray, colors: np.ndarray, lights_ambient: np.ndarray, lights_diffuse: np.ndarray,
) -> None:  # fmt: skip
    """Light the chosen rooms' surfaces, whose colours are ``paints``."""
    floors, ceilings, walls, lights = paints
    for world in chosen:
        light = lights[world]
        least = GLOBAL_AMBIENT + light * ambient
        for k in range(3):
            lights_ambient[world, k] = least
            lights_diffuse[world, k] = light * diffuse
            for face in range(6):
                paint = walls[world, face - 2, k]
                if face < 2:
                    paint = floors[world, k] if face == 0 else ceilings[world, k]
                reached = least + light * diffuse * facing[face]
                colors[world, face, k] = min(paint * reached, 1.0)


@kernel
def _put(
    chosen: np.ndarray, places: tuple[np.ndarray, ...], kinds: tuple[np.ndarray, ...],
    cameras: Cameras, instances: Instances,
) -> None:  # fmt: skip
    """Put the camera and the objects of the chosen rooms where they are."""
    agents, yaws, views, objects, colors = places
    shapes, present = kinds
    for world in chosen:
        cameras.position[world, 0] = agents[world, 0]
        cameras.position[world, 1] = views[world, 0]
        cameras.position[world, 2] = agents[world, 1]
        cameras.yaw[world] = yaws[world]
        cameras.pitch[world] = views[world, 1]
        cameras.fov_y[world] = views[world, 3]
        for k in range(objects.shape[1]):
            instances.meshes[world, k] = shapes[world, k] if present[world, k] else -1
            instances.positions[world, k, 0] = objects[world, k, 0]
            instances.positions[world, k, 2] = objects[world, k, 1]
            for channel in range(3):
                instances.tints[world, k, channel] = colors[world, k, channel]
