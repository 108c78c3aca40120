"""Judge a model by frames alone: does it see, and does it tell state from look?

They are its own reference frames, or any others. No task, no factors and no pairs of looks are
needed, so that this can be asked of anybody's data. Looks are drawn by
:func:`darla.objectives.recoloring.recolor`, which changes colours more than most worlds do: the
state of the encoder that ships, which moves by 0.23 of its spread between looks of its worlds,
moves by 0.32 between such copies. Where frames show states in several looks, these are the looks:
what else they have in common, such as an object's colour, may be part of the state.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from darla.encoder.frozen_encoder import ACTIVE_KL, FrozenEncoder
from darla.encoder.movement import joint_movement
from darla.objectives.recoloring import recolored_copies

MOST_MOVEMENT = 0.8
"""A state that moves by more of its spread when colours change has not been told from the look:
at sqrt(2), 1.41, two looks of one state are as far apart as any two frames."""
_SMALLEST_SHARE = 0.01
_DRAWS = 4
_SEED = 0


@dataclass(frozen=True)
class Verdict:
    """What a model makes of frames: its reference frames, which it has learnt from, or others."""

    kept_variance: float
    """The share of the frames' variance that its reconstructions have; see :func:`varied_share`."""
    active_latents: int
    """How many latents carry anything."""
    state_movement: float | None
    """How far the state moves when nothing but the look changes, relative to its spread; None where
    the objective does not say which latents hold it."""
    failure: str | None
    """Why the model is of no use, and what to do about it, in one line; None where it may be."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


def judge(
    encoder: FrozenEncoder, frames: np.ndarray | None = None, twins: np.ndarray | None = None
) -> Verdict:
    """Judge a model that has been trained; the same model and frames alike.

    Frames are uint8 (N, H, W, 3) of the encoder's size, its reference frames when None. Twins,
    uint8 (2, n, H, W, 3), show n states in two looks each; when None, frames are recoloured.
    """
    frames = encoder.reference_frames if frames is None else frames
    share, moved = kept_variance(encoder, frames), state_movement(encoder, frames, twins)
    failure = _collapse(encoder, share) or _state_failure(encoder, moved)
    return Verdict(share, int(encoder.active.sum()), moved, failure)


def _state_failure(encoder: FrozenEncoder, moved: float | None) -> str | None:
    """Say in one line what is wrong with latents that are to hold the state; None if nothing is."""
    state = encoder.latent_roles.get("state")
    if state is not None and not encoder.active[state].any():
        return (
            "the state has collapsed: none of the latents that are to hold it is active, only "
            "those of the look are; train for longer, or lower beta"
        )
    if moved is not None and moved > MOST_MOVEMENT:
        return (
            f"look and state have not been told apart: the state moves by {moved:.2f} of its "
            "spread when nothing but the look changes (1.41: as far as another state); train for "
            "longer, or on frames in more looks"
        )
    return None


@torch.no_grad()
def state_movement(
    encoder: FrozenEncoder, frames: np.ndarray | None = None, twins: np.ndarray | None = None
) -> float | None:
    """Return how far the state moves between two copies of frames in other colours, or twins.

    Relative to its spread, as :func:`darla.encoder.movement.joint_movement` has it; None where the
    encoder does not say which latents hold the state, or none does. For frames and twins see
    :func:`judge`.
    """
    state = encoder.latent_roles.get("state")
    if state is None or not encoder.active[state].any():
        return None
    if twins is not None:
        return joint_movement(*(encoder.encode(each)[:, state] for each in twins))
    frames = encoder.reference_frames if frames is None else frames
    copies = recolored_copies(frames, 2 * _DRAWS, _SEED)
    seen = [
        encoder.encoder(torch.cat(half).to(encoder.device)).mu.cpu().numpy()
        for half in (copies[:_DRAWS], copies[_DRAWS:])
    ]
    return joint_movement(seen[0][:, state], seen[1][:, state])


def collapse_warning(encoder: FrozenEncoder) -> str | None:
    """Say in one line how a model has collapsed; None when it has not.

    Two signs, both seen in its reference frames: no latent is active, or its reconstructions are
    all the same picture (their variance over frames is under 1% of the frames' own).
    """
    return _collapse(encoder, kept_variance(encoder))


def _collapse(encoder: FrozenEncoder, share: float) -> str | None:
    """Do what :func:`collapse_warning` does, given the share of variance that is kept."""
    if not encoder.active.any():
        kind = encoder.encoder.shape.posterior
        sign = f"a KL of {ACTIVE_KL} nats" if kind == "gaussian" else "any spread over frames"
        return (
            f"all {encoder.latent_dim} latents have collapsed: none has {sign}; "
            "lower beta, train for longer, or check that frames differ"
        )
    if share < _SMALLEST_SHARE:
        return (
            f"reconstructions have collapsed: they keep {share:.1%} of the frames' variance, as if "
            "each were the dataset's mean; lower beta, or train for longer"
        )
    return None


def kept_variance(encoder: FrozenEncoder, frames: np.ndarray | None = None) -> float:
    """Return the share of frames' variance that a model's reconstructions have.

    For frames see :func:`judge`.
    """
    frames = encoder.reference_frames if frames is None else frames
    return varied_share(frames, encoder.decode(encoder.encode(frames)))


def varied_share(frames: np.ndarray, reconstructions: np.ndarray) -> float:
    """Return the variance of reconstructions over that of frames, both uint8 (N, H, W, 3).

    Variance is taken over frames, pixel by pixel. Frames without any give 1.
    """
    of_frames = float(frames.astype(np.float32).var(axis=0).mean())
    of_reconstructions = float(reconstructions.astype(np.float32).var(axis=0).mean())
    return of_reconstructions / of_frames if of_frames > 0 else 1.0
