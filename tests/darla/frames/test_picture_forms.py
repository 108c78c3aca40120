"""Pictures in the forms that environments have become uint8 RGB, whatever these are."""

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from darla.frames.pictures import find_picture, has_picture
from toy_envs import FORMS, in_form


def box(shape, white=255, dtype=np.uint8):
    return spaces.Box(0, white, shape, dtype)


def space_of(form):
    shape, dtype, white = FORMS[form]
    return box(shape, white, dtype)


@given(st.sampled_from(sorted(FORMS)), arrays(np.uint8, (32, 40, 3)))
def test_a_picture_in_any_form_comes_back_as_it_was(form, picture):
    entry = find_picture(space_of(form))
    assert entry.shape == (32, 40, 3)
    expected = np.repeat(picture[..., :1], 3, axis=-1) if "grey" in form else picture
    given_form = in_form(picture, form)
    found = entry.of(given_form)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)
    if "rgba" not in form:  # whose alpha is dropped
        again = entry.repainted(given_form, found)
        assert again.dtype == given_form.dtype
        np.testing.assert_allclose(again, given_form, atol=1e-3)
    np.testing.assert_array_equal(entry.of(entry.repainted(given_form, found)), found)
    batch = np.stack([given_form, np.zeros_like(given_form)])
    np.testing.assert_array_equal(entry.of(batch), [expected, np.zeros_like(picture)])


def test_rgb_pictures_are_not_copied():
    picture = np.zeros((32, 40, 3), np.uint8)
    assert find_picture(box((32, 40, 3))).of(picture) is picture


@given(st.tuples(*[st.sampled_from([1, 2, 3, 4, 7, 8, 9, 64])] * 3))
def test_the_short_axis_is_that_of_channels_and_nothing_else_is_a_picture(shape):
    last = shape[2] in (1, 3, 4) and min(shape[:2]) >= 8
    first = shape[0] in (1, 3) and min(shape[1:]) >= 8
    if not (last or first):
        with pytest.raises(ValueError, match="no picture"):
            find_picture(box(shape))
        return
    assert find_picture(box(shape)).shape == (*(shape[:2] if last else shape[1:]), 3)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (box((7, 7, 3)), "fewer than 8 pixels hold symbols; wrap .* RGBImgObsWrapper"),
        (box((3, 64, 3)), "fewer than 8 pixels"),
        (box((4, 84, 84)), r"4 pictures .*--frame-stack 4, .*channels last if it is RGBA"),
        (box((84, 84, 9)), r"3 pictures .*--frame-stack 3"),
        (box((4, 84, 84, 3)), "4 pictures on top of each other"),
        (box((4, 84, 84), 1, np.float32), "4 pictures on top of each other"),
    ],
)
@pytest.mark.parametrize("in_dict", [False, True])
def test_what_only_seems_to_be_a_picture_is_refused_with_what_to_do(space, message, in_dict):
    if in_dict:
        space = spaces.Dict({"eye": space, "speed": spaces.Box(-1, 1, (2,))})
    assert has_picture(space)
    with pytest.raises(ValueError, match=message) as error:
        find_picture(space)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "space",
    [
        box((10, 10), 5),
        spaces.Box(-1, 1, (32, 32, 3), np.float32),
        spaces.Box(0, np.inf, (32, 32), np.float32),
        box((32, 32, 1), 1),
        box((5, 5, 7)),
        box((64,)),
        box((32, 32, 3), 255, np.int64),
        spaces.Discrete(3),
    ],
    ids=str,
)
def test_numbers_that_are_no_colours_make_no_picture(space):
    assert not has_picture(space)


def test_an_rgb_picture_goes_before_depth_and_other_grey_ones():
    space = spaces.Dict({"depth": box((32, 32), 1, np.float32), "eye": box((32, 32, 3))})
    assert find_picture(space).key == "eye"
    assert find_picture(space, "depth").form.channels == 1
    with pytest.raises(ValueError, match="several pictures: a, b; give one as key"):
        find_picture(spaces.Dict({"a": box((32, 32)), "b": box((32, 32))}))
