"""Textures are converted to the bytes that pyglet makes of them, only sooner."""

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import numpy as np
import pytest
from miniworld.utils import get_file_path
from pyglet.image import ImageData, load

from darla_envs.single.quick_textures import converted, pyglets_own


def picture(components: str, pitch: int, height: int = 3) -> ImageData:
    data = np.random.default_rng(0).integers(0, 256, height * abs(pitch), np.uint8)
    return ImageData(5, height, components, data.tobytes(), pitch)


@pytest.mark.parametrize(("had", "row"), [("RGB", 15), ("RGB", 16), ("RGBA", 20), ("L", 5)])
@pytest.mark.parametrize("up", [1, -1])
@pytest.mark.parametrize("wanted", ["RGBA", "RGB", "BGRA", "L", "LA"])
@pytest.mark.parametrize("pitch", [1, -1])
def test_bytes_are_those_of_pyglet(had: str, row: int, up: int, wanted: str, pitch: int) -> None:
    pitch *= 5 * len(wanted)
    image = picture(had, up * row)
    assert converted(image, wanted, pitch) == pyglets_own(image, wanted, pitch)
    assert (image._current_format, image._current_pitch) == (had, up * row)


def test_a_picture_of_these_components_alone_is_left_to_pyglet() -> None:
    image = picture("RGB", -15)
    assert converted(image, "RGB", 15) == pyglets_own(image, "RGB", 15)
    assert converted(image, "RGB", -15) == image._current_data


def test_textures_of_miniworld_are_converted_so() -> None:
    assert ImageData._convert is converted
    image = load(get_file_path("textures", "marble_1", "png")).get_image_data()
    assert len({*image.get_data("RGBA", image.width * 4)}) > 10
    ours, theirs = (each(image, "RGBA", image.width * 4) for each in (converted, pyglets_own))
    assert ours == theirs
