"""Draw the things of one world: meshes in a pose, lit at each corner as OpenGL does it."""

import math

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.camera import project
from envs.render.coverage import first_row_below
from envs.render.polygons import draw_polygon, set_plane
from envs.render.scratch import PLANE_BLUE, PLANE_GREEN, PLANE_RED, PLANE_U, PLANE_V
from envs.render.visibility import FAR, NEAR


@kernel
def draw_things(
    things, meshes, lights, world, position, scratch, weights, number, width, height, offsets
):
    """Draw the things of one world.

    Args:
        things: see ``envs.render.scene_batch.Things``.
        meshes: see ``envs.render.meshes.MeshArrays``.
        lights: see ``envs.render.scene_batch.Lights``.
        world: which world.
        position: (3,) float32, the camera's, in world space.
        scratch: the thread's memory, with the projection set up.
        weights: (3, 3) float64, memory.
        number: the number that the first polygon gets.
        width: of the picture in pixels.
        height: of the picture in pixels.
        offsets: (samples,) float32.

    Returns:
        The number that the next polygon gets; less than 1 when there are too many.
    """
    for thing in range(things.count[world]):
        mesh = things.meshes[world, thing]
        if mesh < 0 or _out_of_view(
            things, meshes.bounds[mesh], world, thing, position, scratch.projection, width, height
        ):
            continue
        whole = _place_vertices(things, meshes, world, thing, position, scratch)
        number = _draw_triangles(
            things, meshes, lights, world, thing, scratch, weights, number, width, height, offsets,
            whole,
        )  # fmt: skip
        if number < 1:
            return 0
    return number


@kernel
def _out_of_view(things, bound, world, thing, position, projection, width, height):
    """Return whether the sphere around a thing lies beyond one side of the picture."""
    scale = things.scales[world, thing]
    yaw = things.yaws[world, thing]
    x, y, z = _turned(bound[0] * scale[0], bound[1] * scale[1], bound[2] * scale[2], yaw)
    at = things.positions[world, thing]
    dx, dy, dz = at[0] + x - position[0], at[1] + y - position[1], at[2] + z - position[2]
    radius = bound[3] * max(abs(scale[0]), abs(scale[1]), abs(scale[2]))
    px, py, w = project(projection, dx, dy, dz)
    if w < NEAR - radius or w > FAR + radius:
        return True
    left, right, top, bottom = 0.0, 0.0, 0.0, 0.0
    for axis in range(3):
        along = projection[2, axis]
        left += projection[0, axis] ** 2
        right += (width * along - projection[0, axis]) ** 2
        top += projection[1, axis] ** 2
        bottom += (height * along - projection[1, axis]) ** 2
    return (
        px < -radius * math.sqrt(left)
        or width * w - px < -radius * math.sqrt(right)
        or py < -radius * math.sqrt(top)
        or height * w - py < -radius * math.sqrt(bottom)
    )


@inlined
def _turned(x, y, z, yaw):
    """Turn a vector to the left around the vertical axis."""
    cosine, sine = math.cos(yaw), math.sin(yaw)
    return x * cosine + z * sine, y, z * cosine - x * sine


@kernel
def _place_vertices(things, meshes, world, thing, position, scratch):
    """Project a thing's vertices, and return whether all are beyond the near plane."""
    matrix = _object_to_screen(things, world, thing, scratch.projection)
    at = things.positions[world, thing]
    origin_x, origin_y, origin_w = project(
        scratch.projection, at[0] - position[0], at[1] - position[1], at[2] - position[2]
    )
    mesh = things.meshes[world, thing]
    first = meshes.vertex_start[mesh]
    nearest = np.float32(FAR)
    for k in range(meshes.vertex_start[mesh + 1] - first):
        v = meshes.vertices[first + k]
        x = origin_x + matrix[0] * v[0] + matrix[1] * v[1] + matrix[2] * v[2]
        y = origin_y + matrix[3] * v[0] + matrix[4] * v[1] + matrix[5] * v[2]
        w = origin_w + matrix[6] * v[0] + matrix[7] * v[1] + matrix[8] * v[2]
        scratch.vertices[k, 0] = x
        scratch.vertices[k, 1] = y
        scratch.vertices[k, 2] = w
        inverse = np.float32(1.0) / w
        scratch.places[k, 0] = x * inverse
        scratch.places[k, 1] = y * inverse
        nearest = min(nearest, w)
    return nearest >= NEAR


