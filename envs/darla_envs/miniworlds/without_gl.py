"""Let MiniWorld make and reset environments without OpenGL: no windows, no buffers, no textures.

MiniWorld's modules name what they draw with; while :func:`without_gl` is active those names stand
for inert things that only keep what a renderer of one's own needs: where a texture comes from and
how large it is, and the arrays of a mesh. Environments with OpenGL in the same process keep all
that is theirs. The names are the process's, so no other thread may make or reset such environments
meanwhile.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from types import SimpleNamespace
from typing import Any

import miniworld.miniworld
import miniworld.objmesh
import numpy as np
from miniworld.miniworld import MiniWorldEnv, Room
from miniworld.objmesh import ObjMesh
from miniworld.opengl import Texture
from miniworld.utils import get_file_path
from PIL import Image

import darla_envs.single.painted
from darla_envs.miniworlds.quick_rooms import generate_static_data, point_inside, quick_numpy


@dataclass(frozen=True)
class TextureRecord:
    """What is known of a texture that was not loaded: its file, and its size in texels."""

    path: str
    width: int
    height: int


@dataclass(frozen=True)
class VertexRecord:
    """The arrays of the triangles that MiniWorld would draw together.

    All are (T, 3, 3) float32, but for coordinates, (T, 3, 2); colours are RGB in [0, 1].
    """

    positions: np.ndarray
    texture_coordinates: np.ndarray
    normals: np.ndarray
    colors: np.ndarray


class _TexturePaths(dict[str, list[str]]):
    """The files of each texture's name; MiniWorld looks for them anew at each use."""

    def __init__(self, given: dict[str, list[str]]) -> None:
        super().__init__()
        self._given = given

    def get(self, name: str, default: Any = None) -> Any:
        """Return the files of a texture, found when it is first asked for."""
        given = self._given.get(name)
        if given:
            return given
        found = super().get(name)
        if not found:
            found = _files_of(name)
            if not found:
                raise FileNotFoundError(
                    f"there is no texture {name!r}: {_path_of(name, 1)} does not exist"
                )
            self[name] = found
        return found


_textures: dict[str, Texture] = {}
_meshes: dict[str, ObjMesh] = {}
_paths = _TexturePaths(Texture.tex_paths)


@contextmanager
def without_gl() -> Iterator[None]:
    """Make MiniWorld environments without OpenGL inside this context.

    What is made here must never draw: see :func:`darla_envs.miniworlds.undrawn.stop_drawing`.
    """
    with _swapped(_MAKING), without_loading():
        yield


@contextmanager
def without_loading() -> Iterator[None]:
    """Let environments that were made without OpenGL, and nothing else, reset and step in here.

    Textures and meshes that they ask for become records.
    """
    with _swapped(_LOADING):
        yield


@contextmanager
def _swapped(swaps: list[tuple[Any, str, Any]]) -> Iterator[None]:
    """Replace names by what stands in for them, and put back what they were."""
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in swaps]
    try:
        for owner, name, stand_in in swaps:
            setattr(owner, name, stand_in)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


class _Inert:
    """A window, a frame buffer or a label that does not exist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def switch_to(self) -> None:
        """Do nothing: there is no context."""


def _nothing(*args: Any) -> None:
    """Do nothing, whatever is asked for."""


def _blank(env: MiniWorldEnv, frame_buffer: Any = None) -> np.ndarray:
    """Stand for an observation while an environment is made."""
    return np.zeros(env.observation_space.shape, np.uint8)


_load_mesh = vars(ObjMesh)["get"].__func__


def _load_texture(_: type[Texture], path: str) -> TextureRecord:
    """Read only a texture's size."""
    with Image.open(path) as picture:
        width, height = picture.size
    return TextureRecord(path, width, height)


def _get_mesh(owner: type[ObjMesh], name: str) -> ObjMesh:
    """Return a mesh by its name, without what OpenGL makes of it."""
    try:
        return _load_mesh(owner, name)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"mesh {name!r} needs {error.filename}, which does not exist"
        ) from None


def _record_vertices(count: int, *data: tuple[str, np.ndarray]) -> VertexRecord:
    """Keep the arrays that would have become a vertex list."""
    return VertexRecord(*(np.reshape(values, (count // 3, 3, -1)) for _, values in data))


def _path_of(texture: str, number: int) -> str:
    """Return the path of a texture's variant."""
    return get_file_path("textures", f"{texture}_{number}", "png")  # type: ignore[no-any-return]


def _files_of(texture: str) -> list[str]:
    """Return the files of a texture's name, as MiniWorld looks for them."""
    return list(takewhile(os.path.exists, (_path_of(texture, number) for number in range(1, 10))))


_LOADING: list[tuple[Any, str, Any]] = [
    (Texture, "load", classmethod(_load_texture)),
    (Texture, "tex_cache", _textures),
    (Texture, "tex_paths", _paths),
    (ObjMesh, "get", classmethod(_get_mesh)),
    (ObjMesh, "cache", _meshes),
    (
        miniworld.objmesh,
        "pyglet",
        SimpleNamespace(graphics=SimpleNamespace(vertex_list=_record_vertices)),
    ),
    (miniworld.miniworld, "np", quick_numpy()),
    (Room, "point_inside", point_inside),
    (Room, "_gen_static_data", generate_static_data),
    # Painted rooms keep walls with their textures for rooms to come.
    (darla_envs.single.painted, "_geometry", {}),
]
_MAKING: list[tuple[Any, str, Any]] = [
    (
        miniworld.miniworld,
        "pyglet",
        SimpleNamespace(window=SimpleNamespace(Window=_Inert), text=SimpleNamespace(Label=_Inert)),
    ),
    (miniworld.miniworld, "FrameBuffer", _Inert),
    (miniworld.miniworld, "glEnable", _nothing),
    (MiniWorldEnv, "_render_static", _nothing),
    (MiniWorldEnv, "render_obs", _blank),
]
