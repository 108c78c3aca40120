"""Textures with all their mip levels, in one pool that kernels read from."""

from typing import NamedTuple

import numpy as np

LONGEST_SIDE = 2048  # of a texture in texels: places in larger ones are no exact float32
BORDER = 2  # texels more that a level has along each side
SPARE_ROWS = np.float32(BORDER + 1)  # between levels: the border's, and one for what is rounded
# Where a texel has its channels. Shifted to where red is, each of them is the upper bits of the
# fraction of a float32: with an exponent before it, it needs no conversion.
RED_BITS, GREEN_BITS, BLUE_BITS = 15, 7, 23


class TextureArrays(NamedTuple):
    """All textures of a :class:`TextureSet`, one after the other, each with all its levels.

    Attributes:
        texels: (P,) uint32, with a byte for each channel, see ``RED_BITS``; rows from the bottom.
        starts: (T,) int64, each texture's first texel. Where its levels begin from there on
            follows from its size, see :func:`level_rows`.
        sizes: (T, 2) float32, width and height in texels.
        last_levels: (T,) int32, the number of each texture's smallest level.
    """

    texels: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    last_levels: np.ndarray


class TextureSet:
    """Textures by name; each is kept once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._levels: list[list[np.ndarray]] = []
        self._arrays: TextureArrays | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._numbers

    def __len__(self) -> int:
        return len(self._levels)

    def number(self, name: str) -> int:
        """Return the number of a texture that was added under this name."""
        return self._numbers[name]

    def add(self, name: str, picture: np.ndarray) -> int:
        """Add a texture, (H, W, 3) uint8 from top to bottom; return its or its namesake's number.

        Raises:
            ValueError: it is not such a picture, or too large.
        """
        if name not in self._numbers:
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
                what = f"{picture.dtype} of shape {picture.shape}"
                raise ValueError(f"texture {name!r} is {what}, not uint8 (H, W, 3)")
            if max(picture.shape) > LONGEST_SIDE:
                raise ValueError(
                    f"texture {name!r} has a side of {max(picture.shape)} texels; at most "
                    f"{LONGEST_SIDE} are possible: make it smaller"
                )
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
    """Return a picture, (H, W, C) uint8, and its smaller versions, each half as large, down to 1.

    Each level is the one before, filtered linearly at the centres of its texels, as Mesa does it:
    first along rows, then along columns, with shares in steps of 1 / 256, and rounded to bytes each
    time. So smaller versions grow slightly brighter.
    """
    levels = [np.ascontiguousarray(picture)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_halved(_halved(levels[-1], 1), 0))
    return levels


def _halved(texels: np.ndarray, axis: int) -> np.ndarray:
    """Return (H, W, C) uint8 texels with half as many along an axis."""
    size = texels.shape[axis]
    smaller = max(1, size // 2)
    place = np.floor(((np.arange(smaller) + 0.5) * size / smaller - 0.5) * 256).astype(int)
    low, share = place // 256, (place % 256).astype(np.int32)
    share = share[:, None, None] if axis == 0 else share[None, :, None]
    first = np.take(texels, np.clip(low, 0, size - 1), axis=axis).astype(np.int32)
    second = np.take(texels, np.clip(low + 1, 0, size - 1), axis=axis).astype(np.int32)
    return np.asarray(first + (share * (second - first) + 128 >> 8), np.uint8)


def level_rows(height: int, count: int) -> np.ndarray:
    """Return in which row of a texture's texels its levels begin: (count,) int64.

    Levels stand one above the other. Each has a border of one texel, the texels of the opposite
    sides, so that nobody who reads it needs to wrap around. Their rows are all as long as level
    0's, with its border, so that the texel above is equally far away everywhere. Level k has at
    most 2^-k of level 0's rows, and those before it at most 2 (1 - 2^-k). A formula, rather than a
    table, lets kernels find the levels of many pixels at once; in float32, which they use, it is
    exact.
    """
    levels = np.arange(count, dtype=np.float32)
    twice = np.float32(2 * height)
    return np.asarray(np.floor(twice - twice * np.exp2(-levels)) + SPARE_ROWS * levels, np.int64)


def _joined(textures: list[list[np.ndarray]]) -> TextureArrays:
    """Put textures, each given as its levels, one after the other."""
    parts = [_packed(levels) for levels in textures]
    ends = np.cumsum([len(part) for part in parts])
    sizes = [(levels[0].shape[1], levels[0].shape[0]) for levels in textures]
    return TextureArrays(
        np.concatenate(parts),
        (ends - [len(part) for part in parts]).astype(np.int64),
        np.array(sizes, np.float32),
        np.array([len(levels) - 1 for levels in textures], np.int32),
    )


def _packed(levels: list[np.ndarray]) -> np.ndarray:
    """Return the texels of a texture, with its levels where they belong."""
    height, width = levels[0].shape[:2]
    rows = level_rows(height, len(levels) + 1)
    # One level more than there is: kernels also read it, and give no weight to what they read.
    texels = np.zeros((rows[-1] + 1 + BORDER, width + BORDER), np.uint32)
    for row, level in zip(rows[:-1], levels, strict=True):
        bordered = np.pad(level, ((1, 1), (1, 1), (0, 0)), mode="wrap").astype(np.uint32)
        high, wide = bordered.shape[:2]
        texels[row : row + high, :wide] = (
            bordered[..., 0] << RED_BITS
            | bordered[..., 1] << GREEN_BITS
            | bordered[..., 2] << BLUE_BITS
        )
    return texels.reshape(-1)
