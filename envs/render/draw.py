"""Draw one world after the other; this is what each thread does."""

import numpy as np

from envs.compiled import kernel
from envs.render.camera import aim
from envs.render.faces import draw_faces
from envs.render.resolve import resolve
from envs.render.scene import SKY_ENTITY
from envs.render.things import draw_things
from envs.render.visibility import SKY, polygon_number


@kernel
def draw_worlds(
    faces, things, lights, cameras, meshes, textures, chosen, offsets, scratch, pictures
):
    """Draw some worlds.

    Args:
        faces: see ``envs.render.scene_batch``, as are the next two.
        things: of all worlds.
        lights: of all worlds.
        cameras: of all worlds.
        meshes: see ``envs.render.meshes.MeshArrays``.
        textures: see ``envs.render.textures.TextureArrays``.
        chosen: (n,) int64, which worlds.
        offsets: (samples,) float32.
        scratch: the thread's memory.
        pictures: (n, H, W, 3) uint8; receives the pictures.

    Returns:
        -1, or the first world that shows too many polygons.
    """
    for k in range(len(chosen)):
        world = chosen[k]
        _, height, width, _ = pictures.shape
        if not find_visible(
            faces, things, lights, cameras, meshes, world, offsets, scratch, width, height
        ):
            return world
        resolve(
            scratch.keys,
            scratch.numbers,
            scratch.sums,
            scratch.surfaces,
            scratch.work,
            scratch.work_bits,
            scratch.texels,
            textures,
            len(offsets),
            pictures[k],
        )
    return -1


@kernel
def find_visible(
    faces, things, lights, cameras, meshes, world, offsets, scratch, width, height
):  # fmt: skip
    """Fill the visibility buffer for one world; return whether all polygons had a number."""
    scratch.keys[:] = SKY
    surfaces = scratch.surfaces
    surfaces.flats[0] = lights.sky[world]
    surfaces.plain[0] = True
    surfaces.entities[0] = SKY_ENTITY
    yaw, pitch, fov_y = cameras.yaw[world], cameras.pitch[world], cameras.fov_y[world]
    aim(yaw, pitch, fov_y, width, height, scratch.projection)
    position = cameras.position[world]
    weights = np.empty((3, 3), np.float64)
    number = draw_faces(faces, world, position, scratch, weights, 1, width, height, offsets)
    if number < 1:
        return False
    number = draw_things(
        things, meshes, lights, world, position, scratch, weights, number, width, height, offsets
    )
    return number >= 1


@kernel
def measure_worlds(
    faces, things, lights, cameras, meshes, chosen, offsets, scratch, depths, entities
):
    """Measure how far away and whose each pixel is, at its centre; see :func:`draw_worlds`.

    Args:
        faces: as for :func:`draw_worlds`, as are the next four, ``chosen`` and ``scratch``.
        things: of all worlds.
        lights: of all worlds.
        cameras: of all worlds.
        meshes: all meshes.
        chosen: (n,) int64, which worlds.
        offsets: (1,) float32, one sample a pixel.
        scratch: the thread's memory.
        depths: (n, H, W) float32; receives distances along the view in metres, infinite for sky.
        entities: (n, H, W) int32; receives entities, see ``envs.render.scene``.
    """
    for k in range(len(chosen)):
        world = chosen[k]
        _, height, width = depths.shape
        if not find_visible(
            faces, things, lights, cameras, meshes, world, offsets, scratch, width, height
        ):
            return world
        for y in range(height):
            for x in range(width):
                number = polygon_number(scratch.keys[y, x])
                plane = scratch.surfaces.planes[number, 0]
                entities[k, y, x] = scratch.surfaces.entities[number]
                inverse = plane[0] * (x + 0.5) + plane[1] * (y + 0.5) + plane[2]
                depths[k, y, x] = np.inf if number == 0 else 1.0 / inverse
    return -1
