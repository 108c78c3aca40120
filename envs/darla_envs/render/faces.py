"""Draw the faces of one world: flat polygons, each in one light."""

import numpy as np

from darla_envs.kernels.compiled import drawing
from darla_envs.render.camera import project
from darla_envs.render.polygons import draw_polygon, set_plane
from darla_envs.render.scene_batch import Faces
from darla_envs.render.scratch import ENTITY, FLAT, PLANE_U, PLANE_V, SMOOTH, TEXTURE, Scratch


@drawing
def draw_faces(
    faces: Faces, world: int, position: np.ndarray, scratch: Scratch, number: int, width: int,
    height: int, offsets: np.ndarray, samples: int,
) -> int:  # fmt: skip
    """Draw the faces of one world; the projection is set up.

    The first polygon gets ``number``; return what the next one gets, less than 1 when there are too
    many.
    """
    corners, weights, planes, kinds = (
        scratch.corners, scratch.weights, scratch.planes, scratch.kinds,
    )  # fmt: skip
    at = faces.texture_coordinates
    for face in range(faces.count[world]):
        if number >= len(kinds):
            return 0
        count = faces.num_vertices[world, face]
        _project_corners(faces.vertices, world, face, count, position, scratch.projection, corners)
        if not draw_polygon(
            corners, scratch.clipped, count, weights, scratch.spans, scratch.keys, planes, number,
            offsets, samples, width, height,
        ):  # fmt: skip
            continue
        for k in range(3):
            planes[number, FLAT, k] = faces.colors[world, face, k]
        texture = faces.textures[world, face]
        kinds[number, TEXTURE] = texture
        kinds[number, SMOOTH] = 0
        kinds[number, ENTITY] = faces.entities[world, face]
        if texture >= 0:
            for axis, row in ((0, PLANE_U), (1, PLANE_V)):
                set_plane(
                    planes, number, row, weights,
                    at[world, face, 0, axis], at[world, face, 1, axis], at[world, face, 2, axis],
                )  # fmt: skip
        number += 1
    return number


@drawing
def _project_corners(
    vertices: np.ndarray, world: int, face: int, count: int, position: np.ndarray,
    projection: np.ndarray, corners: np.ndarray,
) -> None:  # fmt: skip
    """Write a face's corners, projected, into the rows of ``corners``."""
    for k in range(count):
        dx = vertices[world, face, k, 0] - position[world, 0]
        dy = vertices[world, face, k, 1] - position[world, 1]
        dz = vertices[world, face, k, 2] - position[world, 2]
        corners[k, 0], corners[k, 1], corners[k, 2] = project(projection, dx, dy, dz)
