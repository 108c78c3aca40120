"""Textures with all their mip levels, in one pool that kernels read from."""

from typing import NamedTuple

import numpy as np

START, WIDTH, HEIGHT = range(3)
"""Columns of ``TextureArrays.levels``."""


class TextureArrays(NamedTuple):
    """All textures of a :class:`TextureSet`, level after level.

    Attributes:
        texels: (P,) uint32, red in the lowest byte, then green and blue; rows from bottom to top.
        first_level: (T + 1,) int32; texture t has the levels from first t to first t + 1.
        levels: (L, 3) int64, each level's first texel, its width and its height.
    """

    texels: np.ndarray
    first_level: np.ndarray
    levels: np.ndarray


class TextureSet:
    """Textures by name; each is kept once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._levels: list[list[np.ndarray]] = []
        self._arrays: TextureArrays | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._numbers

    def number(self, name: str) -> int:
        """Return the number of a texture that was added under this name."""
        return self._numbers[name]

    def add(self, name: str, picture: np.ndarray) -> int:
        """Add a texture, or keep the one of this name, and return its number.

        Args:
            name: any.
            picture: (H, W, 3) uint8, rows from top to bottom.

        Raises:
            ValueError: it is not such a picture.
        """
        if name not in self._numbers:
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
                what = f"{picture.dtype} of shape {picture.shape}"
                raise ValueError(f"texture {name!r} is {what}, not uint8 (H, W, 3)")
            self._numbers[name] = len(self._levels)
            self._levels.append(mip_levels(picture[::-1]))
            self._arrays = None
        return self._numbers[name]

    @property
    def arrays(self) -> TextureArrays:
        """All textures as arrays."""
        if self._arrays is None:
            self._arrays = _joined(self._levels or [[np.full((1, 1, 3), 255, np.uint8)]])
        return self._arrays


def mip_levels(picture: np.ndarray) -> list[np.ndarray]:
    """Return a picture and its smaller versions, each half as large, down to one texel.

    Each level is the one before, filtered linearly at the centres of its texels, as Mesa does it:
    first along rows, then along columns, with shares in steps of 1 / 256, and rounded to bytes each
    time. So smaller versions grow slightly brighter.

    Args:
        picture: (H, W, C) uint8.
    """
    levels = [np.ascontiguousarray(picture)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_halved(_halved(levels[-1], 1), 0))
    return levels


def _halved(texels: np.ndarray, axis: int) -> np.ndarray:
    size = texels.shape[axis]
    smaller = max(1, size // 2)
    place = np.floor(((np.arange(smaller) + 0.5) * size / smaller - 0.5) * 256).astype(int)
    low, share = place // 256, (place % 256).astype(np.int32)
    share = share[:, None, None] if axis == 0 else share[None, :, None]
    first = np.take(texels, np.clip(low, 0, size - 1), axis=axis).astype(np.int32)
    second = np.take(texels, np.clip(low + 1, 0, size - 1), axis=axis).astype(np.int32)
    return (first + (share * (second - first) + 128 >> 8)).astype(np.uint8)


def _joined(textures: list[list[np.ndarray]]) -> TextureArrays:
    levels = [level for texture in textures for level in texture]
    sizes = np.array([level.shape[:2] for level in levels])
    areas = sizes[:, 0] * sizes[:, 1]
    counts = [len(texture) for texture in textures]
    return TextureArrays(
        np.concatenate([_packed(level) for level in levels]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        np.stack([np.cumsum(areas) - areas, sizes[:, 1], sizes[:, 0]], axis=1).astype(np.int64),
    )


def _packed(level: np.ndarray) -> np.ndarray:
    red, green, blue = (level[..., k].astype(np.uint32) for k in range(3))
    return (red | green << np.uint32(8) | blue << np.uint32(16)).reshape(-1)
