"""MiniWorld's textures by name, found without importing MiniWorld or OpenGL.

MiniWorld has several variants of some textures (``concrete_1.png``, ``concrete_2.png``, ...). Where
it draws nothing at random it takes the first, and so it is here.
"""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from darla.running.names import unknown

PLAIN = "white"
"""The texture that leaves a surface's colour as it is."""

OWN = "own"
"""Stands for the texture that one of MiniWorld's environments gives a surface by itself."""

SURFACES = ("floor", "wall", "ceiling")
"""What can have a texture."""

_FIRST = "_1.png"


@cache
def texture_names() -> tuple[str, ...]:
    """Return the names of all textures, sorted."""
    return tuple(path.name.removesuffix(_FIRST) for path in sorted(_folder().glob("*" + _FIRST)))


def texture_picture(name: str) -> np.ndarray:
    """Return a texture, (H, W, 3) uint8, rows from top to bottom."""
    from PIL import Image  # not needed where nothing has a texture

    with Image.open(_folder() / (name + _FIRST)) as picture:
        return np.asarray(picture.convert("RGB"))


def textures_of(names: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the textures that a domain offers for a surface: one, or several."""
    return (names,) if isinstance(names, str) else tuple(names)


def check_textures(
    textures: Mapping[str, str | tuple[str, ...]], further: tuple[str, ...] = ()
) -> None:
    """Raise a ValueError where a surface or a texture is unknown; the nearest is suggested.

    What is ``further`` may be named too.
    """
    known = (*texture_names(), *further)
    for surface, names in textures.items():
        if surface not in SURFACES:
            raise unknown("surface", surface, SURFACES)
        if not textures_of(names):
            raise ValueError(f"the {surface} has no texture to be drawn from; name one or more")
        for name in textures_of(names):
            if name not in known:
                raise unknown("texture", name, known)


def _folder() -> Path:
    """Return MiniWorld's folder of textures."""
    found = find_spec("miniworld")
    if found is None or found.origin is None:
        raise ImportError("textures are MiniWorld's, which is not installed: pip install miniworld")
    return Path(found.origin).parent / "textures"
