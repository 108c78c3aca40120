"""Load MiniWorld's textures without a regular expression for every pixel.

MiniWorld asks pyglet for the RGBA of files that hold RGB, which pyglet makes by a substitution in
the bytes: about a second of every process for each texture of 1024 x 1024 pixels. Here NumPy makes
the same bytes.
"""

from typing import Any

import numpy as np
from pyglet.image import ImageData

pyglets_own = ImageData._convert
"""What pyglet does where the number of components does not fit the data, or rows are padded."""


def install() -> None:
    """Let all pictures of this process be converted by NumPy."""
    ImageData._convert = converted


def converted(image: Any, components: str, pitch: int) -> bytes:
    """Return a picture's bytes with other components, or rows of another length or order.

    Args:
        image: the ``pyglet.image.ImageData``, which is not changed.
        components: a letter for each byte of a pixel, such as ``"RGBA"``. One that the picture
            lacks is its first, as with pyglet.
        pitch: bytes of a row; below 0 where the first row is the highest.
    """
    had, row = image._current_format, abs(image._current_pitch)
    size, packed = image.height * row, image.width * len(components)
    if had == components or abs(pitch) != packed or len(image._current_data) != size:
        return bytes(pyglets_own(image, components, pitch))
    image._ensure_string_data()
    rows = np.frombuffer(image._current_data, np.uint8).reshape(image.height, row)
    pixels = rows[:, : image.width * len(had)].reshape(image.height, image.width, len(had))
    if image._current_pitch * pitch < 0:
        pixels = pixels[::-1]
    return pixels[..., [max(had.find(each), 0) for each in components]].tobytes()
