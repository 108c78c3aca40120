"""States in looks that are drawn by lot, with an encoder that is known in closed form."""

import numpy as np
import pytest

from darla.uses import augment
from darla.uses.augment import look_bank, repaint
from toy_quadrants import SIDE, TOP, quadrant_encoder, quadrant_frames, without_decoder

HALF = SIDE // 2


def test_each_state_is_shown_in_looks_of_the_frames_that_are_given() -> None:
    states, looks = quadrant_frames(30, seed=1), quadrant_frames(4, seed=2)
    copies = augment(quadrant_encoder(), states, 5, looks)
    assert copies.shape == (30, 5, SIDE, SIDE, 3) and copies.dtype == np.uint8
    np.testing.assert_array_equal(copies[:, :, HALF:], np.repeat(states[:, None, HALF:], 5, axis=1))
    worn = {each.tobytes() for each in copies[:, :, :HALF].reshape(-1, HALF, SIDE, 3)}
    assert worn == {each.tobytes() for each in looks[:, :HALF]}


def test_looks_are_those_of_the_bundle_unless_others_are_given() -> None:
    encoder, states = quadrant_encoder(), quadrant_frames(40, seed=1)
    tops = {each.tobytes() for each in encoder.reference_frames[:, :HALF]}
    copies = augment(encoder, states, 1)[:, 0]
    assert {each.tobytes() for each in copies[:, :HALF]} <= tops
    again, other = (augment(encoder, states, 1, seed=seed)[:, 0] for seed in (0, 1))
    np.testing.assert_array_equal(copies, again)
    assert (copies != other).any()


def test_details_that_the_encoder_loses_are_put_back_or_not() -> None:
    encoder, plain = quadrant_encoder(), quadrant_frames(6, seed=1, spread=40)
    detail = np.zeros((SIDE, SIDE, 1), np.int16)
    detail[::2], detail[1::2] = 6, -6  # in each quarter the mean stays
    detailed = (plain + detail).astype(np.uint8)
    looks = encoder.encode(quadrant_frames(6, seed=2, spread=40))[:, TOP]
    smooth = repaint(encoder, plain, looks)
    np.testing.assert_array_equal(repaint(encoder, detailed, looks, details=False), smooth)
    np.testing.assert_array_equal(repaint(encoder, detailed, looks), smooth + detail)


def test_pictures_keep_their_size() -> None:
    encoder, small = quadrant_encoder(), quadrant_frames(3)[:, ::2, ::2]
    assert augment(encoder, small, 2).shape == (3, 2, HALF, HALF, 3)
    assert look_bank(encoder, small).shape == (3, len(TOP))


def test_what_cannot_be_shown_is_said_in_one_line() -> None:
    frames = quadrant_frames(2)
    for make, message in (
        (lambda: augment(quadrant_encoder(), frames, 0), "copies is 0; give at least 1"),
        (lambda: augment(quadrant_encoder(), frames, 1, frames[:0]), "there are no frames whose"),
        (lambda: augment(quadrant_encoder(roles=False), frames), "augment needs latents of the lo"),
        (lambda: augment(without_decoder(quadrant_encoder()), frames), "augment draws pictures, b"),
    ):
        with pytest.raises(ValueError, match=message) as error:
            make()
        assert "\n" not in str(error.value)
