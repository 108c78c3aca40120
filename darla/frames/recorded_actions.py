"""The actions that led to a dataset's frames, where they were recorded."""

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.joined import datasets_in


def action_form(dataset: FrameDataset) -> tuple[int, int] | None:
    """Return of how many choices an action is one, and of how many numbers it is; one of them is 0.

    Choices are as many as the highest recorded one says. None where no action was recorded, as with
    the policy factors, or datasets that were joined have actions of other kinds.
    """
    forms = {_form_of(part) for part in datasets_in(dataset)}
    choices = [choices for choices, _ in forms]
    numbers = {numbers for _, numbers in forms}
    if len(numbers) > 1 or min(choices) < 0:
        return None
    return max(choices), numbers.pop()


def recorded_actions(dataset: FrameDataset) -> np.ndarray:
    """Return what led to each frame: int64 (N,), or float32 (N, d) for actions of several numbers.

    Where nothing did it is -1, or NaN.
    """
    form = action_form(dataset)
    return dataset.action_vectors if form is not None and form[1] else dataset.actions


def episode_starts(dataset: FrameDataset) -> np.ndarray:
    """Return which frames are the first of an episode, or of a dataset that was joined; bool (N,).

    Chunks are made apart, and so begin episodes too.
    """
    starts = dataset.episode_starts.copy()
    starts[:: dataset.chunk_size] = True
    return starts


def _form_of(dataset: FrameDataset) -> tuple[int, int]:
    """Return the form of one dataset's actions; less than no choice where there are none."""
    numbers = dataset.action_vectors.shape[1]
    if numbers:
        return (0 if np.isfinite(dataset.action_vectors).any() else -1), numbers
    highest = int(dataset.actions.max(initial=-1))
    return (highest + 1 or -1), 0
