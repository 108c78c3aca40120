"""Pictures from latents: denoised, filled, in between, drawn, in another's look."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.flow_prior import FlowPrior
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses import (
    corrupt,
    denoise,
    inpaint,
    interpolate,
    latent_grid,
    picture_errors,
    rectangle,
    sample,
    swap_look,
)
from darla.uses.latent_density import density_of, measure_density
from toy_frames import write_toy_bundle
from toy_quadrants import LOGVAR, SIDE, quadrant_encoder, quadrant_frames, without_decoder

HOLE = rectangle((SIDE, SIDE), 8, 8, 24, 24)


@pytest.fixture
def quantized(tmp_path_factory: pytest.TempPathFactory) -> FrozenEncoder:
    folder = tmp_path_factory.mktemp("bundle")
    return load_encoder(write_toy_bundle(folder, posterior="fsq", codes=5))


def test_noise_that_latents_have_no_room_for_is_gone() -> None:
    frames = quadrant_frames(20, spread=60)
    noisy = corrupt(frames, "noise", 1.0, seed=3)
    before, after = (
        picture_errors(each, frames) for each in (noisy, denoise(quadrant_encoder(), noisy))
    )
    # 1,024 pixels of independent noise in four means: a 256th of the squared error is left.
    assert after.squared_error < before.squared_error / 100
    assert after.similarity > 0.99 > 0.5 > before.similarity
    np.testing.assert_array_equal(corrupt(frames, "noise", 0.0, seed=3), frames)


def test_frames_of_another_size_are_resized_first() -> None:
    frames = quadrant_frames(3)
    large = frames.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(denoise(quadrant_encoder(), large), frames)


def test_a_noise_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'noise'"):
        corrupt(quadrant_frames(1), "noize", 1.0, seed=0)


@pytest.mark.parametrize(("how", "steps"), [("gradient", None), ("iterate", None)])
def test_what_is_seen_says_what_is_missing(how: str, steps: int | None) -> None:
    frames = quadrant_frames(140)  # more than are looked for at a time
    ruined = np.where(HOLE[..., None], np.uint8(0), frames)
    filled = inpaint(quadrant_encoder(), ruined, HOLE, how, steps)
    np.testing.assert_array_equal(filled[:, ~HOLE], frames[:, ~HOLE])
    assert np.abs(filled.astype(int) - frames).max() <= 4


def test_each_frame_may_have_a_hole_of_its_own() -> None:
    frames = quadrant_frames(3)
    masks = np.zeros((3, SIDE, SIDE), bool)
    masks[1, 2:9, 3:12], masks[2, 20:30, 1:15] = True, True
    filled = inpaint(quadrant_encoder(), np.where(masks[..., None], 255, frames), masks, "iterate")
    assert np.abs(filled.astype(int) - frames).max() <= 2
    np.testing.assert_array_equal(filled[~masks], frames[~masks])


def test_a_shape_of_holes_that_does_not_fit_is_refused() -> None:
    encoder, frames = quadrant_encoder(), quadrant_frames(2)
    for mask, said in (
        (HOLE.astype(np.uint8), "the mask is uint8"),
        (HOLE[:16], "expected bool of"),
        (np.ones_like(HOLE), "all of a picture is masked"),
    ):
        with pytest.raises(ValueError, match=said):
            inpaint(encoder, frames, mask)
    with pytest.raises(ValueError, match="did you mean 'iterate'"):
        inpaint(encoder, frames, HOLE, "itrate")
    with pytest.raises(ValueError, match="steps is 0"):
        inpaint(encoder, frames, HOLE, steps=0)
    with pytest.raises(ValueError, match="frames are float64"):
        inpaint(encoder, frames / 255, HOLE)
    with pytest.raises(ValueError, match="expected some within a picture of 32 rows"):
        rectangle((32, 32), 8, 8, 8, 40)


@pytest.mark.parametrize("how", ["linear", "spherical"])
def test_paths_lead_from_frame_to_frame(how: str) -> None:
    first, second = quadrant_frames(2, seed=1), quadrant_frames(2, seed=2)
    between = interpolate(quadrant_encoder(), first, second, steps=3, how=how)
    assert between.shape == (2, 3, SIDE, SIDE, 3)
    np.testing.assert_array_equal(between[:, [0, 2]], np.stack([first, second], axis=1))
    middle = (first.astype(int) + second) / 2
    away = np.abs(between[:, 1] - middle).max()
    assert away <= 1 if how == "linear" else away > 1


@pytest.mark.parametrize("posterior", ["gaussian", "point"])
def test_the_aggregate_posterior_is_that_of_frames(posterior: str) -> None:
    encoder, frames = quadrant_encoder(posterior), quadrant_frames(30)
    drawn = sample(encoder, 600, "aggregate", frames, seed=1)
    latents = encoder.encode(frames)
    away = np.linalg.norm(drawn.latents[:, None] - latents, axis=2)
    owner = away.argmin(axis=1)
    assert len(np.unique(owner)) == 30
    left = drawn.latents - latents[owner]
    expected = np.exp(LOGVAR / 2) if posterior == "gaussian" else 0.0
    assert left.std() == pytest.approx(expected, abs=0.003)
    np.testing.assert_array_equal(drawn.frames, encoder.decode(drawn.latents))


def test_the_prior_is_a_standard_normal() -> None:
    drawn = sample(quadrant_encoder(), 4000, "prior", seed=2)
    assert np.abs(drawn.latents.mean(axis=0)).max() < 0.07
    assert np.abs(np.cov(drawn.latents.T) - np.eye(12)).max() < 0.1
    again = sample(quadrant_encoder(), 4000, "prior", seed=2)
    np.testing.assert_array_equal(drawn.latents, again.latents)


def test_a_prior_that_was_learnt_is_drawn_from_in_its_place() -> None:
    encoder, torch_rng = quadrant_encoder(), torch.Generator().manual_seed(0)
    flow = FlowPrior(12, 2, 8)
    for parameter in flow.parameters():
        parameter.data = 0.3 * torch.randn(parameter.shape, generator=torch_rng)
    plain = sample(encoder, 500, "prior", seed=2).latents
    encoder.encoder.prior = flow
    drawn = sample(encoder, 500, "prior", seed=2).latents
    assert np.abs(drawn - plain).max() > 0.1
    with torch.no_grad():
        undone, _ = flow(torch.from_numpy(drawn))
    np.testing.assert_allclose(undone.numpy(), plain, atol=1e-4)


def test_the_gaussian_of_frames_has_their_mean_and_covariance() -> None:
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(4, 4))
    means = (rng.normal(size=(5000, 4)) @ mixing + 3).astype(np.float32)
    variances = rng.uniform(0.1, 0.3, size=means.shape).astype(np.float32)
    density = density_of(means, variances)
    total = np.cov(means.T, bias=True) + np.diag(variances.mean(axis=0))
    np.testing.assert_allclose(density.covariance, total, rtol=1e-3, atol=1e-3)
    drawn = density.draw(40_000, rng)
    np.testing.assert_allclose(np.cov(drawn.T), total, atol=0.05 * total.max())
    away = means - density.mean
    expected = np.einsum("ni,ij,nj->n", away, np.linalg.inv(density.covariance), away)
    np.testing.assert_allclose(density.distances(means), expected, rtol=1e-6)


def test_a_latent_that_never_moves_does_not_break_the_gaussian() -> None:
    means = np.zeros((50, 3), np.float32)
    means[:, 0] = np.arange(50)
    density = density_of(means, np.zeros_like(means))
    assert np.isfinite(density.distances(means)).all()


def test_a_grid_moves_two_latents_and_no_other() -> None:
    encoder, frame = quadrant_encoder(), quadrant_frames(1)[0]
    drawn = latent_grid(encoder, frame, (4, 1), steps=3)
    own, statistics = encoder.encode(frame[None])[0], encoder.statistics
    grid = drawn.latents.reshape(3, 3, -1)
    others = [index for index in range(12) if index not in (4, 1)]
    assert (grid[:, :, others] == own[others]).all()
    for ends, column in (
        (((0, statistics.low), (2, statistics.high)), 4),
        (
            ((0, statistics.low), (2, statistics.high)),
            1,
        ),
    ):
        for at, values in ends:
            line = grid[at, :, 4] if column == 4 else grid[:, at, 1]
            np.testing.assert_allclose(line, values[column], rtol=1e-6)
    with pytest.raises(ValueError, match="give two different ones from 0 to 11"):
        latent_grid(encoder, frame, (3, 3), 3)


def test_a_state_is_shown_in_another_look() -> None:
    states, looks = quadrant_frames(5, seed=1), quadrant_frames(5, seed=2)
    half = SIDE // 2
    swapped = swap_look(quadrant_encoder(), states, looks)
    np.testing.assert_array_equal(swapped[:, :half], looks[:, :half])
    np.testing.assert_array_equal(swapped[:, half:], states[:, half:])
    one = swap_look(quadrant_encoder(), states, looks[:1])
    np.testing.assert_array_equal(one[:, :half], np.repeat(looks[:1, :half], 5, axis=0))
    with pytest.raises(ValueError, match="there are 5 states and 3 looks"):
        swap_look(quadrant_encoder(), states, looks[:3])


FRAMES = quadrant_frames(2)
USES: dict[str, Callable[[FrozenEncoder], object]] = {
    "denoise": lambda encoder: denoise(encoder, FRAMES),
    "inpaint": lambda encoder: inpaint(encoder, FRAMES, HOLE, "iterate"),
    "interpolate": lambda encoder: interpolate(encoder, FRAMES, FRAMES),
    "sample": lambda encoder: sample(encoder, 2, "aggregate"),
    "a grid": lambda encoder: latent_grid(encoder, FRAMES[0], (0, 1), 2),
    "swap_look": lambda encoder: swap_look(encoder, FRAMES, FRAMES),
}


@pytest.mark.parametrize("use", USES)
def test_without_a_decoder_there_is_no_picture(use: str) -> None:
    with pytest.raises(ValueError, match=f"^{use} draws pictures, but .* has no decoder") as error:
        USES[use](without_decoder(quadrant_encoder()))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda encoder: inpaint(encoder, FRAMES, HOLE), "inpaint by 'iterate'"),
        (USES["interpolate"], "interpolate needs latents that can have any value"),
        (USES["a grid"], "a few values alone; sample from 'aggregate'"),
        (lambda encoder: sample(encoder, 2, "gaussian"), "sample from 'aggregate'"),
        (lambda encoder: sample(encoder, 2, "prior"), "has no prior to sample from"),
        (lambda encoder: measure_density(encoder, FRAMES), "a density of latents needs"),
    ],
)
def test_codes_have_no_gradient_and_no_in_between(
    quantized: FrozenEncoder, use: Callable[[FrozenEncoder], object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        use(quantized)


@pytest.mark.parametrize("use", ["denoise", "inpaint", "sample"])
def test_what_needs_no_more_than_pictures_works_with_codes(
    quantized: FrozenEncoder, use: str
) -> None:
    USES[use](quantized)


def test_encoders_that_cannot_say_so_in_one_line() -> None:
    with pytest.raises(ValueError, match="does not tell apart; take one of look_state_nce"):
        swap_look(quadrant_encoder(roles=False), FRAMES, FRAMES)
    with pytest.raises(ValueError, match=r"has no prior to sample from .*sample from 'aggregate'"):
        sample(quadrant_encoder("point"), 2, "prior")
    with pytest.raises(ValueError, match="did you mean 'prior'"):
        sample(quadrant_encoder(), 2, "pror")
    with pytest.raises(ValueError, match="2 frames say too little of 12 latents"):
        sample(quadrant_encoder(), 2, "gaussian", FRAMES)
