from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import (
    interpolation,
    latent_label,
    most_informative,
    object_error,
    object_reconstructions,
    reconstructions,
    save_picture,
    traversals,
)
from toy_frames import write_toy_bundle

TILE = 64 + 2  # a frame of 32 pixels enlarged twice, and the gap
TITLE = 18
LABELS = 92


@pytest.fixture
def frozen(tmp_path: Path) -> FrozenEncoder:
    return load_encoder(write_toy_bundle(tmp_path / "encoder"))


def tile(picture: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = TITLE + row * TILE, LABELS + column * TILE
    return picture[top : top + 64 : 2, left : left + 64 : 2]


def test_traversals_have_a_row_for_each_active_latent_by_kl(frozen: FrozenEncoder) -> None:
    frozen.statistics.kl[:] = [0.5, 0.001, 2.0, 0.02]
    picture = traversals(frozen, frame=1, columns=3)
    assert picture.dtype == np.uint8
    assert picture.shape[0] == TITLE + 3 * TILE
    latent = frozen.encode(frozen.reference_frames[1:2])
    for row, index in enumerate([2, 0, 3]):
        np.testing.assert_array_equal(tile(picture, row, 0), frozen.reference_frames[1])
        for column, values in ((1, frozen.statistics.low), (3, frozen.statistics.high)):
            moved = latent.copy()
            moved[0, index] = values[index]
            np.testing.assert_array_equal(tile(picture, row, column), frozen.decode(moved)[0])


def test_any_frame_can_be_traversed_and_latents_named(frozen: FrozenEncoder) -> None:
    frame = np.full_like(frozen.reference_frames[0], 7)
    picture, named = (traversals(frozen, frame, 3, names) for names in ({}, {0: "floor"}))
    np.testing.assert_array_equal(tile(picture, 0, 0), frame)
    latent = frozen.encode(frame[None])
    latent[0, most_informative(frozen)[0]] = frozen.statistics.low[most_informative(frozen)[0]]
    np.testing.assert_array_equal(tile(picture, 0, 1), frozen.decode(latent)[0])
    changed = np.argwhere((picture != named).any(axis=(1, 2)))
    row = most_informative(frozen).tolist().index(0)
    assert len(changed) and set((changed.ravel() - TITLE) // TILE) == {row}
    np.testing.assert_array_equal(picture[:, LABELS:], named[:, LABELS:])


def test_a_label_says_the_role_unless_there_is_a_name(frozen: FrozenEncoder) -> None:
    frozen.statistics.kl[:] = [0.5, 0.001, 2.0, 0.02]
    assert latent_label(frozen, 2) == "z2\nKL 2.00 nats"
    frozen.config["latent_roles"] = {"look": [2], "state": [0, 1, 3]}
    assert latent_label(frozen, 2) == "z2 look\nKL 2.00 nats"
    assert latent_label(frozen, 0, "floor") == "z0 floor\nKL 0.50 nats"


def test_the_reference_frame_is_neither_empty_nor_extreme(frozen: FrozenEncoder) -> None:
    latents = frozen.encode(frozen.reference_frames)
    scaled = (latents - frozen.statistics.mean) / frozen.statistics.std
    order = np.argsort(np.square(scaled[:, frozen.active]).sum(axis=1))
    np.testing.assert_array_equal(tile(traversals(frozen), 0, 0), frozen.reference_frames[order[4]])


def test_a_collapsed_model_still_has_a_picture(frozen: FrozenEncoder) -> None:
    frozen.statistics.kl[:] = 0
    assert traversals(frozen).shape[0] == TITLE + TILE


def test_models_without_a_posterior_are_sorted_by_spread(tmp_path: Path) -> None:
    frozen = load_encoder(write_toy_bundle(tmp_path, posterior="point"))
    assert traversals(frozen).shape[0] == TITLE + int(frozen.active.sum()) * TILE


def test_reconstructions_lie_under_their_frames(frozen: FrozenEncoder) -> None:
    picture = reconstructions(frozen, columns=5)
    frames = frozen.reference_frames
    decoded = frozen.decode(frozen.encode(frames))
    assert picture.shape[0] == TITLE + 4 * TILE
    for index in (0, 4, 7):
        row, column = 2 * (index // 5), index % 5
        np.testing.assert_array_equal(tile(picture, row, column), frames[index])
        np.testing.assert_array_equal(tile(picture, row + 1, column), decoded[index])


def test_pictures_are_saved_as_png(frozen: FrozenEncoder, tmp_path: Path) -> None:
    picture = reconstructions(frozen)
    save_picture(tmp_path / "pictures" / "some.png", picture)
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "pictures" / "some.png")), picture
    )


def test_the_objects_error_is_its_own() -> None:
    frames = np.zeros((2, 32, 32, 3), np.uint8)
    masks = np.zeros((2, 32, 32), bool)
    masks[:, :4, :4] = True
    decoded = np.where(masks[..., None], np.uint8(51), np.uint8(0))
    error = object_error(frames, decoded, masks)
    assert (error.object, error.elsewhere) == (pytest.approx(0.04), 0.0)
    assert np.isnan(object_error(frames, decoded, np.zeros_like(masks)).object)
    with pytest.raises(ValueError, match="expected bool"):
        object_error(frames, decoded, masks.astype(np.uint8))


def test_all_but_the_object_is_covered(frozen: FrozenEncoder) -> None:
    frames = frozen.reference_frames
    decoded = frozen.decode(frozen.encode(frames))
    masks = np.zeros(frames.shape[:3], bool)
    masks[:, 10:20, 5:15] = True
    picture = object_reconstructions(frozen, frames, masks, columns=3)
    assert picture.shape[0] == TITLE + 4 * TILE
    np.testing.assert_array_equal(tile(picture, 0, 2), frames[2])
    np.testing.assert_array_equal(tile(picture, 1, 2), decoded[2])
    for row, source in ((2, frames), (3, decoded)):
        shown = tile(picture, row, 2)
        np.testing.assert_array_equal(shown[masks[2]], source[2][masks[2]])
        assert (shown[~masks[2]] == 128).all()


def test_interpolation_goes_from_frame_to_frame(frozen: FrozenEncoder) -> None:
    first, second = frozen.reference_frames[:2]
    picture = interpolation(frozen, first, second, columns=3)
    latents = frozen.encode(frozen.reference_frames[:2])
    decoded = frozen.decode(np.stack([latents[0], latents.mean(axis=0), latents[1]]))
    for column, frame in enumerate([first, *decoded, second]):
        np.testing.assert_allclose(tile(picture, 0, column).astype(int), frame, atol=1)
