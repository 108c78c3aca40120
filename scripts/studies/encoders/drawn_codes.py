"""What latents that can be a few values alone change in a frame: a picture for each such value."""

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder


def code_pictures(
    encoder: FrozenEncoder, frames: np.ndarray, shown: int, columns: int, rows: int
) -> np.ndarray:
    """Draw what the codes of the strongest groups of latents change in a frame.

    A row is a group, those first whose codes change the picture most. After the frame itself it is
    decoded with each of the group's codes in place of its own: the most used ones, by value where a
    code is one number, and else the most used one first. Beside it stands how much the group says
    of frames: the entropy of its codes.

    Args:
        encoder: one whose latents are quantised.
        frames: uint8 (N, H, W, 3) of its size; many, for codes to be counted on.
        shown: which of them is drawn.
        columns: codes of a group, at most.
        rows: groups, at most.

    Returns:
        uint8 (height, width, 3).
    """
    shape, latents = encoder.encoder.shape, encoder.encode(frames)
    groups = np.split(np.arange(shape.latents), shape.latents // shape.code_size)
    drawn, nats = [], []
    for group in groups:
        codes, counts = np.unique(latents[:, group], axis=0, return_counts=True)  # sorted by value
        nats.append(entropy(counts))
        most_used = np.argsort(-counts, kind="stable")[:columns]
        chosen = codes[np.sort(most_used) if shape.code_size == 1 else most_used]
        moved = np.tile(latents[shown], (len(chosen), 1))
        moved[:, group] = chosen
        drawn.append(encoder.decode(moved))
    changes = np.array([each.astype(np.float32).var(axis=0).mean() for each in drawn])
    strongest = np.argsort(-changes, kind="stable")[:rows]
    return draw_rows(
        [np.concatenate([frames[shown][None], drawn[group]]) for group in strongest],
        [f"{named(groups[group])}\n{nats[group]:.2f} nats" for group in strongest],
        "frame | each latent, or group of them, as each of its most used codes",
    )


def entropy(counts: np.ndarray) -> float:
    """Return the entropy of counts above 0, (n,), in nats."""
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def named(group: np.ndarray) -> str:
    """Return how a group of latents is called: ``z3``, or ``z4-7``."""
    return f"z{group[0]}" if len(group) == 1 else f"z{group[0]}-{group[-1]}"
