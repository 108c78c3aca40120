"""What a user says of a sweep, besides its file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from darla.running.ranges import PositiveInt, WholeNumber, check_ranges


@dataclass(frozen=True)
class SweepConfig:
    """What to sweep, how often, and where to."""

    file: Annotated[Path, tyro.conf.Positional]
    """A TOML file that says what is searched, and what is good; the guide Search settings has one
    that says what each of its keys is."""
    trials: PositiveInt = 20
    """Trials in all, also those that an earlier call has finished, and those that were ended early
    or failed."""
    out: Path = Path("runs/sweep")
    """Folder of the sweep: its trials, its journal and its report."""
    seed: WholeNumber = 0
    """Seed of the settings that are drawn. What is trained has seeds of its own, in the file."""
    progress: bool = True
    """Show progress bars."""

    def check(self) -> None:
        """Raise a ValueError for a number that is out of range."""
        check_ranges(self)
