"""Whether a folder holds the run that is asked for, begun by this version or one before."""

from collections.abc import Iterable, Sequence
from typing import Any, NotRequired, TypedDict

from darla.objectives import OBJECTIVES, ObjectiveSettings
from darla.running.checked_json import Count, Name, check_shape
from darla.running.continuing import check_same, recorded_config
from darla.running.run_record import RECORD
from darla.vision.config import VisionConfig

_EARLIER_DEFAULT = "darla"  # the objective of runs whose record names none


class _Record(TypedDict):
    """What is asked of a record before it is compared."""

    objective: NotRequired[Name]
    seeds: NotRequired[list[Count]]


def holds_this_run(config: VisionConfig) -> bool:
    """Tell whether the run's folder holds this run; a ValueError where it holds another."""
    recorded = recorded_config(config.out)
    if recorded is None:
        return False
    check_same(
        f"{config.out} holds a run",
        recorded_identity(recorded, config),
        config.identity(),
        "repeat its settings to continue it, or give another --out",
    )
    return True


def check_begun_together(configs: Sequence[VisionConfig]) -> None:
    """Check that seeds that are to be trained at once were begun so, or not at all.

    A ValueError where one was begun alone, or without one of the others.
    """
    wanted = {config.seed for config in configs}
    for config in configs if len(configs) > 1 else ():
        recorded = recorded_config(config.out)
        if recorded is None:
            continue
        check_shape(recorded, _Record, str(config.out / RECORD), "give another --out")
        begun = recorded.get("seeds") or []
        if not begun:
            raise ValueError(
                f"{config.out} was begun alone; finish it so, with --out {config.out} --seed "
                f"{config.seed}, or give another --out"
            )
        if not wanted <= set(begun):
            raise ValueError(
                f"{config.out} was begun at once with other seeds than {_listed(wanted)}; finish "
                f"these first, with --seeds {_listed(begun)}, or give another --out"
            )


def _listed(seeds: Iterable[int]) -> str:
    """Return seeds as the command takes them."""
    return " ".join(str(seed) for seed in sorted(seeds))


def recorded_identity(recorded: dict[str, Any], config: VisionConfig) -> dict[str, Any]:
    """Return what a run's record says in the words of :meth:`VisionConfig.identity`.

    The record is ``config`` of run.json; that of version 0.1 holds the settings of all objectives,
    None for an objective's own default, and some in groups. What it does not know had the default
    of the run that is asked for.
    """
    where = str(config.out / RECORD)
    check_shape(recorded, _Record, where, "give another --out to start anew")
    data = recorded.get("data")
    name = OBJECTIVES.name_of(recorded.get("objective", _EARLIER_DEFAULT))
    values = {**VisionConfig(objective=type(config.objective)()).identity(), **recorded}
    return {
        **values,
        "data": [data] if isinstance(data, str) else data,  # one dataset alone, at first
        **_recorded_settings(recorded, config.objective),
        "objective": name,
    }


def _recorded_settings(recorded: dict[str, Any], settings: ObjectiveSettings) -> dict[str, Any]:
    """Return an objective's settings from the record of a run with it."""
    found = {}
    for name, default in type(settings)().to_json().items():
        group, _, earlier = settings.earlier_names.get(name, "").rpartition(".")
        grouped = recorded.get(group)
        value = grouped.get(earlier) if isinstance(grouped, dict) else recorded.get(name)
        found[name] = default if value is None else value
    return found
