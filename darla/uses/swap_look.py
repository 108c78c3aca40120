"""Show the state of one frame in the look of another."""

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses.encoded_frames import encode_pieces
from darla.uses.refusals import need_decoder, need_roles


def swap_look(encoder: FrozenEncoder, states: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """Decode latents whose state is that of some frames, and whose look is that of others.

    Args:
        encoder: a frozen encoder that says which latents hold the look and which the state. Those
            that hold neither stay with the state.
        states: uint8 (N, h, w, 3).
        looks: as many, or a single one for all.

    Returns:
        uint8 (N, H, W, 3).

    Raises:
        ValueError: frames are something else, or differ in number; or the encoder does not tell
            look from state, or has no decoder.
    """
    need_decoder(encoder, "swap_look")
    look = need_roles(encoder, "swap_look")["look"]
    if len(looks) not in (1, len(states)):
        raise ValueError(
            f"there are {len(states)} states and {len(looks)} looks; give as many, or one look"
        )
    latents, others = (encode_pieces(encoder, each) for each in (states, looks))
    latents[:, look] = others[:, look]
    return encoder.decode(latents)
