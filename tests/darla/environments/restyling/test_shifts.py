"""Every shift, by the same rules, and what is particular to each: its row of ``ROWS``."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from darla.environments.restyling import SHIFTS, Moments, Restyling, Shift

SEEDS = range(6)


def room(size: int = 64) -> np.ndarray:
    """Return a picture of large surfaces of several colours, and a gradient: (1, H, W, 3)."""
    picture = np.empty((size, size, 3), np.uint8)
    picture[:] = (90, 120, 200)
    picture[size // 2 :] = (110, 170, 60)
    picture[size // 4 : 3 * size // 4, size // 4 : size // 2] = (200, 60, 40)
    shade = np.linspace(0.6, 1.0, size)[None, :, None]
    return (picture * shade).astype(np.uint8)[None]


def pictures(count: int = 5, size: int = 16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def restyle(
    name: str, frames: np.ndarray, strength: float, seed: int = 0, step: int = 0
) -> np.ndarray:
    """Restyle frames of consecutive steps, of which the left half is background."""
    mask = np.zeros(frames.shape[:3], bool)
    mask[:, :, : frames.shape[2] // 2] = True
    return Restyling({name: strength}, seed)(frames, step + np.arange(len(frames)), mask)


def distance(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(float) - second).mean())


# What is particular to each shift: functions of its name that assert it.


def background_stays_behind(name: str) -> None:
    made = restyle(name, pictures(), 1.0)
    half = made.shape[2] // 2
    np.testing.assert_array_equal(made[:, :, half:], pictures()[:, :, half:])
    assert (made[:, :, :half] == made[:1, :, :half]).all()  # nothing is left of what was there


def still_while_pictures_pass(name: str) -> None:
    black, white = np.zeros((3, 16, 16, 3), np.uint8), np.full((3, 16, 16, 3), 255, np.uint8)
    made = restyle(name, black, 1.0)
    assert (made == made[:1]).all() and made.std() > 10
    # white shines through by the share that the texture lets through, everywhere
    np.testing.assert_allclose(restyle(name, white, 1.0).astype(int) - made, 255 / 2, atol=1)


def scrolls(name: str) -> None:
    made = restyle(name, np.zeros((64, 64, 64, 3), np.uint8), 1.0)
    assert (made[0] != made[2]).any()
    histograms = [np.bincount(each.ravel(), minlength=256) for each in made]
    assert all((each == histograms[0]).all() for each in histograms)  # it comes back in


def paints_by_colour_alone(name: str) -> None:
    frames = pictures(2)
    frames[1] = np.rot90(frames[0])
    made = restyle(name, frames, 1.0)
    np.testing.assert_array_equal(made[1], np.rot90(made[0]))
    shaded = room()
    made = restyle(name, shaded, 1.0).astype(int)
    assert (np.diff(made.max(axis=-1)[0, -1]) >= 0).all()  # the lighter end stays the lighter


def third_of_a_turn(name: str) -> None:
    made = {restyle(name, pictures(), 2 / 3, seed).tobytes() for seed in SEEDS}
    assert made == {np.roll(pictures(), turn, axis=3).tobytes() for turn in (1, 2)}


def lights(name: str) -> None:
    white = np.full((1, 2, 2, 3), 255, np.uint8)
    for seed in SEEDS:
        light = restyle(name, white, 1.0, seed)[0, 0, 0] / 255
        assert light.max() == 1 and light.min() < 0.4
        made = restyle(name, pictures(), 1.0, seed)
        np.testing.assert_allclose(made, pictures() * light, atol=0.51 + 0.5)


def leaves_no_colour(name: str) -> None:
    made = restyle(name, pictures(), 1.0)
    assert (made == made[..., :1]).all()
    np.testing.assert_allclose(made[..., 0], pictures() @ [0.299, 0.587, 0.114], atol=0.51)


def clips_nothing_either_way(name: str) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    ends = set()
    for seed in SEEDS:
        made = restyle(name, levels, 1.0, seed)[0, ..., 0].ravel().astype(int)
        assert (np.diff(made) >= 0).all() and len(set(made)) >= 64
        ends.add((made[0], made[-1]))
    assert ends == {(0, 89), (166, 255)}


def goes_both_ways_around_grey(name: str) -> None:
    spreads = {round(float(restyle(name, room(), 0.3, seed).std()), 3) for seed in SEEDS}
    assert len(spreads) == 2 and min(spreads) < room().std() < max(spreads)
    grey = np.full((1, 2, 2, 3), 128, np.uint8)
    assert all(distance(restyle(name, grey, 1.0, seed), grey) <= 2 for seed in SEEDS)


def keeps_black_and_white(name: str) -> None:
    ends = np.array([0, 255], np.uint8).reshape(1, 1, 2, 1).repeat(3, axis=3)
    means = set()
    for seed in SEEDS:
        np.testing.assert_array_equal(restyle(name, ends, 1.0, seed), ends)
        means.add(restyle(name, pictures(), 1.0, seed).mean() > pictures().mean())
    assert means == {False, True}


def hides_a_share_and_nothing_else(name: str) -> None:
    for seed in SEEDS:
        made = restyle(name, pictures(3, 64), 1.0, seed)
        hidden = (made == made[:1]).all(axis=(0, 3))
        assert 0.05 < hidden.mean() <= 0.5
        np.testing.assert_array_equal(made[:, ~hidden], pictures(3, 64)[:, ~hidden])
        assert len(np.unique(made[0][hidden], axis=0)) <= 3 + 1  # colours, and a chance match


def blurs_as_a_gaussian(name: str) -> None:
    made = restyle(name, room(), 1.0).astype(float)
    expected = room().astype(float)
    for axis in (1, 2):
        expected = gaussian_filter1d(expected, 64 / 20, axis=axis, mode="nearest")
    assert distance(made, expected) < 2 < distance(room(), expected)


def is_fresh_in_every_frame(name: str) -> None:
    grey = np.full((200, 8, 8, 3), 128, np.uint8)
    noise = restyle(name, grey, 0.5).astype(float) - 128
    assert np.abs(noise.mean()) < 1 and noise.std() == pytest.approx(20, rel=0.03)
    neighbours = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.03
    np.testing.assert_array_equal(restyle(name, grey[:1], 0.5, step=7)[0] - 128.0, noise[7])


def makes_blocks(name: str) -> None:
    made = restyle(name, room(), 1.0).astype(int)
    steps = np.abs(np.diff(made, axis=2)).mean(axis=(0, 1, 3))
    assert steps[7::8].mean() > 2 * np.delete(steps, np.s_[7::8]).mean()


ROWS: dict[str, Callable[[str], None]] = {
    "background": background_stays_behind,
    "texture": still_while_pictures_pass,
    "moving_texture": scrolls,
    "recolor": paints_by_colour_alone,
    "hue": third_of_a_turn,
    "tint": lights,
    "grey": leaves_no_colour,
    "brightness": clips_nothing_either_way,
    "contrast": goes_both_ways_around_grey,
    "gamma": keeps_black_and_white,
    "occlusion": hides_a_share_and_nothing_else,
    "blur": blurs_as_a_gaussian,
    "noise": is_fresh_in_every_frame,
    "jpeg": makes_blocks,
}
SAME_IN_EVERY_EPISODE = {"grey", "blur", "jpeg"}
OF_PIXELS = {"blur", "noise", "jpeg"}  # of the size that they have, not of what is shown


@pytest.mark.parametrize("name", SHIFTS)
def test_each_does_what_its_row_says(name: str) -> None:
    ROWS[name](name)


@pytest.mark.parametrize("name", SHIFTS)
def test_at_strength_0_every_byte_is_as_it_was(name: str) -> None:
    np.testing.assert_array_equal(restyle(name, pictures(), 0.0), pictures())


@pytest.mark.parametrize("name", SHIFTS)
def test_bytes_become_other_bytes_and_what_was_given_stays(name: str) -> None:
    frames = pictures()
    made = restyle(name, frames, 0.5)
    assert (made.dtype, made.shape) == (np.uint8, frames.shape)
    assert not np.shares_memory(made, frames) and (made != frames).any()
    np.testing.assert_array_equal(frames, pictures())


@pytest.mark.parametrize("name", SHIFTS)
def test_it_grows_with_the_strength_from_nothing(name: str) -> None:
    changes = [
        np.mean([distance(restyle(name, room(), strength, seed), room()) for seed in SEEDS])
        for strength in (0.01, 0.25, 0.5, 0.75, 1.0)
    ]
    assert changes[0] < 2.5
    assert changes == sorted(changes)
    assert 0.8 < changes[1] and 5 < changes[-1] < 110  # to be seen, and a picture still


@pytest.mark.parametrize("name", SHIFTS)
def test_the_same_seed_shows_the_same_and_another_another_look(name: str) -> None:
    looks = [restyle(name, pictures(), 0.6, seed).tobytes() for seed in (*SEEDS, *SEEDS)]
    assert looks[: len(SEEDS)] == looks[len(SEEDS) :]
    assert (len(set(looks)) == 1) == (name in SAME_IN_EVERY_EPISODE)


@pytest.mark.parametrize("name", SHIFTS)
def test_a_picture_is_restyled_by_its_step_alone(name: str) -> None:
    together = restyle(name, pictures(), 0.6)
    alone = [restyle(name, pictures()[i : i + 1], 0.6, step=i)[0] for i in range(5)]
    # sums of another order may round a value the other way
    np.testing.assert_allclose(together.astype(int), np.stack(alone).astype(int), atol=1)


@pytest.mark.parametrize("name", sorted(set(SHIFTS) - OF_PIXELS))
def test_a_larger_picture_looks_the_same(name: str) -> None:
    small, large = (restyle(name, each, 0.6) for each in (room(), room().repeat(4, 1).repeat(4, 2)))
    assert distance(small, large[:, ::4, ::4]) < 2


def test_one_of_another_package_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="the shift 'fog' is 3, but must be a Shift of darla"):
        SHIFTS.register("fog", 3)  # type: ignore[arg-type]


def test_one_that_makes_no_pictures_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def halved(frames: np.ndarray, strength: float, drawn: None, moments: Moments) -> np.ndarray:
        return frames[:, ::2]

    monkeypatch.setattr(SHIFTS, "_known", {**SHIFTS._known, "halved": Shift("halved", halved)})
    with pytest.raises(ValueError, match=r"'halved' made uint8 of \(5, 8, 16, 3\) of uint8 pict"):
        restyle("halved", pictures(), 0.5)
