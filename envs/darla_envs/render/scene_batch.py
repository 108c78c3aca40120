"""The scenes of N worlds as arrays that grow with the largest, ready to be drawn."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from darla_envs.render.camera import Cameras
from darla_envs.render.scene import Scene

UNTEXTURED = -1


class Faces(NamedTuple):
    """Flat polygons that stand still: rooms and pictures on walls.

    Attributes:
        count: (N,) int32, how many of the F faces each world has.
        vertices: (N, F, 4, 3) float32, metres, counter-clockwise seen from the front.
        num_vertices: (N, F) int32, 3 or 4.
        texture_coordinates: (N, F, 3, 2) float32 of the first three vertices, in textures.
        colors: (N, F, 3) float32, lit, 1 is full brightness; multiplies the texture.
        textures: (N, F) int32, a texture's number or ``UNTEXTURED``.
        entities: (N, F) int32, what the face belongs to: see ``darla_envs.render.scene``.
    """

    count: np.ndarray  # type: ignore[assignment]  # hides a method of tuples
    vertices: np.ndarray
    num_vertices: np.ndarray
    texture_coordinates: np.ndarray
    colors: np.ndarray
    textures: np.ndarray
    entities: np.ndarray


class Instances(NamedTuple):
    """Meshes that stand somewhere.

    Attributes:
        count: (N,) int32, how many of the K instances each world has.
        meshes: (N, K) int32, a mesh's number, or -1 for one that is not there.
        positions: (N, K, 3) float32, metres.
        yaws: (N, K) float32, radians.
        scales: (N, K, 3) float32, by which vertices are multiplied.
        normal_scales: (N, K) float32, by which normals are multiplied.
        tints: (N, K, 3) float32, RGB in [0, 1].
        painted: (N, K) bool; True: the tint replaces the mesh's own colours, which only say how
            bright each vertex is; False: the tint multiplies them.
        entities: (N, K) int32.
    """

    count: np.ndarray  # type: ignore[assignment]  # hides a method of tuples
    meshes: np.ndarray
    positions: np.ndarray
    yaws: np.ndarray
    scales: np.ndarray
    normal_scales: np.ndarray
    tints: np.ndarray
    painted: np.ndarray
    entities: np.ndarray


class Lights(NamedTuple):
    """The light of each world, see :class:`~darla_envs.render.scene.SceneLight`, and its sky.

    All are (N, 3) float32.
    """

    direction: np.ndarray
    ambient: np.ndarray
    diffuse: np.ndarray
    sky: np.ndarray


class SceneBatch:
    """The scenes and cameras of N worlds, a tuple of arrays for each kind of thing."""

    def __init__(self, num_worlds: int, num_faces: int = 8, num_instances: int = 4):
        """Make room for some faces and instances in each world; both grow when needed."""
        self.faces = _empty_faces(num_worlds, num_faces)
        self.instances = _empty_instances(num_worlds, num_instances)
        self.lights = Lights(*(np.zeros((num_worlds, 3), np.float32) for _ in range(4)))
        self.cameras = Cameras.empty(num_worlds)

    @property
    def num_worlds(self) -> int:
        """How many worlds there are."""
        return len(self.faces.count)

    @property
    def arrays(self) -> tuple[Faces, Instances, Lights, Cameras]:
        """All arrays, as kernels take them."""
        return self.faces, self.instances, self.lights, self.cameras

    def put(self, world: int, scene: Scene) -> None:
        """Put a whole scene into a world; its camera stays where it is."""
        light = scene.light
        given = (light.direction, light.ambient, light.diffuse, scene.sky)
        for array, value in zip(self.lights, given, strict=True):
            array[world] = value
        self._put_faces(world, scene)
        self._put_instances(world, scene)

    def _put_faces(self, world: int, scene: Scene) -> None:
        """Put a scene's faces into a world, lit."""
        given = scene.faces
        count = len(given.textures)
        if count > self.faces.textures.shape[1]:
            self.faces = Faces(*_grown(self.faces, _empty_faces(self.num_worlds, 2 * count)))
        colors = scene.light.on_flat(given.normals, given.tints)
        _fill(self.faces, world, count, {**vars(given), "colors": colors})

    def _put_instances(self, world: int, scene: Scene) -> None:
        """Put a scene's instances into a world."""
        given = scene.instances
        count = len(given.meshes)
        if count > self.instances.meshes.shape[1]:
            larger = _empty_instances(self.num_worlds, 2 * count)
            self.instances = Instances(*_grown(self.instances, larger))
        _fill(self.instances, world, count, vars(given))


def _fill(
    arrays: Faces | Instances, world: int, count: int, given: Mapping[str, np.ndarray]
) -> None:
    """Put ``count`` faces or instances, given as arrays by name, into a world."""
    arrays.count[world] = count
    for name in arrays._fields[1:]:
        getattr(arrays, name)[world, :count] = given[name]


def _empty_faces(worlds: int, faces: int) -> Faces:
    """Return room for so many faces in each world."""
    return Faces(
        np.zeros(worlds, np.int32),
        np.zeros((worlds, faces, 4, 3), np.float32),
        np.full((worlds, faces), 4, np.int32),
        np.zeros((worlds, faces, 3, 2), np.float32),
        np.zeros((worlds, faces, 3), np.float32),
        np.full((worlds, faces), UNTEXTURED, np.int32),
        np.full((worlds, faces), -1, np.int32),
    )


def _empty_instances(worlds: int, instances: int) -> Instances:
    """Return room for so many instances in each world."""
    return Instances(
        np.zeros(worlds, np.int32),
        np.full((worlds, instances), -1, np.int32),
        np.zeros((worlds, instances, 3), np.float32),
        np.zeros((worlds, instances), np.float32),
        np.ones((worlds, instances, 3), np.float32),
        np.ones((worlds, instances), np.float32),
        np.ones((worlds, instances, 3), np.float32),
        np.zeros((worlds, instances), np.bool_),
        np.zeros((worlds, instances), np.int32),
    )


def _grown(old: Iterable[np.ndarray], new: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Copy arrays into larger ones, which are returned."""
    for before, after in zip(old, new, strict=True):
        after[tuple(map(slice, before.shape))] = before
    return new
