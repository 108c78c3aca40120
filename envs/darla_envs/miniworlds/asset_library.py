"""MiniWorld's meshes and textures as the renderer takes them, each loaded once."""

from typing import Any

import numpy as np
from miniworld.objmesh import ObjMesh
from miniworld.opengl import Texture
from PIL import Image

from darla_envs.batch.worlds import CannotBatch
from darla_envs.miniworlds.without_gl import TextureRecord, VertexRecord, without_loading
from darla_envs.render.meshes import Mesh, MeshSet
from darla_envs.render.scene_batch import UNTEXTURED
from darla_envs.render.textures import TextureSet


class AssetLibrary:
    """Numbers of meshes and textures, by MiniWorld's objects or by files.

    ``meshes`` and ``textures`` are all that were asked for so far, those of meshes too. A
    ValueError is raised where the file of one is unknown, a FileNotFoundError where it is missing.
    """

    def __init__(self) -> None:
        self.meshes, self.textures = MeshSet(), TextureSet()
        self._numbers: dict[Any, int] = {}

    def texture(self, texture: Texture | TextureRecord | None) -> int:
        """Return the number of a texture that MiniWorld has loaded, -1 for None."""
        if texture is None:
            return UNTEXTURED
        if texture not in self._numbers:
            self._numbers[texture] = self.texture_file(_file_of_texture(texture))
        return self._numbers[texture]

    def texture_file(self, path: str) -> int:
        """Return the number of the texture in a file."""
        if path not in self.textures:
            try:
                with Image.open(path) as picture:
                    return self.textures.add(path, np.asarray(picture.convert("RGB")))
            except FileNotFoundError:
                raise FileNotFoundError(f"there is no texture file {path}") from None
        return self.textures.number(path)

    def mesh(self, mesh: ObjMesh) -> int:
        """Return the number of a mesh that MiniWorld has loaded."""
        if mesh not in self._numbers:
            name, record = _with_record(mesh)
            self._numbers[mesh] = self.meshes.add(name, self._triangles(record))
        return self._numbers[mesh]

    def own_mesh(self, name: str, mesh: Mesh) -> int:
        """Return the number of a mesh of one's own; one of this name is kept."""
        return self.meshes.add(name, mesh)

    def _triangles(self, mesh: ObjMesh) -> Mesh:
        """Return a mesh of MiniWorld's as one of ours."""
        parts: list[VertexRecord] = mesh.vlists
        positions, coordinates, normals, colors = (
            np.concatenate(arrays)
            for arrays in zip(*(vars(part).values() for part in parts), strict=True)
        )
        counts = [len(part.positions) for part in parts]
        textures = np.repeat([self.texture(texture) for texture in mesh.textures], counts)
        return Mesh(positions, normals, colors, coordinates, textures)


def _file_of_texture(texture: Any) -> str:
    """Return the file that a texture was loaded from."""
    loaded = getattr(texture, "tex", texture)
    if isinstance(loaded, TextureRecord):
        return loaded.path
    for path, each in Texture.tex_cache.items():
        if each is texture:
            return path  # type: ignore[no-any-return]
    raise CannotBatch(
        f"the file of texture {texture} is unknown: load it by its name, with Texture.get()"
    )


def _with_record(mesh: ObjMesh) -> tuple[str, ObjMesh]:
    """Return a mesh's file, and the mesh with its arrays instead of what OpenGL made of them."""
    with without_loading():
        found = [path for path, each in ObjMesh.cache.items() if each is mesh]
        if found:
            return found[0], mesh
    for path, each in ObjMesh.cache.items():
        if each is mesh:
            with without_loading():
                return path, ObjMesh.get(path)
    raise CannotBatch(
        f"the file of mesh {mesh} is unknown: load it by its name, with ObjMesh.get()"
    )
