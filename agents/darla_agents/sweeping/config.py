"""What a user says of a sweep, besides its file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from darla.running.ranges import PositiveInt, WholeNumber, check_ranges
from darla.running.tasks import ClusterWords


@dataclass(frozen=True)
class SweepConfig(ClusterWords):
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
    batch: PositiveInt = 1
    """Trials that are drawn together, when none of them has an outcome yet, and run side by side on
    the nodes of a --cluster, here one after the other. What is drawn follows from it, not from
    nodes. No trial is then ended early; trials must be a multiple of it."""
    progress: bool = True
    """Show progress bars."""

    def check(self) -> None:
        """Raise a ValueError for a number that is out of range, or that does not fit another."""
        check_ranges(self)
        self.check_cluster()
        if self.trials % self.batch:
            raise ValueError(
                f"trials is {self.trials}, but they are drawn {self.batch} at a time; give a "
                "multiple of that, or another batch"
            )
        if self.batch == 1 and not self.is_local:
            raise ValueError(
                f"cluster is {self.cluster}, but each trial is drawn from what came of those "
                "before, so that one runs at a time; give as batch how many are to be drawn "
                "together"
            )
