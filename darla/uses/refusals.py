"""What a use asks of an encoder, and one line for those that do not have it."""

import numpy as np

from darla.encoder.abilities import can_decode, named
from darla.encoder.frozen_encoder import FrozenEncoder


def need_decoder(encoder: FrozenEncoder, use: str) -> None:
    """Raise a ValueError unless the encoder has a decoder."""
    if not can_decode(encoder):
        raise ValueError(
            f"{use} draws pictures, but {named(encoder)} has no decoder; take one of an objective "
            "that reconstructs frames"
        )


def can_tell_roles(encoder: FrozenEncoder) -> bool:
    """Whether it says which latents hold the look and which the state, and has some of both."""
    return all(len(encoder.latent_roles.get(name, ())) for name in ("look", "state"))


def need_roles(encoder: FrozenEncoder, use: str) -> dict[str, np.ndarray]:
    """Return which latents hold the look and which the state; a ValueError if it does not say."""
    if not can_tell_roles(encoder):
        raise ValueError(
            f"{use} needs latents of the look apart from those of the state, which "
            f"{named(encoder)} does not tell apart; take one of look_state_nce, look_state_vae or "
            "ml_vae"
        )
    return encoder.latent_roles


def need_prior(encoder: FrozenEncoder, instead: str) -> None:
    """Raise a ValueError, which says what to do instead, unless latents have a Gaussian prior."""
    posterior = encoder.encoder.shape.posterior
    if posterior != "gaussian":
        raise ValueError(
            f"{named(encoder)} has no prior to sample from (its posterior is {posterior!r}); "
            f"{instead}"
        )


def need_continuous(encoder: FrozenEncoder, use: str, instead: str) -> None:
    """Raise a ValueError, which says what to do instead, where latents can be a few values only."""
    if encoder.encoder.shape.quantized:
        raise ValueError(
            f"{use} needs latents that can have any value, but those of {named(encoder)} can be a "
            f"few values alone; {instead}"
        )
