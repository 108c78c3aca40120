"""Small scenes whose pictures can be worked out by hand, and how to draw them.

Unless told otherwise a camera stands at the origin, looks along +x and is 90 degrees high and wide
in proportion, and the light leaves every colour as it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene import ROOM_ENTITY, WALL, Scene, SceneFaces, SceneInstances, SceneLight
from darla_envs.render.scene_batch import SceneBatch
from darla_envs.render.textures import TextureSet

FULL_LIGHT = SceneLight(np.array([0.0, 1.0, 0.0]), np.ones(3), np.zeros(3))
BLACK, WHITE, RED, GREEN, BLUE = (
    np.array(color, float) for color in ((0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1))
)
UPRIGHT = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
"""Texture coordinates of a rectangle that shows a texture once."""


@dataclass(frozen=True)
class Face:
    """A flat polygon, its corners counter-clockwise."""

    corners: np.ndarray
    tint: Sequence[float] = (1.0, 1.0, 1.0)
    texture: int = -1
    coordinates: Sequence[Sequence[float]] = UPRIGHT
    role: int = WALL
    entity: int = ROOM_ENTITY
    normal: Sequence[float] = (-1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Instance:
    """A mesh somewhere."""

    mesh: int
    position: Sequence[float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    scale: Sequence[float] = (1.0, 1.0, 1.0)
    normal_scale: float = 1.0
    tint: Sequence[float] = (1.0, 1.0, 1.0)
    painted: bool = False
    entity: int = 0


@dataclass(frozen=True)
class View:
    """A camera and the size of its picture."""

    width: int = 16
    height: int = 16
    position: Sequence[float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    pitch: float = 0.0
    fov_y: float = math.pi / 2
    antialias: bool = True
    renderer: Renderer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        renderer = Renderer(self.width, self.height, antialias=self.antialias, num_threads=1)
        object.__setattr__(self, "renderer", renderer)

    def wall(
        self,
        left: float = 0.0,
        top: float = 0.0,
        right: float | None = None,
        bottom: float | None = None,
        distance: float = 2.0,
    ) -> np.ndarray:
        """Return the corners of a wall that fills a rectangle of pixels of an unmoved camera."""
        right = self.width if right is None else right
        bottom = self.height if bottom is None else bottom
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        return np.array([self.point(x, y, distance) for x, y in corners])

    def point(self, x: float, y: float, distance: float) -> tuple[float, float, float]:
        """Return the point that lies at a place in the picture (pixels) of an unmoved camera."""
        tangent_y = math.tan(self.fov_y / 2)
        tangent_x = tangent_y * self.width / self.height
        across, up = 2 * x / self.width - 1, 1 - 2 * y / self.height
        return distance, distance * tangent_y * up, distance * tangent_x * across

    def put(self, scenes: SceneBatch, world: int = 0) -> None:
        """Put the camera into a world."""
        cameras = scenes.cameras
        cameras.position[world] = self.position
        cameras.yaw[world], cameras.pitch[world] = self.yaw, self.pitch
        cameras.fov_y[world] = self.fov_y

    def batch(self, scene: Scene) -> SceneBatch:
        """Return a batch of this one world."""
        scenes = SceneBatch(1)
        scenes.put(0, scene)
        self.put(scenes)
        return scenes

    def draw(
        self, scene: Scene, textures: TextureSet | None = None, meshes: MeshSet | None = None
    ) -> np.ndarray:
        """Return the picture of a scene."""
        out = np.full((1, self.height, self.width, 3), 77, np.uint8)
        textures, meshes = textures or TextureSet(), meshes or MeshSet()
        self.renderer.draw(self.batch(scene), meshes, textures, np.zeros(1, np.int64), out)
        return out[0]

    def draw_mesh(
        self,
        mesh: Mesh,
        textures: TextureSet | None = None,
        light: SceneLight = FULL_LIGHT,
        sky: Sequence[float] | np.ndarray = BLACK,
        **pose: Any,
    ) -> np.ndarray:
        """Return the picture of one mesh, posed as an :class:`Instance`."""
        scene = make_scene(instances=[Instance(0, **pose)], light=light, sky=sky)
        return self.draw(scene, textures, mesh_set(mesh))

    def measure(self, scene: Scene, meshes: MeshSet | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the distances and entities of a scene."""
        scenes, chosen = self.batch(scene), np.zeros(1, np.int64)
        distances, entities = self.renderer.measure(scenes, meshes or MeshSet(), chosen)
        return distances[0], entities[0]


