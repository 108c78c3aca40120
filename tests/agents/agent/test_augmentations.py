import colorsys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate

from darla.encoder.networks import to_pictures
from darla.objectives.recoloring import repaint_freely
from darla_agents.agent.augmentations import (
    AUGMENTATIONS,
    check_augmentation,
    make_augmentations,
    needs_encoder,
)
from darla_agents.agent.augmentations.color import (
    HUE_JITTER,
    JITTER,
    draw_color_factors,
    jitter_color,
)
from darla_agents.agent.augmentations.convolution import (
    CLEAN_SHARE,
    convolve,
    draw_kernels,
    identity_kernel,
)
from darla_agents.agent.augmentations.recolor import draw_maps, recolor
from darla_agents.agent.augmentations.repaint import make_repaint
from darla_agents.agent.augmentations.shift import PAD, draw_offsets, shift
from toy_quadrants import TOP, quadrant_encoder, quadrant_frames, without_decoder

NEUTRAL = {
    "shift": np.zeros(2, int),
    "color": np.array([1, 1, 1, 0], np.float32),
    "conv": identity_kernel(),
    "repaint": np.zeros(1 + len(TOP), np.float32),
}


def pictures(count=6, height=12, width=16, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def the_one(name, encoder=None):
    (made,) = make_augmentations(name, encoder or quadrant_encoder())
    return made


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_bytes_become_bytes_and_what_was_given_stays(name):
    frames = pictures()
    augmentation = the_one(name)
    parameters = augmentation.draw(np.random.default_rng(1), len(frames))
    given = frames.copy(), parameters.copy()
    made = augmentation.apply(frames, parameters)
    assert (made.dtype, made.shape) == (np.uint8, frames.shape)
    assert not np.shares_memory(made, frames)
    np.testing.assert_array_equal(frames, given[0])
    np.testing.assert_array_equal(parameters, given[1])
    assert (made != frames).any()


@pytest.mark.parametrize("name", NEUTRAL)
def test_neutral_parameters_change_nothing(name):
    frames = np.concatenate([pictures(seed=seed) for seed in range(10)])
    frames[0], frames[1] = 0, 255  # greys have no hue
    neutral = np.stack([NEUTRAL[name]] * len(frames))
    np.testing.assert_array_equal(the_one(name).apply(frames, neutral), frames)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_picture_has_parameters_of_its_own(name):
    frames = pictures()
    augmentation = the_one(name)
    parameters = augmentation.draw(np.random.default_rng(1), len(frames))
    together = augmentation.apply(frames, parameters)
    alone = [augmentation.apply(frames[i : i + 1], parameters[i : i + 1])[0] for i in range(6)]
    # another order of sums may round a value the other way
    np.testing.assert_allclose(together.astype(int), np.stack(alone).astype(int), atol=1)


@settings(max_examples=50)
@given(st.integers(-PAD, PAD), st.integers(-PAD, PAD))
def test_a_shifted_picture_is_a_crop_of_the_padded_one(down, right):
    frames = pictures(2)
    _, height, width, _ = frames.shape
    padded = np.pad(frames, ((0, 0), (PAD, PAD), (PAD, PAD), (0, 0)), mode="edge")
    top, left = PAD + down, PAD + right
    crop = padded[:, top : top + height, left : left + width]
    np.testing.assert_array_equal(shift(frames, np.array([[down, right]] * 2)), crop)


def test_every_shift_is_drawn_and_no_other():
    offsets = draw_offsets(np.random.default_rng(0), 4000)
    assert {tuple(pair) for pair in offsets.tolist()} == {
        (down, right) for down in range(-PAD, PAD + 1) for right in range(-PAD, PAD + 1)
    }


def test_brightness_saturation_and_hue_are_those_of_hsv():
    frames = pictures(4, 5, 5)
    factors = draw_color_factors(np.random.default_rng(0), 4)
    factors[:, 1] = 1  # contrast is no matter of a single pixel
    made = jitter_color(frames, factors)
    for index in np.ndindex(4, 5, 5):
        hue, saturation, value = colorsys.rgb_to_hsv(*(frames[index] / 255))
        brighter, _, stronger, turns = factors[index[0]].tolist()
        changed = (hue + turns) % 1, min(1, saturation * stronger), min(1, value * brighter)
        expected = 255 * np.array(colorsys.hsv_to_rgb(*changed))
        np.testing.assert_allclose(made[index], expected, atol=0.51)


def test_a_third_of_a_turn_moves_every_primary_to_the_next():
    turn = np.array([[1, 1, 1, 1 / 3]] * 6, np.float32)
    np.testing.assert_array_equal(jitter_color(pictures(), turn), np.roll(pictures(), 1, axis=3))


@pytest.mark.parametrize("contrast", [0.0, 0.5, 1.4])
def test_contrast_is_the_distance_from_the_mean_colour(contrast):
    frames = pictures(3)
    factors = np.array([[1, contrast, 1, 0]] * 3, np.float32)
    means = frames.mean(axis=(1, 2), keepdims=True)
    expected = ((frames - means) * contrast + means).clip(0, 255)
    np.testing.assert_allclose(jitter_color(frames, factors), expected, atol=0.51)


def test_colours_are_drawn_from_their_ranges():
    factors = draw_color_factors(np.random.default_rng(0), 4000)
    low = [1 - JITTER] * 3 + [-HUE_JITTER]
    high = [1 + JITTER] * 3 + [HUE_JITTER]
    np.testing.assert_allclose(factors.min(axis=0), low, atol=0.01)
    np.testing.assert_allclose(factors.max(axis=0), high, atol=0.01)
    np.testing.assert_allclose(factors.mean(axis=0), [1, 1, 1, 0], atol=0.02)


def test_pictures_are_repainted_as_those_of_encoders_are():
    frames = pictures(40, 16, 16)
    frames[:, :, 8:] = frames[:, :1, :1]  # one colour stays one
    generator = torch.random.get_rng_state()
    maps = draw_maps(np.random.default_rng(5), len(frames))
    assert torch.equal(torch.random.get_rng_state(), generator)
    made = recolor(frames, maps)
    assert (made[:, :, 8:] == made[:, :1, :1]).all()
    torch.manual_seed(int(np.random.default_rng(5).integers(2**63)))
    theirs = repaint_freely(to_pictures(torch.from_numpy(frames)))
    np.testing.assert_allclose(made, 255 * theirs.permute(0, 2, 3, 1).numpy(), atol=0.51)


def test_a_convolution_is_one_around_medium_grey():
    frames = pictures(3)
    kernels = draw_kernels(np.random.default_rng(3), 3)
    made = convolve(frames, kernels)
    for picture, kernel, result in zip(frames, kernels, made, strict=True):
        planes = np.moveaxis(picture, 2, 0) - 127.5
        for channel in range(3):
            parts = [correlate(planes[i], kernel[channel, i], mode="nearest") for i in range(3)]
            expected = (sum(parts) + 127.5).clip(0, 255)
            np.testing.assert_allclose(result[..., channel], expected, atol=0.51)


def test_kernels_are_glorots_and_a_share_of_them_clean():
    kernels = draw_kernels(np.random.default_rng(0), 3000)
    clean = (kernels == identity_kernel()).all(axis=(1, 2, 3, 4))
    assert clean.mean() == pytest.approx(CLEAN_SHARE, abs=0.02)
    assert kernels[~clean].mean() == pytest.approx(0, abs=0.005)
    assert kernels[~clean].std() == pytest.approx((2 / (27 + 27)) ** 0.5, rel=0.01)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize(
    ("frames", "count", "message"),
    [
        (pictures().astype(np.float32), 6, "pictures are uint8"),
        (pictures()[..., :2], 6, "pictures are uint8"),
        (pictures()[0], 6, "pictures are uint8"),
        (pictures(), 5, "parameters of 6 pictures"),
    ],
)
def test_what_does_not_fit_is_said(name, frames, count, message):
    augmentation = the_one(name)
    parameters = augmentation.draw(np.random.default_rng(0), count)
    with pytest.raises(ValueError, match=message):
        augmentation.apply(frames, parameters)


def test_an_unknown_augmentation_suggests_the_nearest():
    for name in ("none", *AUGMENTATIONS):
        check_augmentation(name)
    check_augmentation("shift+recolor", 0.25, "step")
    for text in ("shfit", "recolor+shfit"):
        with pytest.raises(ValueError, match=r"unknown augmentation 'shfit'; did you mean 'shift'"):
            check_augmentation(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shift", 0.0), "augmentation_share is 0.0, but must be above 0 and at most 1"),
        (("shift", 1.5), "augmentation_share is 1.5, but must be"),
        (("shift", float("nan")), "augmentation_share is nan"),
        (("shift", 1.0, "epsiode"), "did you mean 'episode'"),
        (("none", 0.5), "there is no augmentation; give one"),
        (("none", 1.0, "step"), "augmentation_each step, but there is no augmentation"),
        (("shift+none",), "unknown augmentation 'none'"),
        (("shift+",), "unknown augmentation ''"),
    ],
)
def test_how_an_augmentation_cannot_be_drawn_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        check_augmentation(*arguments)


