"""The tasks, many worlds at once, shown as pictures, without MiniWorld and without OpenGL."""

import numpy as np
from gymnasium import spaces

from darla_envs.batch.restylings import Restylings, restyling_in
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.shapes import triangles
from darla_envs.description.tasks import Task
from darla_envs.description.usual_domains import SOURCE
from darla_envs.kernels.compiled import kernel
from darla_envs.render.camera import Cameras
from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene import GLOBAL_AMBIENT, ROOM_ENTITY
from darla_envs.render.scene_batch import Instances, Lights, SceneBatch
from darla_envs.render.textures import TextureSet
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.room_surfaces import Covering, box_room, cover
from darla_envs.rooms.sampled_rooms import SampledRooms

SKY = (0.25, 0.82, 1.0)
_LIGHT = np.array([1.0, 3.5, 1.0])  # MiniWorld's light comes from everywhere in this direction


class RoomWorlds(SampledRooms):
    """Rooms that show pictures: their state becomes scenes, and scenes become pictures.

    Arguments of its own:
        obs_width: width of pictures in pixels.
        obs_height: height of pictures in pixels.
        num_threads: see :class:`darla_envs.render.renderer.Renderer`, like ``antialias``.
    """

    _covering: Covering | None = None  # of the domain; made when it is first needed

    def __init__(
        self,
        task: str | Task,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
        obs_width: int = 64,
        obs_height: int = 64,
        num_threads: int | None = None,
        antialias: bool = True,
    ) -> None:
        super().__init__(task, num_worlds, domain, max_episode_steps)
        self.observation_space = spaces.Box(0, 255, (obs_height, obs_width, 3), np.uint8)
        self._renderer = Renderer(
            obs_width, obs_height, antialias=antialias, num_threads=num_threads
        )
        self._textures, self._meshes = TextureSet(), MeshSet()
        for shape in self.task.shapes:
            self._meshes.add(shape, Mesh.plain(*triangles(shape)))
        self._restylings = Restylings()
        self._light = _LIGHT / np.linalg.norm(_LIGHT)
        vertices, normals = box_room(*self.task.room_size)
        self._facing = np.maximum(normals @ self._light, 0.0)  # of each surface
        self._scenes = self._empty_rooms(vertices)

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; those under way stay as they are."""
        super().set_domain(domain)
        self._covering = None

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds; see :meth:`darla_envs.batch.worlds.Worlds.draw`."""
        chosen = self._checked(chosen)
        self._place(chosen)
        self._renderer.draw(self._scenes, self._meshes, self._textures, chosen, out)
        if self._restylings:
            self._restylings.apply(chosen, self.state.steps[chosen], out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel is; entities are indices of the task's objects.

        See :meth:`darla_envs.render.renderer.Renderer.measure`.
        """
        chosen = self._checked(chosen)
        self._place(chosen)
        return self._renderer.measure(self._scenes, self._meshes, chosen)

    def close(self) -> None:
        """End the threads that draw."""
        self._renderer.close()

    def _enter(self, chosen: np.ndarray, rows: np.ndarray) -> None:
        """Put the chosen worlds into whole settings, covered with their domain's textures."""
        super()._enter(chosen, rows)
        if self._covering is None:
            textures, size = self.domain.textures, self.task.room_size
            self._covering = cover(textures, size, self._textures)
        if self.domain.restyle or self._restylings:
            for world, row in zip(chosen.tolist(), rows, strict=True):
                self._restylings.begin(world, restyling_in(row, self.domain))
        faces = self._scenes.faces
        faces.textures[chosen], faces.texture_coordinates[chosen] = self._covering.of(rows)

    def _place(self, chosen: np.ndarray) -> None:
        """Bring the chosen worlds' scenes and cameras up to date with their state."""
        state, scenes, task = self.state, self._scenes, self.task
        colors, lights = scenes.faces.colors, scenes.lights
        _paint(chosen, state, task.ambient, task.diffuse, self._facing, colors, lights)
        _put(chosen, state, scenes.cameras, scenes.instances)

    def _empty_rooms(self, vertices: np.ndarray) -> SceneBatch:
        """Make scenes of what all episodes have in common: the room, and where light is from."""
        objects = len(self.task.objects)
        scenes = SceneBatch(self.num_worlds, num_faces=6, num_instances=objects)
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
    chosen: np.ndarray, state: RoomState, ambient: float, diffuse: float, facing: np.ndarray,
    colors: np.ndarray, lights: Lights,
) -> None:  # fmt: skip
    """Light the chosen rooms' surfaces."""
    floors, ceilings, walls = state.floors, state.ceilings, state.walls
    lights_ambient, lights_diffuse = lights.ambient, lights.diffuse
    for world in chosen:
        light = state.lights[world]
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
def _put(chosen: np.ndarray, state: RoomState, cameras: Cameras, instances: Instances) -> None:
    """Put the camera and the objects of the chosen rooms where they are."""
    agents, yaws, views = state.agents, state.yaws, state.cameras
    objects, colors = state.objects, state.object_colors
    shapes, present = state.object_shapes, state.present
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
