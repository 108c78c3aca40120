"""What is to be read from recorded frames: the factors that their environment reported."""

from collections.abc import Mapping, Sequence

import numpy as np

from darla.frames.attributes import FactorDescription
from darla.metrics import FactorColumn
from darla.probes import ProbeTarget
from darla.probes.targets import described_target
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames

LOOK = "look"
_LEAST_SHARE = 0.5  # of frames on which a factor must be known, for metrics to count it


def shared_factors(recorded: Sequence[RecordedFrames]) -> dict[str, FactorDescription]:
    """Return the descriptions of the factors that all datasets have, and describe alike."""
    first, *others = (each.dataset.attributes["factors"] for each in recorded)
    return {
        name: found
        for name, found in first.items()
        if all(other.get(name) == found for other in others)
    }


def targets_of(
    recorded: RecordedFrames, described: Mapping[str, FactorDescription]
) -> tuple[ProbeTarget, ...]:
    """Return the described factors of recorded frames as targets of M values."""
    return tuple(
        described_target(name, each, recorded.factors[name]) for name, each in described.items()
    )


def metric_columns(
    targets: Sequence[ProbeTarget],
) -> tuple[np.ndarray, list[FactorColumn], dict[str, str]]:
    """Return what metrics take, which need every factor to be known on every frame.

    Returns:
        The places, int64 (n,), of frames on which all are known that are known on half of the
        frames at least; these factors there; and why each of the others is left out, by name.
    """
    left_out: dict[str, str] = {}
    for target in targets:
        share = float(target.known.mean())
        if share < _LEAST_SHARE:
            left_out[target.name] = f"known on {share:.0%} of the frames"
        elif target.kind != "categorical" and not target.low < target.high:
            left_out[target.name] = f"it is constant ({target.low:g})"
    usable = [target for target in targets if target.name not in left_out]
    everywhere = np.ones(len(targets[0].values) if targets else 0, dtype=bool)
    for target in usable:
        everywhere &= target.known
    places = np.flatnonzero(everywhere)
    columns = [
        FactorColumn(each.name, each.kind, each.values[places], each.low, each.high)
        for each in usable
    ]
    return places, columns, left_out
