"""Which recorded frames probes are trained on, and in which looks they are tested.

An episode keeps its look, so that of one dataset the looks of some of its episodes are those that
probes are trained in, and the others are new to them. Where the factors of the look were recorded,
the new ones are those at one end of how looks vary most; otherwise they are drawn by lot. Of
several datasets each is a domain of its own, as the named ones of an environment are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from darla.frames.attributes import FactorDescription
from darla.probes import ProbeTarget
from darla_agents.encoder_evaluation.recorded.factors import LOOK, targets_of
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned

OTHER_LOOKS = "other looks"
_SHARE_OF_OTHERS = 1 / 3
_SHARE_OF_TESTS = 4  # the last one of so many frames of an episode is tested on


@dataclass(frozen=True, eq=False)
class Part:
    """Frames of one dataset that probes are trained or tested on."""

    domain: str
    """What tables call their looks."""
    dataset: int
    """Its place among the datasets."""
    places: np.ndarray
    """int64 (n,), places of the frames among those of the dataset, ascending."""


@dataclass(frozen=True, eq=False)
class Parts:
    """What probes are trained on, and what they are tested on: first in the looks of training."""

    train: Part
    tests: tuple[Part, ...]
    how: str
    """How looks were told apart, for the report."""

    def thinned(self, train: int, test: int) -> "Parts":
        """Return parts of no more frames than these."""
        fewer = tuple(Part(p.domain, p.dataset, thinned(p.places, test)) for p in self.tests)
        first = self.train
        return Parts(
            Part(first.domain, first.dataset, thinned(first.places, train)), fewer, self.how
        )


def deal_frames(
    recorded: Sequence[RecordedFrames],
    described: Mapping[str, FactorDescription],
    rng: np.random.Generator,
) -> Parts:
    """Deal recorded frames into parts; the generator draws which episodes are new by lot."""
    first = recorded[0]
    if len(recorded) > 1:
        new = np.zeros(len(first), dtype=bool)
        how = f"probes are trained in {first.label}, the first of the datasets"
        others = [Part(each.label, i, np.arange(len(each))) for i, each in enumerate(recorded)][1:]
    else:
        look = {name: each for name, each in described.items() if each["role"] == LOOK}
        new, how = _new_looks(first, targets_of(first, look), rng)
        others = [Part(OTHER_LOOKS, 0, np.flatnonzero(new))]
    tested = _ends_of_episodes(first.episode, rng) & ~new
    train = Part(first.label, 0, np.flatnonzero(~new & ~tested))
    return Parts(train, (Part(first.label, 0, np.flatnonzero(tested)), *others), how)


def _new_looks(
    recorded: RecordedFrames, look: Sequence[ProbeTarget], rng: np.random.Generator
) -> tuple[np.ndarray, str]:
    """Return which frames are of episodes in new looks, (M,) bool, and how these were chosen."""
    _, episode, lengths = np.unique(recorded.episode, return_inverse=True, return_counts=True)
    columns = np.concatenate([target.encoded() for target in look], axis=1) if look else None
    axis = None if columns is None else _main_axis(columns, episode, lengths)
    order = rng.permutation(len(lengths)) if axis is None else np.argsort(-axis, kind="stable")
    before = np.cumsum(lengths[order]) - lengths[order]
    chosen = order[before < len(recorded) * _SHARE_OF_OTHERS][: len(lengths) - 1]
    how = (
        f"{OTHER_LOOKS} are those of {len(chosen)} of {len(lengths)} episodes, by lot: no factor "
        "of the look that differs between episodes was recorded"
        if axis is None
        else f"{OTHER_LOOKS} are those of {len(chosen)} of {len(lengths)} episodes, at one end of "
        f"how {', '.join(target.name for target in look)} vary most"
    )
    return np.isin(episode, chosen), how


def _main_axis(columns: np.ndarray, episode: np.ndarray, lengths: np.ndarray) -> np.ndarray | None:
    """Return where each episode's mean look lies along its first principal component, (E,).

    None where looks do not vary between episodes.
    """
    sums = np.zeros((len(lengths), columns.shape[1]))
    np.add.at(sums, episode, columns)
    means = sums / lengths[:, None]
    std = means.std(axis=0)
    varied = std > 1e-6
    if not varied.any():
        return None
    scaled = (means[:, varied] - means[:, varied].mean(axis=0)) / std[varied]
    main = np.linalg.svd(scaled, full_matrices=False)[2][0]
    axis: np.ndarray = scaled @ (main * np.sign(main[np.argmax(np.abs(main))]))
    return axis


def _ends_of_episodes(episode: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which frames are in the last fourth of their episode, (M,) bool.

    Of two or three frames it is the last one; of episodes of a single frame, a fourth by lot.
    """
    _, first, number, length = np.unique(
        episode, return_index=True, return_inverse=True, return_counts=True
    )
    tested = np.ceil(length / _SHARE_OF_TESTS)
    tested = np.where(length > 1, tested, rng.integers(_SHARE_OF_TESTS, size=len(length)) == 0)
    step = np.arange(len(episode)) - first[number]
    ends: np.ndarray = step >= length[number] - tested[number]
    return ends
