"""Draw the instances of one world: meshes in a pose, lit at each corner as OpenGL does it."""

import math

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined
from darla_envs.render.camera import project
from darla_envs.render.coverage import first_row_below
from darla_envs.render.meshes import MeshArrays
from darla_envs.render.polygons import draw_polygon, set_plane
from darla_envs.render.scene_batch import Instances, Lights
from darla_envs.render.scratch import (
    ENTITY,
    FLAT,
    PLANE_BLUE,
    PLANE_GREEN,
    PLANE_RED,
    PLANE_U,
    PLANE_V,
    SMOOTH,
    TEXTURE,
    Scratch,
)
from darla_envs.render.visibility import FAR, NEAR

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


@drawing
def draw_instances(
    instances: Instances, meshes: MeshArrays, lights: Lights, world: int, position: np.ndarray,
    scratch: Scratch, number: int, width: int, height: int, offsets: np.ndarray, samples: int,
) -> int:  # fmt: skip
    """Draw the instances of one world; the projection is set up.

    The first polygon gets ``number``; return what the next one gets, less than 1 when there are too
    many.
    """
    for instance in range(instances.count[world]):
        if instances.meshes[world, instance] >= 0 and _in_view(
            instances, meshes.bounds, world, instance, position, scratch.projection, width, height
        ):
            whole = _place_vertices(instances, meshes, world, instance, position, scratch)
            number = _draw_triangles(
                instances, meshes, lights, world, instance, scratch, number, width, height, offsets,
                samples, whole,
            )  # fmt: skip
            if number < 1:
                return 0
    return number


@drawing
def _in_view(
    instances: Instances, bounds: np.ndarray, world: int, instance: int, position: np.ndarray,
    projection: np.ndarray, width: int, height: int,
) -> bool:  # fmt: skip
    """Return whether the sphere around an instance reaches into the picture."""
    mesh, scales = instances.meshes[world, instance], instances.scales
    a, b, c = scales[world, instance, 0], scales[world, instance, 1], scales[world, instance, 2]
    yaw = instances.yaws[world, instance]
    x, y, z = _turned(bounds[mesh, 0] * a, bounds[mesh, 1] * b, bounds[mesh, 2] * c, yaw)
    px, py, w = project(
        projection,
        instances.positions[world, instance, 0] + x - position[world, 0],
        instances.positions[world, instance, 1] + y - position[world, 1],
        instances.positions[world, instance, 2] + z - position[world, 2],
    )
    radius = bounds[mesh, 3] * max(abs(a), abs(b), abs(c))
    if w < NEAR - radius or w > FAR + radius:
        return False
    left, right, top, bottom = _ZERO, _ZERO, _ZERO, _ZERO
    for axis in range(3):
        along = projection[2, axis]
        left += projection[0, axis] ** 2
        right += (width * along - projection[0, axis]) ** 2
        top += projection[1, axis] ** 2
        bottom += (height * along - projection[1, axis]) ** 2
    return bool(
        px >= -radius * math.sqrt(left)
        and width * w - px >= -radius * math.sqrt(right)
        and py >= -radius * math.sqrt(top)
        and height * w - py >= -radius * math.sqrt(bottom)
    )