@kernel
def _object_to_screen(things, world, thing, projection):
    """Return the 9 float32, row by row, that map object space to projected offsets."""
    yaw = things.yaws[world, thing]
    cosine, sine = np.float32(math.cos(yaw)), np.float32(math.sin(yaw))
    scale = things.scales[world, thing]
    p = projection
    return (
        (p[0, 0] * cosine - p[0, 2] * sine) * scale[0],
        p[0, 1] * scale[1],
        (p[0, 0] * sine + p[0, 2] * cosine) * scale[2],
        (p[1, 0] * cosine - p[1, 2] * sine) * scale[0],
        p[1, 1] * scale[1],
        (p[1, 0] * sine + p[1, 2] * cosine) * scale[2],
        (p[2, 0] * cosine - p[2, 2] * sine) * scale[0],
        p[2, 1] * scale[1],
        (p[2, 0] * sine + p[2, 2] * cosine) * scale[2],
    )


@kernel
def _draw_triangles(
    things, meshes, lights, world, thing, scratch, weights, number, width, height, offsets, whole
):
    """Draw a thing's triangles; ``whole`` says that none needs to be clipped."""
    mesh = things.meshes[world, thing]
    first = meshes.vertex_start[mesh]
    surfaces = scratch.surfaces
    colors = np.empty((3, 3), np.float32)
    direction = _light_in_object_space(things, lights, world, thing)
    for triangle in range(meshes.triangle_start[mesh], meshes.triangle_start[mesh + 1]):
        corner_of = meshes.triangles[triangle]
        if whole and _misses(scratch.places, corner_of, width, height, len(offsets)):
            continue
        if number >= len(surfaces.flats):
            return 0
        for k in range(3):
            scratch.corners[k] = scratch.vertices[corner_of[k]]
        if not draw_polygon(scratch, 3, weights, number, width, height, offsets):
            continue
        for k in range(3):
            _light(things, meshes, lights, world, thing, direction, first + corner_of[k], colors[k])
        _note(surfaces, weights, number, colors)
        texture = meshes.textures[triangle]
        surfaces.textures[number] = texture
        surfaces.plain[number] = texture < 0 and not surfaces.smooth[number]
        surfaces.entities[number] = things.entities[world, thing]
        if texture >= 0:
            at = meshes.texture_coordinates
            a, b, c = first + corner_of[0], first + corner_of[1], first + corner_of[2]
            set_plane(surfaces.planes[number, PLANE_U], weights, at[a, 0], at[b, 0], at[c, 0])
            set_plane(surfaces.planes[number, PLANE_V], weights, at[a, 1], at[b, 1], at[c, 1])
        number += 1
    return number


@kernel
def _misses(places, corner_of, width, height, samples):
    """Return whether a triangle on the screen shows its back or lies between all samples."""
    x0, y0 = places[corner_of[0], 0], places[corner_of[0], 1]
    x1, y1 = places[corner_of[1], 0], places[corner_of[1], 1]
    x2, y2 = places[corner_of[2], 0], places[corner_of[2], 1]
    if (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) >= 0:
        return True
    if max(x0, x1, x2) < 0 or min(x0, x1, x2) > width:
        return True
    top, bottom = min(y0, y1, y2), max(y0, y1, y2)
    return first_row_below(top, samples) == first_row_below(bottom, samples)


@kernel
def _light_in_object_space(things, lights, world, thing):
    """Return the light's direction as the thing's unturned normals see it, and scaled as they."""
    light = lights.direction[world]
    scale = things.normal_scales[world, thing]
    x, y, z = _turned(light[0], light[1], light[2], -things.yaws[world, thing])
    return np.float32(x * scale), np.float32(y * scale), np.float32(z * scale)


@kernel
def _light(things, meshes, lights, world, thing, direction, vertex, color):
    """Write the colour of a lit vertex, (3,) float32 in [0, 1]."""
    normal = meshes.normals[vertex]
    own = meshes.colors[vertex]
    facing = normal[0] * direction[0] + normal[1] * direction[1] + normal[2] * direction[2]
    facing = max(facing, np.float32(0.0))
    brightness = max(own[0], own[1], own[2])
    painted = things.painted[world, thing]
    for k in range(3):
        tint = things.tints[world, thing, k] * (brightness if painted else own[k])
        reached = lights.ambient[world, k] + facing * lights.diffuse[world, k]
        color[k] = min(tint * reached, np.float32(1.0))


@kernel
def _note(surfaces, weights, number, colors):
    """Note a triangle's colour, or how it varies where its corners differ."""
    smooth = False
    for k in range(3):
        if colors[0, k] != colors[1, k] or colors[0, k] != colors[2, k]:
            smooth = True
    surfaces.smooth[number] = smooth
    surfaces.flats[number] = colors[0]
    if smooth:
        planes = surfaces.planes[number]
        set_plane(planes[PLANE_RED], weights, colors[0, 0], colors[1, 0], colors[2, 0])
        set_plane(planes[PLANE_GREEN], weights, colors[0, 1], colors[1, 1], colors[2, 1])
        set_plane(planes[PLANE_BLUE], weights, colors[0, 2], colors[1, 2], colors[2, 2])
