"""What is to be read from frames of the tasks: where the object is, what it is, and how it looks.

In tasks of several objects "the object" is the nearest one in view.
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from darla.metrics import FactorColumn
from darla.probes import ProbeTarget
from darla.running.names import lookup
from darla_envs.description.factors import Factor
from darla_envs.description.tasks import IN_VIEW, Task

LOOK = ("floor", "wall", "ceiling", "light")
STATE = ("bearing", "distance")
"""What a policy needs of the state."""
_REST = ("object_color", "object_shape", "yaw", "agent_x", "agent_z")
PROBE_TARGETS = (*LOOK, *_REST, *STATE, "in_view")


def label_frames(task: Task, factors: Mapping[str, np.ndarray]) -> tuple[ProbeTarget, ...]:
    """Return the probe targets of N frames of a task, in the order of ``PROBE_TARGETS``.

    An object is in view when its bearing is within half the field of view to either side (its
    centre is then in the picture: it never comes so near that it is below it) and at least half of
    its silhouette is neither cut off nor hidden. Where none is, what concerns it is not known.
    Factors are the reported values of each, (N,); categories by name.
    """
    known = task.describe_factors()
    half_view = math.radians(task.field_of_view) / 2
    object_values, seen = _nearest_in_view(task, factors, half_view)
    everywhere = np.ones(len(seen), dtype=bool)
    first = task.objects[0]
    columns = {name: (name, factors[name], everywhere) for name in (*LOOK, "agent_x", "agent_z")}
    columns["yaw"] = ("agent_yaw", factors["agent_yaw"], everywhere)
    for name in ("color", "shape"):
        columns[f"object_{name}"] = (f"{first}_{name}", object_values[name], seen)
    columns["distance"] = (f"{first}_distance", object_values["distance"], seen)
    made = {name: _target(name, known[factor], *rest) for name, (factor, *rest) in columns.items()}
    # Within the view an angle has two ends: it is no circle.
    bearing = object_values["bearing"]
    made["bearing"] = ProbeTarget("bearing", "continuous", bearing, seen, -half_view, half_view)
    made["in_view"] = ProbeTarget("in_view", "categorical", seen.astype(float), everywhere, 0, 1)
    return tuple(made[name] for name in PROBE_TARGETS)


def factor_columns(targets: Iterable[ProbeTarget], names: Iterable[str]) -> list[FactorColumn]:
    """Return the named targets, known on all frames, as metrics take them.

    A ValueError where there is no target of a name.
    """
    table = {target.name: target for target in targets}
    chosen = [lookup("factor", name, table) for name in names]
    return [FactorColumn(each.name, each.kind, each.values, each.low, each.high) for each in chosen]


def all_known(targets: Iterable[ProbeTarget]) -> np.ndarray:
    """Return on which frames every target is known, (N,) bool."""
    known: np.ndarray = np.logical_and.reduce([target.known for target in targets])
    return known


def _target(name: str, factor: Factor, values: np.ndarray, known: np.ndarray) -> ProbeTarget:
    """Return a factor's values as a target; categories are numbered as the factor lists them."""
    if factor.categories:
        values = np.searchsorted(np.sort(factor.categories), values.astype(str))
        values = np.argsort(factor.categories)[values]
    numbers = np.asarray(values, dtype=np.float64)
    return ProbeTarget(name, factor.kind, numbers, known, factor.low, factor.high)


def _nearest_in_view(
    task: Task, factors: Mapping[str, np.ndarray], half_view: float
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the factors of the nearest object in view, and on which frames there is one."""
    names = ("color", "shape", "bearing", "distance", "visible", "present")
    every = {
        name: np.stack([np.asarray(factors[f"{each}_{name}"]) for each in task.objects])
        for name in names
    }
    in_view = (np.abs(every["bearing"]) <= half_view) & (every["visible"] >= IN_VIEW)
    in_view &= every["present"] > 0
    nearest = np.where(in_view, every["distance"], np.inf).argmin(axis=0)
    rows = np.arange(in_view.shape[1])
    return {name: every[name][nearest, rows] for name in names[:4]}, in_view.any(axis=0)