@inlined
def _turned(
    x: np.float32, y: np.float32, z: np.float32, yaw: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Turn a vector to the left around the vertical axis."""
    cosine, sine = np.float32(math.cos(yaw)), np.float32(math.sin(yaw))
    return x * cosine + z * sine, y, z * cosine - x * sine


@drawing
def _place_vertices(
    instances: Instances, meshes: MeshArrays, world: int, instance: int, position: np.ndarray,
    scratch: Scratch,
) -> bool:  # fmt: skip
    """Project an instance's vertices, and return whether all are beyond the near plane."""
    p, at = scratch.projection, instances.positions
    vertices, places, own = scratch.vertices, scratch.places, meshes.vertices
    x0, y0, w0 = project(
        p,
        at[world, instance, 0] - position[world, 0],
        at[world, instance, 1] - position[world, 1],
        at[world, instance, 2] - position[world, 2],
    )
    cosine = np.float32(math.cos(instances.yaws[world, instance]))
    sine = np.float32(math.sin(instances.yaws[world, instance]))
    scales = instances.scales
    a, b, c = scales[world, instance, 0], scales[world, instance, 1], scales[world, instance, 2]
    xx, xy, xz = _rows(p, 0, cosine, sine, a, b, c)
    yx, yy, yz = _rows(p, 1, cosine, sine, a, b, c)
    wx, wy, wz = _rows(p, 2, cosine, sine, a, b, c)
    mesh = instances.meshes[world, instance]
    first = meshes.vertex_start[mesh]
    nearest = np.float32(FAR)
    for k in range(meshes.vertex_start[mesh + 1] - first):
        vx, vy, vz = own[first + k, 0], own[first + k, 1], own[first + k, 2]
        x = x0 + xx * vx + xy * vy + xz * vz
        y = y0 + yx * vx + yy * vy + yz * vz
        w = w0 + wx * vx + wy * vy + wz * vz
        vertices[k, 0], vertices[k, 1], vertices[k, 2] = x, y, w
        places[k, 0], places[k, 1] = x / w, y / w
        nearest = min(nearest, w)
    return bool(nearest >= NEAR)


@inlined
def _rows(
    projection: np.ndarray, row: int, cosine: np.float32, sine: np.float32, a: np.float32,
    b: np.float32, c: np.float32,
) -> tuple[np.float32, np.float32, np.float32]:  # fmt: skip
    """Return a row of the matrix that scales, turns and projects an offset in object space."""
    x, y, z = projection[row, 0], projection[row, 1], projection[row, 2]
    return (x * cosine - z * sine) * a, y * b, (x * sine + z * cosine) * c


@drawing
def _draw_triangles(
    instances: Instances, meshes: MeshArrays, lights: Lights, world: int, instance: int,
    scratch: Scratch,
    number: int, width: int, height: int, offsets: np.ndarray, samples: int, whole: bool,
) -> int:  # fmt: skip
    """Draw an instance's triangles; ``whole`` says that none needs to be clipped."""
    mesh = instances.meshes[world, instance]
    first = meshes.vertex_start[mesh]
    triangles, at = meshes.triangles, meshes.texture_coordinates
    vertices, places, corners = scratch.vertices, scratch.places, scratch.corners
    weights, planes, kinds = scratch.weights, scratch.planes, scratch.kinds
    light = _light_of(instances, lights, world, instance)
    for triangle in range(meshes.triangle_start[mesh], meshes.triangle_start[mesh + 1]):
        i, j, k = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        if whole and _misses(places, i, j, k, width, samples):
            continue
        if number >= len(kinds):
            return 0
        for axis in range(3):
            corners[0, axis] = vertices[i, axis]
            corners[1, axis] = vertices[j, axis]
            corners[2, axis] = vertices[k, axis]
        if not draw_polygon(
            corners, scratch.clipped, 3, weights, scratch.spans, scratch.keys, planes, number,
            offsets, samples, width, height,
        ):  # fmt: skip
            continue
        i, j, k = first + i, first + j, first + k
        kinds[number, SMOOTH] = _light_corners(
            meshes.normals, meshes.colors, i, j, k, light, weights, planes, number
        )
        kinds[number, ENTITY] = instances.entities[world, instance]
        texture = meshes.textures[triangle]
        kinds[number, TEXTURE] = texture
        if texture >= 0:
            set_plane(planes, number, PLANE_U, weights, at[i, 0], at[j, 0], at[k, 0])
            set_plane(planes, number, PLANE_V, weights, at[i, 1], at[j, 1], at[k, 1])
        number += 1
    return number


@inlined
def _misses(places: np.ndarray, i: int, j: int, k: int, width: int, samples: int) -> bool:
    """Return whether a triangle on the screen shows its back or lies between all samples."""
    x0, y0 = places[i, 0], places[i, 1]
    x1, y1 = places[j, 0], places[j, 1]
    x2, y2 = places[k, 0], places[k, 1]
    top, bottom = min(y0, y1, y2), max(y0, y1, y2)
    return (
        (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) >= 0
        or max(x0, x1, x2) < 0
        or min(x0, x1, x2) > width
        or first_row_below(top, samples) == first_row_below(bottom, samples)
    )


@drawing
def _light_of(
    instances: Instances, lights: Lights, world: int, instance: int
) -> tuple[np.float32, ...]:
    """Return what lights an instance, as ten float32.

    They are the light's direction in object space, scaled as normals are; the ambient and the
    diffuse light that its tint leaves; and whether the tint replaces the mesh's own colours.
    """
    scale = instances.normal_scales[world, instance]
    towards, yaw = lights.direction, -instances.yaws[world, instance]
    x, y, z = _turned(towards[world, 0], towards[world, 1], towards[world, 2], yaw)
    painted = _ONE if instances.painted[world, instance] else _ZERO
    tint, ambient, diffuse = instances.tints, lights.ambient, lights.diffuse
    red, green, blue = tint[world, instance, 0], tint[world, instance, 1], tint[world, instance, 2]
    return (
        x * scale, y * scale, z * scale,
        ambient[world, 0] * red, ambient[world, 1] * green, ambient[world, 2] * blue,
        diffuse[world, 0] * red, diffuse[world, 1] * green, diffuse[world, 2] * blue,
        painted,
    )  # fmt: skip


@drawing
def _light_corners(
    normals: np.ndarray, colors: np.ndarray, i: int, j: int, k: int, light: tuple[np.float32, ...],
    weights: np.ndarray, planes: np.ndarray, number: int,
) -> int:  # fmt: skip
    """Note a triangle's colour, and how it varies where its corners differ; return whether."""
    r0, g0, b0 = _lit(normals, colors, i, light)
    r1, g1, b1 = _lit(normals, colors, j, light)
    r2, g2, b2 = _lit(normals, colors, k, light)
    planes[number, FLAT, 0] = r0
    planes[number, FLAT, 1] = g0
    planes[number, FLAT, 2] = b0
    if r0 == r1 == r2 and g0 == g1 == g2 and b0 == b1 == b2:
        return 0
    set_plane(planes, number, PLANE_RED, weights, r0, r1, r2)
    set_plane(planes, number, PLANE_GREEN, weights, g0, g1, g2)
    set_plane(planes, number, PLANE_BLUE, weights, b0, b1, b2)
    return 1


@inlined
def _lit(
    normals: np.ndarray, colors: np.ndarray, vertex: int, light: tuple[np.float32, ...]
) -> tuple[np.float32, np.float32, np.float32]:
    """Return the colour of a lit vertex, three float32 in [0, 1]."""
    facing = (
        normals[vertex, 0] * light[0]
        + normals[vertex, 1] * light[1]
        + normals[vertex, 2] * light[2]
    )
    facing = max(facing, _ZERO)
    red, green, blue = colors[vertex, 0], colors[vertex, 1], colors[vertex, 2]
    if light[9] > _ZERO:
        brightness = max(red, green, blue)
        red, green, blue = brightness, brightness, brightness
    return (
        min(red * (light[3] + facing * light[6]), _ONE),
        min(green * (light[4] + facing * light[7]), _ONE),
        min(blue * (light[5] + facing * light[8]), _ONE),
    )
