"""The memory that one thread draws with; it is made once and used for every picture."""

from typing import NamedTuple

import numpy as np

from envs.render.visibility import LANES, MOST_POLYGONS

CHUNK = 64  # pixels that are shaded at once; a power of two, so that a compiler can prove it
# Rows of CHUNK numbers in ``Scratch.work``:
DISTANCE, U, V, FOOTPRINT, LEVEL, BLEND = 0, 1, 2, 3, 4, 5
WEIGHT_X, WEIGHT_Y, CORNER_00, CORNER_10, CORNER_01, CORNER_11 = 6, 7, 8, 9, 10, 11
RED, GREEN, BLUE, TEXEL_RED, TEXEL_GREEN, TEXEL_BLUE = 12, 13, 14, 15, 16, 17
COARSE_RED, COARSE_GREEN, COARSE_BLUE = 18, 19, 20
SHARE = 21
_WORK_ROWS = 22

INVERSE, PLANE_RED, PLANE_GREEN, PLANE_BLUE, PLANE_U, PLANE_V = 0, 1, 2, 3, 4, 5
"""Rows of ``Surfaces.planes``: 1 / distance, and colours and texture coordinates over distance."""

MOST_CORNERS = 8  # of a polygon after clipping


class Surfaces(NamedTuple):
    """What the polygons of a picture look like, by their numbers; number 0 is the sky.

    Attributes:
        planes: (P, 6, 3) float32 for each polygon: quantities over distance, affine in x, y.
        flats: (P, 3) float32, colours of polygons of one colour, 1 is full brightness.
        smooth: (P,) bool, whether the colour varies over the polygon.
        textures: (P,) int32, a texture's number or -1.
        plain: (P,) bool, neither smooth nor textured.
        entities: (P,) int32.
    """

    planes: np.ndarray
    flats: np.ndarray
    smooth: np.ndarray
    textures: np.ndarray
    plain: np.ndarray
    entities: np.ndarray

    @classmethod
    def make(cls, polygons: int) -> "Surfaces":
        """Make room for so many polygons."""
        return cls(
            planes=np.zeros((polygons, 6, 3), np.float32),
            flats=np.zeros((polygons, 3), np.float32),
            smooth=np.zeros(polygons, np.bool_),
            textures=np.zeros(polygons, np.int32),
            plain=np.zeros(polygons, np.bool_),
            entities=np.zeros(polygons, np.int32),
        )


class Scratch(NamedTuple):
    """What is written while a picture is drawn.

    Attributes:
        keys: (rows, W') uint32, the visibility buffer.
        left: (rows,) float32, where the current polygon's spans begin.
        right: (rows,) float32, where they end.
        projection: (3, 3) float32, see ``envs.render.camera.aim``.
        corners: (8, 3) float32, the current polygon, projected.
        clipped: (8, 3) float32, the same after clipping.
        screen: (8, 2) float32, the same on the screen.
        vertices: (V, 3) float32, the current mesh, projected.
        places: (V, 2) float32, the same on the screen.
        surfaces: see :class:`Surfaces`.
        numbers: (W,) int32, the polygon of each pixel of a row, or -1 where there are several.
        sums: (3 W,) float32, the colours of a row of pixels, channel after channel.
        work: (22 * 64,) float32, rows of numbers for the pixels that are being shaded.
        work_bits: the same memory as int32.
        texels: (4 * 64,) uint32, the texels around each pixel that is being shaded.
    """

    keys: np.ndarray
    left: np.ndarray
    right: np.ndarray
    projection: np.ndarray
    corners: np.ndarray
    clipped: np.ndarray
    screen: np.ndarray
    vertices: np.ndarray
    places: np.ndarray
    surfaces: Surfaces
    numbers: np.ndarray
    sums: np.ndarray
    work: np.ndarray
    work_bits: np.ndarray
    texels: np.ndarray

    @classmethod
    def make(cls, width: int, height: int, samples: int, polygons: int, vertices: int) -> "Scratch":
        """Make the memory for pictures of one size.

        Args:
            width: in pixels.
            height: in pixels.
            samples: samples a pixel.
            polygons: how many a picture may show.
            vertices: how many a mesh may have.
        """
        rows, padded = height * samples, -(-width // LANES) * LANES
        polygons = min(polygons, MOST_POLYGONS) + 1
        work = np.zeros(_WORK_ROWS * CHUNK, np.float32)
        return cls(
            keys=np.zeros((rows, padded), np.uint32),
            left=np.zeros(rows, np.float32),
            right=np.zeros(rows, np.float32),
            projection=np.zeros((3, 3), np.float32),
            corners=np.zeros((MOST_CORNERS, 3), np.float32),
            clipped=np.zeros((MOST_CORNERS, 3), np.float32),
            screen=np.zeros((MOST_CORNERS, 2), np.float32),
            vertices=np.zeros((vertices, 3), np.float32),
            places=np.zeros((vertices, 2), np.float32),
            surfaces=Surfaces.make(polygons),
            numbers=np.zeros(width, np.int32),
            sums=np.zeros(3 * width, np.float32),
            work=work,
            work_bits=work.view(np.int32),
            texels=np.zeros(4 * CHUNK, np.uint32),
        )
