"""PNG and JPEG files, and pictures of one size."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from darla.frames.attributes import LARGEST_SIDE, SIDES
from darla.frames.pictures import resize_frames

LARGEST_PICTURE = 64 << 20
"""Bytes that an encoded picture may have."""

_FORMATS = ("PNG", "JPEG")
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")


def decode_picture(data: bytes, where: str) -> np.ndarray:
    """Return the picture in the bytes of a PNG or JPEG file; uint8 (H, W, 3).

    Grey becomes three equal channels, and alpha is dropped. A ValueError where it is damaged, of
    another kind, or of sides that no dataset holds, before any pixel is decoded.
    """
    if len(data) > LARGEST_PICTURE:
        raise ValueError(
            f"{where} has {len(data):,} bytes; expected a picture of at most {LARGEST_PICTURE:,}"
        )
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            check_sides((picture.height, picture.width), where)
            if picture.mode not in _MODES:
                raise ValueError(
                    f"pixels are {picture.mode}, expected 8 bits a channel; convert it to RGB"
                )
            return np.asarray(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        said = str(error).split("<_io")[0].strip()
        raise ValueError(f"{where} cannot be read as a PNG or JPEG picture ({said})") from error


def encode_png(frame: np.ndarray) -> bytes:
    """Return a frame, uint8 (H, W, 3), as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG", compress_level=1)
    return file.getvalue()


def check_sides(size: tuple[int, int], where: str) -> None:
    """Check that pictures of a height and width can be frames of a dataset; a ValueError if not."""
    if not all(1 <= side <= LARGEST_SIDE for side in size):
        raise ValueError(
            f"{where} is {size[0]} x {size[1]}; expected sides of at most {LARGEST_SIDE} pixels"
        )


def check_asked_size(size: tuple[int, ...]) -> tuple[int, int] | None:
    """Return height and width of one or two numbers that were asked for; None for none.

    A ValueError where they are something else.
    """
    if not size:
        return None
    low, high = SIDES
    if len(size) > 2 or not all(low <= side <= high for side in size):
        raise ValueError(
            f"image_size is one or two numbers of pixels (height, width) from {low} to {high}, "
            f"not {' '.join(map(str, size))}"
        )
    return size[0], size[-1]


def fit(
    frames: np.ndarray, size: tuple[int, int], asked: tuple[int, int] | None, where: str | Path
) -> np.ndarray:
    """Bring frames uint8 (n, h, w, 3) to a size where one was asked for.

    Otherwise they must have that size, which is that of the first picture: a ValueError if not.
    """
    if asked is not None:
        return resize_frames(frames if frames.flags.writeable else frames.copy(), asked)
    height, width = frames.shape[1:3]
    if (height, width) != tuple(size):
        raise ValueError(
            f"{where} is {height} x {width}, and pictures before it are {size[0]} x {size[1]}; "
            "bring all to one size, with --image-size 64"
        )
    return frames
