"""What a network with memory is told of the way to a frame: an action, or that an episode begins.

One of a few choices is told as a 1 for it and 0 for the others; an action of several numbers as
symlog of each, sign(a) ln(1 + |a|), which leaves small ones as they are and keeps large ones small
(Hafner et al., 2023, "Mastering diverse domains through world models", eq. 9). The last number is 1
for the first frame of an episode, to which no action led, and otherwise 0.
"""

import numpy as np


def told_actions(actions: np.ndarray, starts: np.ndarray, choices: int) -> np.ndarray:
    """Return what is told of N frames, float32 (N, choices + 1) or (N, d + 1).

    Args:
        actions: what led to each frame: int (N,), one of ``choices`` or negative for none; or float
            (N, d), NaN for none, where ``choices`` is 0.
        starts: bool (N,), which frames are the first of an episode; actions are left out there.
        choices: of how many an action is one; 0 for actions of several numbers.

    Raises:
        ValueError: an action is none of the choices, or actions are of another shape.
    """
    actions, starts = np.asarray(actions), np.asarray(starts, dtype=bool)
    ndim = 1 if choices else 2
    if actions.ndim != ndim or len(actions) != len(starts):
        raise ValueError(
            f"actions have shape {actions.shape} for {len(starts)} frames; expected "
            f"({len(starts)},) whole numbers where an action is one of several choices, and else "
            f"({len(starts)}, numbers)"
        )
    told = _of_choices(actions, starts, choices) if choices else _of_numbers(actions)
    return np.concatenate([np.where(starts[:, None], 0, told), starts[:, None]], axis=1).astype(
        np.float32
    )


def _of_choices(actions: np.ndarray, starts: np.ndarray, choices: int) -> np.ndarray:
    """Return a 1 for each action that was chosen, (N, choices)."""
    known = actions[~starts]
    if len(known) and known.max() >= choices:
        raise ValueError(
            f"an action is {known.max()}, but the encoder has learnt of 0 to {choices - 1} alone"
        )
    chosen: np.ndarray = actions[:, None] == np.arange(choices)
    return chosen


def _of_numbers(actions: np.ndarray) -> np.ndarray:
    """Return symlog of actions, (N, d), and zeros for those that are not known."""
    numbers = np.nan_to_num(np.asarray(actions, dtype=np.float64), posinf=0.0, neginf=0.0)
    found: np.ndarray = np.sign(numbers) * np.log1p(np.abs(numbers))
    return found
