"""Draw pictures that no frame shows, from what an encoder has learnt of all frames."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.names import unknown
from darla.uses.encoded_frames import posteriors
from darla.uses.latent_density import measure_density
from darla.uses.refusals import need_continuous, need_decoder, need_prior

Source = Literal["prior", "aggregate", "gaussian", "grid"]


@dataclass(frozen=True, eq=False)
class Sample:
    """What was drawn."""

    latents: np.ndarray
    """float32 (n, z)."""
    frames: np.ndarray
    """uint8 (n, H, W, 3), what the latents decode into."""


def sample(
    encoder: FrozenEncoder,
    n: int,
    source: str = "prior",
    frames: np.ndarray | None = None,
    seed: int = 0,
) -> Sample:
    """Draw latents and decode them.

    Args:
        encoder: a frozen encoder.
        n: how many, at least 1.
        source: ``prior``, what training pulls posteriors to: a standard normal, or what was learnt
            in its place by a flow that the bundle holds; ``aggregate``, the posteriors of frames,
            each drawn with replacement (what is decoded is a frame's reconstruction but for the
            posterior's spread); or ``gaussian``, the Gaussian of all these posteriors, as
            :mod:`darla.uses.latent_density` has it (Ghosh et al., 2020, "From Variational to
            Deterministic Autoencoders": ex-post density estimation).
        frames: uint8 (N, h, w, 3), whose posteriors are meant; those that the bundle carries by
            default. The prior does not ask.
        seed: decides what is drawn.

    Raises:
        ValueError: there is no such source, or the encoder has none such: codes have no Gaussian,
            and encoders without a spread no prior; or it has no decoder.
    """
    need_decoder(encoder, "sample")
    if n < 1:
        raise ValueError(f"n is {n}; give at least 1")
    frames = encoder.reference_frames if frames is None else frames
    rng = np.random.default_rng(seed)
    if source == "prior":
        need_prior(encoder, "sample from 'aggregate'")
        latents = _from_prior(encoder, rng.standard_normal((n, encoder.latent_dim), np.float32))
    elif source == "aggregate":
        latents = _drawn_posteriors(encoder, frames, n, rng)
    elif source == "gaussian":
        need_continuous(encoder, "sample from 'gaussian'", "sample from 'aggregate'")
        latents = measure_density(encoder, frames).draw(n, rng)
    else:
        raise unknown("source", source, [each for each in get_args(Source) if each != "grid"])
    return Sample(latents, encoder.decode(latents))


def latent_grid(
    encoder: FrozenEncoder, frame: np.ndarray, latents: tuple[int, int], steps: int
) -> Sample:
    """Move two latents of a frame together, each from its 1st to its 99th percentile over D_U.

    Args:
        encoder: a frozen encoder.
        frame: uint8 (H, W, 3) of the encoder's size, whose other latents stay.
        latents: the number of the one that grows from row to row, and of the one that grows from
            column to column.
        steps: rows, and columns, at least 2.

    Returns:
        steps * steps latents and pictures, row by row.

    Raises:
        ValueError: there are no two such latents, or they can be a few values alone; or there is no
            decoder.
    """
    need_decoder(encoder, "a grid")
    need_continuous(encoder, "a grid", "sample from 'aggregate'")
    if latents[0] == latents[1] or not all(0 <= each < encoder.latent_dim for each in latents):
        raise ValueError(
            f"latents are {latents}; give two different ones from 0 to {encoder.latent_dim - 1}"
        )
    if steps < 2:
        raise ValueError(f"steps is {steps}; give at least 2")
    moved = np.repeat(encoder.encode(frame[None]), steps * steps, axis=0)
    low, high = encoder.statistics.low, encoder.statistics.high
    values = [np.linspace(low[each], high[each], steps) for each in latents]
    moved[:, list(latents)] = np.stack(np.meshgrid(*values, indexing="ij"), axis=-1).reshape(-1, 2)
    return Sample(moved, encoder.decode(moved))


@torch.no_grad()
def _from_prior(encoder: FrozenEncoder, noise: np.ndarray) -> np.ndarray:
    """Return what the prior makes of standard normal noise, (n, z): itself unless it was learnt."""
    prior = encoder.encoder.prior
    if prior is None:
        return noise
    drawn: np.ndarray = prior.inverse(torch.from_numpy(noise).to(encoder.device)).cpu().numpy()
    return drawn


def _drawn_posteriors(
    encoder: FrozenEncoder, frames: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw a latent from the posterior of each of n frames, drawn with replacement."""
    if not len(frames):
        raise ValueError("there are no frames whose posteriors could be drawn from; give some")
    means, variances = posteriors(encoder, frames[rng.integers(len(frames), size=n)])
    noise = rng.standard_normal(means.shape, dtype=np.float32)
    drawn: np.ndarray = means + np.sqrt(variances) * noise
    return drawn
