"""Notice when a model has stopped seeing: latents that say nothing, pictures that never vary."""

import numpy as np

from darla.encoder.frozen_encoder import ACTIVE_KL, FrozenEncoder

_SMALLEST_SHARE = 0.01


def collapse_warning(encoder: FrozenEncoder) -> str | None:
    """Say in one line how a model has collapsed; None when it has not.

    Two signs, both seen in its reference frames: no latent is active, or its reconstructions are
    all the same picture (their variance over frames is under 1% of the frames' own).
    """
    if not encoder.active.any():
        kind = encoder.encoder.shape.posterior
        sign = f"a KL of {ACTIVE_KL} nats" if kind == "gaussian" else "any spread over frames"
        return (
            f"all {encoder.latent_dim} latents have collapsed: none has {sign}; "
            "lower beta, train for longer, or check that frames differ"
        )
    frames = encoder.reference_frames
    share = varied_share(frames, encoder.decode(encoder.encode(frames)))
    if share < _SMALLEST_SHARE:
        return (
            f"reconstructions have collapsed: they keep {share:.1%} of the frames' variance, as if "
            "each were the dataset's mean; lower beta, or train for longer"
        )
    return None


def varied_share(frames: np.ndarray, reconstructions: np.ndarray) -> float:
    """Return the variance of reconstructions over that of frames, both uint8 (N, H, W, 3).

    Variance is taken over frames, pixel by pixel. Frames without any give 1.
    """
    of_frames = float(frames.astype(np.float32).var(axis=0).mean())
    of_reconstructions = float(reconstructions.astype(np.float32).var(axis=0).mean())
    return of_reconstructions / of_frames if of_frames > 0 else 1.0
