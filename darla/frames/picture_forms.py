"""The forms that pictures have in observations, and how each becomes uint8 RGB, channels last.

A picture has two sides of :data:`SMALLEST_SIDE` pixels or more. A third axis is that of channels:
1 (grey), 3 (RGB) or 4 (RGBA) of them when it comes last, 1 or 3 when it comes first. Because no
side is as short as that, no shape can be read in two ways. (3, H, 3) is no picture, and (4, H, W)
is taken for four grey pictures on top of each other, which are far more usual than RGBA with its
channels first.

Numbers go from 0 to 255, uint8 or float, or from 0 to 1, float: the bounds of the space tell. Grey
becomes three equal channels. Alpha is dropped: renderers leave anything in it.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from darla.frames.color_maps import LUMA

SMALLEST_SIDE = 8
"""Pixels; what is smaller shows symbols, one a cell, and no picture."""


@dataclass(frozen=True)
class PictureForm:
    """How the numbers of a picture are arranged, and what they mean."""

    axes: Literal["hwc", "chw", "hw"]
    """Height, width and channels, in their order; without channels for grey."""
    channels: Literal[1, 3, 4]
    """Grey, RGB or RGBA."""
    white: float | None = None
    """The highest number, 1 or 255, of float pictures; None for uint8."""

    @property
    def is_rgb(self) -> bool:
        """Whether it is uint8 RGB with channels last already."""
        return self == _RGB

    def size(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return height and width of a picture of this form."""
        height, width = shape[1:] if self.axes == "chw" else shape[:2]
        return height, width

    def to_rgb(self, pictures: np.ndarray) -> np.ndarray:
        """Return pictures (..., H, W, 3) uint8 of a picture in this form, or of a batch of them.

        RGB pictures of uint8 are not copied.
        """
        if self.axes == "hw":
            pictures = pictures[..., None]
        elif self.axes == "chw":
            pictures = np.moveaxis(pictures, -3, -1)
        if self.channels == 4:
            pictures = pictures[..., :3]
        if self.white is not None:
            pictures = np.rint(np.clip(pictures * (255.0 / self.white), 0, 255)).astype(np.uint8)
        return np.repeat(pictures, 3, axis=-1) if self.channels == 1 else pictures

    def from_rgb(self, pictures: np.ndarray) -> np.ndarray:
        """Return pictures (..., H, W, 3) uint8 in this form: uint8, or float64 for float ones.

        What :meth:`to_rgb` made of grey, or of opaque, pictures comes back; colours become grey by
        their :data:`~darla.frames.color_maps.LUMA`, and alpha is that of opaque ones.
        """
        if self.channels == 1:
            pictures = np.rint(pictures @ LUMA)[..., None].astype(np.uint8)
        elif self.channels == 4:
            opaque = np.full((*pictures.shape[:-1], 1), 255, np.uint8)
            pictures = np.concatenate([pictures, opaque], axis=-1)
        if self.axes == "chw":
            pictures = np.moveaxis(pictures, -1, -3)
        elif self.axes == "hw":
            pictures = pictures[..., 0]
        return pictures if self.white is None else pictures * (self.white / 255.0)


_RGB = PictureForm("hwc", 3)


def form_of(space: spaces.Space[Any]) -> PictureForm | None:
    """Return the form of the pictures in a space; None where these are no pictures."""
    if not isinstance(space, spaces.Box) or not _are_colours(space):
        return None
    shape, white = space.shape, None if space.dtype == np.uint8 else float(space.high.flat[0])
    if len(shape) == 2 and _are_sides(shape):
        return PictureForm("hw", 1, white)
    if len(shape) != 3:
        return None
    if shape[-1] in (1, 3, 4) and _are_sides(shape[:2]):
        return PictureForm("hwc", shape[-1], white)  # type: ignore[arg-type]  # one of these
    if shape[0] in (1, 3) and _are_sides(shape[1:]):
        return PictureForm("chw", shape[0], white)  # type: ignore[arg-type]
    return None


def why_no_picture(space: spaces.Space[Any]) -> str | None:
    """Say why a space, though it may be meant to hold pictures, holds none that can be used.

    None for pictures, and for what nobody would take for one.
    """
    if form_of(space) is not None or not isinstance(space, spaces.Box):
        return None
    shape = space.shape
    if len(shape) not in (3, 4) or not _are_colours(space):
        return None
    if len(shape) == 3 and 3 in (shape[0], shape[-1]):
        return (
            f"sides of fewer than {SMALLEST_SIDE} pixels hold symbols; wrap the environment in "
            "something that draws them, such as MiniGrid's RGBImgObsWrapper"
        )
    sides = sorted(shape)[-2:]
    if not _are_sides(tuple(sides)):
        return None
    first = len(shape) == 4 or int(np.argmin(shape)) == 0
    count = shape[0] if len(shape) == 4 else min(shape)
    if len(shape) == 3 and count % 3 == 0:
        count //= 3
    rgba = "; move the channels last if it is RGBA" if len(shape) == 3 and first else ""
    return (
        f"it seems to be {count} pictures on top of each other; leave the stacking out and stack "
        f"what is made of them (--frame-stack {count}, or VecFrameStack around VecLatent){rgba}"
    )


def _are_colours(space: spaces.Box) -> bool:
    """Whether numbers go from black to white: uint8, or float from 0 to 1 or 255.

    RGB pictures of uint8 may have other bounds, which many environments do not care about.
    """
    if space.dtype == np.uint8 and space.shape[-1:] == (3,):
        return True
    if not space.low.size or not (space.dtype == np.uint8 or space.dtype.kind == "f"):
        return False
    highest = space.high.max()
    if not space.low.min() == space.low.max() == 0 or highest != space.high.min():
        return False
    return bool(highest == 255 or (highest == 1 and space.dtype.kind == "f"))


def _are_sides(shape: tuple[int, ...]) -> bool:
    """Whether two axes can be the sides of a picture."""
    return min(shape) >= SMALLEST_SIDE
