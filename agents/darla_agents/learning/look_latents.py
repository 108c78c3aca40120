"""What can be done with the latents of the look, so that a policy does not rely on them."""

from darla.encoder.bundle import FrozenEncoder

MASK = "mask"
LOOK_TREATMENTS = {
    MASK: "hidden",
    "resample": "while learning, those of a frame of D_U, another in each episode",
    "repaint": "the same, decoded into a picture and encoded again",
    "mask_repaint": "repainted while learning, and hidden",
}
"""What can be done with the latents of the look."""


def look_latents(encoder: FrozenEncoder) -> list[int]:
    """Return the latents that an encoder itself says hold the look, by index.

    Args:
        encoder: one that learned from pairs of frames tells look from state.

    Raises:
        ValueError: the encoder does not tell them apart.
    """
    look = encoder.latent_roles.get("look")
    if look is None:
        raise ValueError(
            f"{encoder.path} does not say which latents hold the look; train an encoder on pairs "
            "of frames (--objective darla), or leave mask_look out"
        )
    found: list[int] = look.tolist()
    return found
