"""What an encoder can do, and how messages call it."""

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.networks import Decoder

GAUSSIAN = "gaussian"
"""The posterior of encoders that have a prior."""


def named(encoder: FrozenEncoder) -> str:
    """Return how messages call an encoder: its objective, and its folder where it has one."""
    objective = encoder.config["objective"]["name"]
    return f"the encoder of {objective}" + (f" ({encoder.path})" if encoder.path else "")


def role_by_latent(encoder: FrozenEncoder) -> dict[int, str]:
    """Return what latents hold, by their number; those of which it says nothing are left out."""
    return {int(latent): role for role, some in encoder.latent_roles.items() for latent in some}


def can_decode(encoder: FrozenEncoder) -> bool:
    """Whether it draws pictures."""
    decoder: object = encoder.decoder
    return isinstance(decoder, Decoder)