def make_scene(
    faces: Sequence[Face] = (),
    instances: Sequence[Instance] = (),
    light: SceneLight = FULL_LIGHT,
    sky: Sequence[float] | np.ndarray = BLACK,
) -> Scene:
    """Return a scene of these faces and instances."""
    return Scene(make_faces(faces), make_instances(instances), light, np.array(sky, float))


def make_faces(faces: Sequence[Face]) -> SceneFaces:
    """Return faces as arrays."""
    vertices = np.zeros((len(faces), 4, 3))
    for row, face in enumerate(faces):
        vertices[row, : len(face.corners)] = face.corners
    return SceneFaces(
        vertices,
        np.array([len(face.corners) for face in faces], int),
        np.array([face.coordinates for face in faces], float).reshape(-1, 3, 2),
        np.array([face.normal for face in faces], float).reshape(-1, 3),
        np.array([face.tint for face in faces], float).reshape(-1, 3),
        np.array([face.texture for face in faces], int),
        np.array([face.role for face in faces], int),
        np.array([face.entity for face in faces], int),
    )


def make_instances(instances: Sequence[Instance]) -> SceneInstances:
    """Return instances as arrays."""
    return SceneInstances(
        np.array([instance.mesh for instance in instances], int),
        np.array([instance.position for instance in instances], float).reshape(-1, 3),
        np.array([instance.yaw for instance in instances], float),
        np.array([instance.scale for instance in instances], float).reshape(-1, 3),
        np.array([instance.normal_scale for instance in instances], float),
        np.array([instance.tint for instance in instances], float).reshape(-1, 3),
        np.array([instance.painted for instance in instances], bool),
        np.array([instance.entity for instance in instances], int),
    )


def as_triangles(
    polygon: np.ndarray,
    normal: Sequence[float] = (-1.0, 0.0, 0.0),
    colors: np.ndarray | None = None,
    coordinates: Sequence[Sequence[float]] = (*UPRIGHT, (0.0, 1.0)),
    texture: int = -1,
) -> Mesh:
    """Return a mesh of a convex polygon: a fan of triangles.

    Args:
        polygon: (C, 3), counter-clockwise seen from outside.
        normal: of all corners.
        colors: (C, 3), white when None.
        coordinates: (C, 2) texture coordinates.
        texture: its number or -1.
    """
    colors = np.ones_like(polygon) if colors is None else colors
    fan = np.array([(0, k, k + 1) for k in range(1, len(polygon) - 1)])
    normals = np.tile(normal, (*fan.shape, 1))
    at = np.asarray(coordinates, float)[:, :][np.minimum(fan, len(coordinates) - 1)]
    return Mesh(polygon[fan], normals, colors[fan], at, np.full(len(fan), texture))


def mesh_set(*meshes: Mesh) -> MeshSet:
    """Return meshes numbered from 0."""
    made = MeshSet()
    for number, mesh in enumerate(meshes):
        assert made.add(f"mesh {number}", mesh) == number
    return made


def texture_set(*pictures: np.ndarray) -> TextureSet:
    """Return textures numbered from 0."""
    made = TextureSet()
    for number, picture in enumerate(pictures):
        assert made.add(f"texture {number}", picture) == number
    return made


def plain_picture(color: Sequence[int], height: int = 4, width: int = 4) -> np.ndarray:
    """Return a picture of one colour."""
    return np.tile(np.array(color, np.uint8), (height, width, 1))


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return a picture of random bytes."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def assert_close(ours: np.ndarray, expected: np.ndarray, within: float = 1.0) -> None:
    """Assert that pictures differ by so many levels at most."""
    difference = np.abs(ours.astype(float) - expected)
    assert difference.max(initial=0.0) <= within, f"{difference.max()} at {difference.argmax()}"
