"""The memory that one thread draws with; it is made once and used for every picture.

Kernels take few arrays with many rows rather than many arrays: passing an array costs time.
"""

from typing import NamedTuple

import numpy as np

MOST_POLYGONS = 65_535  # in one picture, besides the sky
CHUNK = 64  # pixels that are shaded at once
LANES = 16  # samples or pixels that a CPU does at once
MOST_WIDTH = 4096  # of a picture in pixels
# Rows of CHUNK numbers in ``Scratch.work``:
RED, GREEN, BLUE = range(3)  # of the polygon, in its light and, at last, with its texture
U, V, FOOTPRINT, LEVEL, SCALE, BLEND = range(3, 9)
FINE_X, FINE_Y, COARSE_X, COARSE_Y = range(9, 13)  # within the texels of two mip levels
WORK_ROWS = 13

INVERSE, PLANE_RED, PLANE_GREEN, PLANE_BLUE, PLANE_U, PLANE_V, FLAT = range(7)
"""Rows of ``Scratch.planes``. The first six are affine in a pixel's place: 1 / distance, and
colours and texture coordinates over distance. The last is the colour of a polygon that has one."""

TEXTURE, SMOOTH, ENTITY = range(3)
"""Columns of ``Scratch.kinds``: the texture's number or -1, whether the colour varies, whose it
is."""

MOST_CORNERS = 8  # of a polygon after clipping


class Scratch(NamedTuple):
    """What is written while a picture is drawn.

    Attributes:
        keys: (rows, W') uint32, the visibility buffer.
        spans: (2, rows) int32, where the current polygon begins and ends.
        projection: (3, 3) float32, see ``darla_envs.render.camera.aim``.
        corners: (8, 3) float32, the current polygon, projected.
        clipped: (8, 3) float32, the same after clipping.
        weights: (3, 3) float64, see ``darla_envs.render.polygons.weights_over_distance``.
        vertices: (V, 3) float32, the current mesh, projected.
        places: (V, 2) float32, the same on the screen.
        planes: (P, 7, 3) float32, for each polygon of the picture; number 0 is the sky.
        kinds: (P, 3) int32, for each polygon of the picture.
        numbers: (W,) int32, the polygon of each pixel of a row, or -1 where there are several.
        seen: (4 W,) int32, polygons met among mixed pixels.
        sums: (3 * 4096,) float32, the colours of a row of pixels, channel after channel.
        work: (13 * 64,) float32, rows of numbers for the pixels that are being shaded.
        places_of_texels: (2 * 64,) int32, where the texels around each shaded pixel are.
        texels: (8 * 64,) uint32, those texels.
        texel_pairs: the same memory as uint64.
    """

    keys: np.ndarray
    spans: np.ndarray
    projection: np.ndarray
    corners: np.ndarray
    clipped: np.ndarray
    weights: np.ndarray
    vertices: np.ndarray
    places: np.ndarray
    planes: np.ndarray
    kinds: np.ndarray
    numbers: np.ndarray
    seen: np.ndarray
    sums: np.ndarray
    work: np.ndarray
    places_of_texels: np.ndarray
    texels: np.ndarray
    texel_pairs: np.ndarray

    @classmethod
    def make(cls, width: int, height: int, samples: int, polygons: int, vertices: int) -> "Scratch":
        """Make the memory for pictures of one size, and so many polygons and a mesh's vertices."""
        rows, padded = height * samples, -(-width // LANES) * LANES
        polygons = min(polygons, MOST_POLYGONS) + 1
        texels = np.zeros(8 * CHUNK, np.uint32)
        return cls(
            keys=np.zeros((rows, padded), np.uint32),
            spans=np.zeros((2, rows), np.int32),
            projection=np.zeros((3, 3), np.float32),
            corners=np.zeros((MOST_CORNERS, 3), np.float32),
            clipped=np.zeros((MOST_CORNERS, 3), np.float32),
            weights=np.zeros((3, 3), np.float64),
            vertices=np.zeros((vertices, 3), np.float32),
            places=np.zeros((vertices, 2), np.float32),
            planes=np.zeros((polygons, 7, 3), np.float32),
            kinds=np.zeros((polygons, 3), np.int32),
            numbers=np.zeros(width, np.int32),
            seen=np.zeros(4 * width, np.int32),
            sums=np.zeros(3 * MOST_WIDTH, np.float32),
            work=np.zeros(WORK_ROWS * CHUNK, np.float32),
            places_of_texels=np.zeros(2 * CHUNK, np.int32),
            texels=texels,
            texel_pairs=texels.view(np.uint64),
        )
