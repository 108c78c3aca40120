"""Meshes: triangles that many instances share, in one pool of arrays."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """T triangles in object space: metres before scaling, y up, standing at the origin.

    Attributes:
        vertices: (T, 3, 3), counter-clockwise seen from outside.
        normals: (T, 3, 3).
        colors: (T, 3, 3) RGB in [0, 1].
        texture_coordinates: (T, 3, 2), in textures.
        textures: (T,) a texture's number, or -1.
    """

    vertices: np.ndarray
    normals: np.ndarray
    colors: np.ndarray
    texture_coordinates: np.ndarray
    textures: np.ndarray

    @classmethod
    def plain(cls, vertices: np.ndarray, normals: np.ndarray) -> "Mesh":
        """Make a white mesh without textures from vertices and normals, (T, 3, 3) each."""
        count = len(vertices)
        white = np.ones((count, 3, 3))
        return cls(vertices, normals, white, np.zeros((count, 3, 2)), np.full(count, -1))


class MeshArrays(NamedTuple):
    """All meshes of a :class:`MeshSet`, end to end.

    Attributes:
        vertex_start: (M + 1,) int32; mesh m has the vertices from start m to start m + 1.
        triangle_start: (M + 1,) int32.
        bounds: (M, 4) float32, a sphere around each mesh: centre and radius.
        vertices: (V, 3) float32.
        normals: (V, 3) float32.
        colors: (V, 3) float32.
        texture_coordinates: (V, 2) float32.
        triangles: (T, 3) int32, corners counted from the mesh's first vertex.
        textures: (T,) int32.
    """

    vertex_start: np.ndarray
    triangle_start: np.ndarray
    bounds: np.ndarray
    vertices: np.ndarray
    normals: np.ndarray
    colors: np.ndarray
    texture_coordinates: np.ndarray
    triangles: np.ndarray
    textures: np.ndarray


class MeshSet:
    """Meshes by name; each is kept once, with corners that triangles share merged."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parts: list[tuple[np.ndarray, ...]] = []
        self._arrays: MeshArrays | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._numbers

    def __len__(self) -> int:
        return len(self._parts)

    def number(self, name: str) -> int:
        """Return the number of a mesh that was added under this name."""
        return self._numbers[name]

    def add(self, name: str, mesh: Mesh) -> int:
        """Add a mesh, or keep the one of this name, and return its number.

        Raises:
            ValueError: it has no triangles.
        """
        if name not in self._numbers:
            if not len(mesh.vertices):
                raise ValueError(f"mesh {name!r} has no triangles")
            self._numbers[name] = len(self._parts)
            self._parts.append(_merged(mesh))
            self._arrays = None
        return self._numbers[name]

    @property
    def arrays(self) -> MeshArrays:
        """All meshes as arrays."""
        if self._arrays is None:
            self._arrays = _joined(self._parts or [_merged(_NOTHING)])
        return self._arrays


_NOTHING = Mesh.plain(np.zeros((1, 3, 3)), np.zeros((1, 3, 3)))


def _merged(mesh: Mesh) -> tuple[np.ndarray, ...]:
    """Merge equal corners: rows of (x, y, z, normal, colour, texture coordinates)."""
    parts = (mesh.vertices, mesh.normals, mesh.colors, mesh.texture_coordinates)
    corners = np.concatenate(parts, axis=-1).reshape(-1, 11).astype(np.float32)
    rows, corner_of = np.unique(corners, axis=0, return_inverse=True)
    return rows, corner_of.reshape(-1, 3).astype(np.int32), np.asarray(mesh.textures, np.int32)


def _joined(parts: list[tuple[np.ndarray, ...]]) -> MeshArrays:
    """Put meshes, each given as :func:`_merged` returns it, end to end."""
    rows, triangles, textures = (np.concatenate([part[k] for part in parts]) for k in range(3))
    vertices, normals, colors, coordinates = (
        np.ascontiguousarray(columns) for columns in np.split(rows, [3, 6, 9], axis=1)
    )
    return MeshArrays(
        vertex_start=_starts([part[0] for part in parts]),
        triangle_start=_starts([part[1] for part in parts]),
        bounds=np.array([_sphere(part[0][:, :3]) for part in parts], dtype=np.float32),
        vertices=vertices,
        normals=normals,
        colors=colors,
        texture_coordinates=coordinates,
        triangles=triangles,
        textures=textures,
    )


def _starts(parts: list[np.ndarray]) -> np.ndarray:
    """Return where each part begins when they stand end to end, and where the last one ends."""
    return np.cumsum([0, *(len(part) for part in parts)]).astype(np.int32)


def _sphere(vertices: np.ndarray) -> list[float]:
    """Return centre and radius of a sphere around vertices (V, 3)."""
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    return [*centre, float(np.linalg.norm(vertices - centre, axis=1).max())]
