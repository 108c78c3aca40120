"""MiniWorld's textures, found without MiniWorld."""

import numpy as np
import pytest

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
from miniworld.opengl import Texture
from PIL import Image

from darla_envs.description.texture_files import (
    PLAIN,
    check_textures,
    texture_names,
    texture_picture,
)
from darla_envs.miniworlds.without_gl import without_loading


@pytest.mark.parametrize("name", ["concrete", "marble", "brick_wall", "logo_mila"])
def test_each_is_the_one_that_miniworld_takes_first(name):
    with without_loading():
        path = Texture.get(name).tex.path
    with Image.open(path) as picture:
        expected = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(texture_picture(name), expected)


def test_all_can_be_read_and_plain_paint_is_white():
    assert {PLAIN, "wood_planks", "concrete_tiles"} <= set(texture_names())
    for name in texture_names():
        picture = texture_picture(name)
        assert picture.dtype == np.uint8 and picture.shape[2] == 3
    assert (texture_picture(PLAIN) == 255).all()


def test_unknown_names_are_said():
    check_textures({"floor": "wood", "wall": PLAIN, "ceiling": "rock"})
    with pytest.raises(ValueError, match="unknown surface 'walls'; did you mean 'wall'"):
        check_textures({"walls": "wood"})
    with pytest.raises(ValueError, match="unknown texture 'woods'; did you mean 'wood'"):
        check_textures({"wall": "woods"})
