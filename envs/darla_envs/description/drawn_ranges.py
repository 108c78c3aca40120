"""Check of what domains draw, where every factor is a number within two ends."""

from collections.abc import Mapping
from typing import Any

from darla.running.names import nearest
from darla_envs.description.domain import Domain


def check_ranges(domain: Domain, ends: Mapping[str, tuple[float, float]], worlds: str) -> None:
    """Check that a domain draws known factors from ranges between their ends, low and high.

    ``worlds`` says, for people, whose factors they are.

    Raises:
        ValueError: a factor is unknown (the nearest is suggested), or its values are no ranges
            within its ends.
    """
    for values in (domain.look, *domain.cases):
        for name, ranges in values.items():
            if name not in ends:
                raise ValueError(
                    f"domain {domain.name!r} names {name!r}, which looks of {worlds} do not have; "
                    f"{nearest(name, ends)}known: {', '.join(ends)}"
                )
            low, high = ends[name]
            if not ranges or not all(_is_within(each, low, high) for each in ranges):
                raise ValueError(
                    f"domain {domain.name!r} draws {name!r} from {ranges!r}; give one or more "
                    f"ranges (low, high) in [{low:g}, {high:g}]"
                )


def _is_within(interval: Any, low: float, high: float) -> bool:
    """Whether this is an interval, and neither a word nor nothing, between the ends."""
    given = interval is not None and not isinstance(interval, str)
    return given and low <= interval[0] <= interval[-1] <= high
