"""What is checked, for how long, and what is found."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, get_args

from darla.running.ranges import Positive, check_ranges

Part = Literal["tests", "vision", "encoding", "agents"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class CheckGpuConfig:
    """Run the tests that need a GPU, and measure what it does in a second."""

    device: str = "cuda"
    """What to check: cuda, cuda:1, or cpu to see that the check itself works."""
    quick: bool = False
    """Tiny networks and batches for a moment each: numbers that mean nothing."""
    parts: tuple[Part, ...] = PARTS
    """What to check, in this order."""
    minutes: Positive = 8.5
    """Time for all of it; what would begin later is left out, and said to be."""
    seconds: Positive = 1.0
    """How long each rate is measured."""
    out: Path = Path("gpu_check.json")
    """A JSON file for all that is found."""

    def check(self) -> None:
        """Raise a ValueError for what is out of range."""
        check_ranges(self)
        if not self.parts:
            raise ValueError(f"no parts were given; give some of: {', '.join(PARTS)}")


@dataclass(frozen=True)
class Row:
    """One thing that was measured."""

    part: Part
    what: str
    """An objective, an encoder or an agent."""
    size: int
    """Frames in a batch, of all seeds, or environments side by side."""
    way: str
    """How steps are to be taken, or which arithmetic."""
    rate: float
    """Frames, or steps of environments, in a second."""
    before: float
    """Seconds until it could be measured: compiling, and the first steps."""
    megabytes: float | None = None
    """Of the GPU's memory, at most."""
    note: str = ""
    """What is not as it was asked for."""

    def to_json(self) -> dict[str, Any]:
        """Return everything, with milliseconds for a batch."""
        return {**asdict(self), "milliseconds": 1000 * self.size / self.rate}


@dataclass
class Clock:
    """What is left of the time."""

    minutes: float
    begun: float = field(default_factory=perf_counter)
    left_out: list[str] = field(default_factory=list)
    """What was not begun."""

    def left(self) -> float:
        """Return how many seconds are left."""
        return self.begun + 60 * self.minutes - perf_counter()

    def allows(self, what: str, seconds: float) -> bool:
        """Tell whether there is time for something that takes so long; note it if not."""
        if self.left() >= seconds:
            return True
        self.left_out.append(what)
        return False


Rows = Iterator[Row]
HEADING = f"{'':44}{'size':>6} {'way':<14}{'in a second':>12}{'ms':>10}{'before':>8}{'MB':>8}"


def table_row(row: Row) -> str:
    """Return a row as a line of the table whose heading is ``HEADING``."""
    memory = "" if row.megabytes is None else f"{row.megabytes:,.0f}"
    return (
        f"{row.part + ' ' + row.what:44}{row.size:>6} {row.way:<14}{row.rate:>12,.0f}"
        f"{1000 * row.size / row.rate:>10.2f}{row.before:>8.1f}{memory:>8}  {row.note}"
    ).rstrip()
