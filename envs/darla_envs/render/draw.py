"""Draw one world after the other; this is what each thread does."""

import numpy as np

from darla_envs.kernels.compiled import drawing
from darla_envs.render.camera import Cameras, aim
from darla_envs.render.faces import draw_faces
from darla_envs.render.instances import draw_instances
from darla_envs.render.meshes import MeshArrays
from darla_envs.render.resolve import resolve
from darla_envs.render.scene import SKY_ENTITY
from darla_envs.render.scene_batch import Faces, Instances, Lights
from darla_envs.render.scratch import ENTITY, FLAT, INVERSE, SMOOTH, TEXTURE, Scratch
from darla_envs.render.textures import TextureArrays
from darla_envs.render.visibility import SKY, polygon_number


@drawing
def draw_worlds(
    scenes: tuple[Faces, Instances, Lights, Cameras], meshes: MeshArrays, textures: TextureArrays,
    chosen: np.ndarray, offsets: np.ndarray, samples: int, scratch: Scratch, pictures: np.ndarray,
    width: int, height: int,
) -> int:  # fmt: skip
    """Draw the ``chosen`` worlds, (n,) int64, into ``pictures``, (n, H * W * 3) uint8.

    Return -1, or the first world that shows too many polygons.
    """
    for k in range(len(chosen)):
        if not find_visible(scenes, meshes, chosen[k], offsets, samples, scratch, width, height):
            return int(chosen[k])
        resolve(scratch, textures, samples, pictures, k, width, height)
    return -1


@drawing
def find_visible(
    scenes: tuple[Faces, Instances, Lights, Cameras], meshes: MeshArrays, world: int,
    offsets: np.ndarray, samples: int, scratch: Scratch, width: int, height: int,
) -> bool:  # fmt: skip
    """Fill the visibility buffer for one world; return whether all polygons had a number."""
    faces, instances, lights, cameras = scenes
    scratch.keys[:] = SKY
    for channel in range(3):
        scratch.planes[0, FLAT, channel] = lights.sky[world, channel]
    scratch.kinds[0, TEXTURE] = -1
    scratch.kinds[0, SMOOTH] = 0
    scratch.kinds[0, ENTITY] = SKY_ENTITY
    yaw, pitch, fov_y = cameras.yaw[world], cameras.pitch[world], cameras.fov_y[world]
    aim(yaw, pitch, fov_y, width, height, scratch.projection)
    number = draw_faces(faces, world, cameras.position, scratch, 1, width, height, offsets, samples)
    if number < 1:
        return False
    number = draw_instances(
        instances, meshes, lights, world, cameras.position, scratch, number, width, height, offsets,
        samples,
    )  # fmt: skip
    return number >= 1


@drawing
def measure_worlds(
    scenes: tuple[Faces, Instances, Lights, Cameras], meshes: MeshArrays, chosen: np.ndarray,
    offsets: np.ndarray, scratch: Scratch, depths: np.ndarray, entities: np.ndarray,
) -> int:  # fmt: skip
    """Measure how far away and whose each pixel is, at its centre: one sample a pixel.

    What :meth:`~darla_envs.render.renderer.Renderer.measure` returns is written into ``depths`` and
    ``entities``. Return -1, or the first world that shows too many polygons.
    """
    _, height, width = depths.shape
    planes = scratch.planes
    for k in range(len(chosen)):
        if not find_visible(scenes, meshes, chosen[k], offsets, 1, scratch, width, height):
            return int(chosen[k])
        for y in range(height):
            for x in range(width):
                number = polygon_number(scratch.keys[y, x])
                entities[k, y, x] = scratch.kinds[number, ENTITY]
                inverse = planes[number, INVERSE, 0] * (x + 0.5)
                inverse += planes[number, INVERSE, 1] * (y + 0.5) + planes[number, INVERSE, 2]
                depths[k, y, x] = np.inf if number == 0 else 1.0 / inverse
    return -1
