"""Try to break the product: damaged files, wrong command lines, kills. All of it from one seed.

Example::

    python scripts/tools/torture.py --mutations 2000 --command-lines 1000 --kills 20
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from damage.command_lines import try_command_lines
from damage.kills import try_kills
from damage.readers import ACCEPTED, CLEAN, limit_memory, try_mutations
from damage.samples import Samples, make_samples
from darla.running.command import run_command
from darla.running.markdown import markdown_table


@dataclass(frozen=True)
class TortureConfig:
    """How much to try."""

    seed: int = 0
    """Decides all damage, all command lines and all moments."""
    mutations: int = 2000
    """Files to damage and read: bundles, agents, runs, datasets, rows."""
    command_lines: int = 1000
    """Random command lines to run."""
    kills: int = 20
    """Times to kill a command with all that it began, and to run it again until it ends."""
    samples: Path | None = None
    """Folder of good files, made when missing; a temporary one when not given."""


def main(config: TortureConfig) -> None:
    """Try it all, and print a table; exit code 1 where something ended badly."""
    with tempfile.TemporaryDirectory() as place:
        folder = config.samples or Path(place) / "samples"
        samples = Samples(folder) if folder.exists() else make_samples(folder)
        bad = 0
        if config.kills:
            killed = try_kills(samples, Path(place) / "killed", config.kills, config.seed)
            bad += _show("kills", killed, good=("kills", "continued"))
        if config.command_lines:
            lines = try_command_lines(config.command_lines, config.seed)
            good = ("exit code 0", "exit code 2", "still working")
            bad += _show("command lines", {"all": lines}, good)
        if config.mutations:
            limit_memory()
            damaged = try_mutations(samples, config.mutations, config.seed)
            bad += _show("damaged files", damaged, (ACCEPTED, CLEAN))
    print(f"{bad} ended badly")
    sys.exit(bool(bad))


def _show(title: str, found: Mapping[str, Counter[str]], good: tuple[str, ...]) -> int:
    """Print a table of what was tried and how it ended; return how often badly."""
    endings = list(dict.fromkeys([*good, *(name for each in found.values() for name in each)]))
    rows = [[name, *(str(counts[ending]) for ending in endings)] for name, counts in found.items()]
    print(f"\n{title}\n\n{markdown_table([title, *endings], rows)}", flush=True)
    return sum(counts[name] for counts in found.values() for name in endings if name not in good)


if __name__ == "__main__":
    run_command(TortureConfig, main, __doc__)
