"""Draw the faces of one world: flat polygons, each in one light."""

from envs.compiled import kernel
from envs.render.camera import project
from envs.render.polygons import draw_polygon, set_plane
from envs.render.scratch import PLANE_U, PLANE_V


@kernel
def draw_faces(faces, world, position, scratch, weights, number, width, height, offsets):
    """Draw the faces of one world.

    Args:
        faces: see ``envs.render.scene_batch.Faces``.
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
    surfaces = scratch.surfaces
    for face in range(faces.count[world]):
        if number >= len(surfaces.flats):
            return 0
        count = faces.num_vertices[world, face]
        _project_corners(faces.vertices[world, face], count, position, scratch)
        if not draw_polygon(scratch, count, weights, number, width, height, offsets):
            continue
        surfaces.smooth[number] = False
        surfaces.flats[number] = faces.colors[world, face]
        surfaces.entities[number] = faces.entities[world, face]
        texture = faces.textures[world, face]
        surfaces.textures[number] = texture
        surfaces.plain[number] = texture < 0
        if texture >= 0:
            at = faces.texture_coordinates[world, face]
            planes = surfaces.planes[number]
            set_plane(planes[PLANE_U], weights, at[0, 0], at[1, 0], at[2, 0])
            set_plane(planes[PLANE_V], weights, at[0, 1], at[1, 1], at[2, 1])
        number += 1
    return number


@kernel
def _project_corners(vertices, count, position, scratch):
    for k in range(count):
        dx = vertices[k, 0] - position[0]
        dy = vertices[k, 1] - position[1]
        dz = vertices[k, 2] - position[2]
        x, y, w = project(scratch.projection, dx, dy, dz)
        scratch.corners[k, 0] = x
        scratch.corners[k, 1] = y
        scratch.corners[k, 2] = w
