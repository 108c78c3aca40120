"""Where the latents of frames lie, as :mod:`darla.alarm.latent_density` has it."""

from darla.alarm.latent_density import LatentDensity, density_of
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses.encoded_frames import Frames, posteriors
from darla.uses.refusals import need_continuous


def measure_density(encoder: FrozenEncoder, frames: Frames) -> LatentDensity:
    """Measure where the latents of frames lie.

    A ValueError where there are not more frames than latents, or latents can be a few values alone.
    """
    need_continuous(encoder, "a density of latents", "take one of another objective")
    if len(frames) <= encoder.latent_dim:
        raise ValueError(
            f"{len(frames)} frames say too little of {encoder.latent_dim} latents; give more than "
            "there are latents, better a thousand"
        )
    return density_of(*posteriors(encoder, frames))