def test_repainted_pictures_keep_their_state_and_wear_looks_of_the_bundle():
    encoder = quadrant_encoder()
    repaint = the_one("repaint", encoder)
    frames = quadrant_frames(600, seed=3)
    looks = repaint.draw(np.random.default_rng(0), len(frames))
    made = repaint.apply(frames, looks)
    np.testing.assert_array_equal(made[:, 16:], frames[:, 16:])  # the state: the lower half
    clean = looks[:, 0] == 0
    assert clean.mean() == pytest.approx(0.1, abs=0.04)
    np.testing.assert_array_equal(made[clean], frames[clean])
    worn = {top.tobytes() for top in made[~clean, :16]}
    bank = {top.tobytes() for top in encoder.reference_frames[:, :16]}
    assert worn == bank  # all of them, and no other


def test_what_an_encoder_cannot_repaint_is_said_in_one_line():
    assert [name for name in ("none", *AUGMENTATIONS) if needs_encoder(name)] == ["repaint"]
    for make, message in (
        (lambda: make_augmentations("repaint"), "the augmentation repaint needs an encoder"),
        (lambda: make_repaint(quadrant_encoder(roles=False)), "does not tell apart; take one"),
        (lambda: make_repaint(without_decoder(quadrant_encoder())), "has no decoder"),
    ):
        with pytest.raises(ValueError, match=message) as error:
            make()
        assert "\n" not in str(error.value)
