"""Try to break the product: damaged files, wrong command lines, kills, full disks, rivals.

All of it is decided by one seed. Disks are mounted, and /dev/shm is one of its own, within name
spaces that end with this program (Linux, ``unshare``).

Example::

    python scripts/tools/torture.py --mutations 2000 --command-lines 1000 --kills 500
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from damage.command_lines import try_command_lines
from damage.deaths import try_deaths
from damage.disks import try_disks
from damage.endurance import endure
from damage.kills import try_kills
from damage.readers import limit_memory, try_mutations
from damage.rivals import try_rivals
from damage.samples import Samples, make_samples
from darla.running.command import run_command
from darla.running.markdown import markdown_table

GOOD = (
    *("accepted", "one line", "exit code 0", "exit code 2", "still working", "continued"),
    *("kills", "pairs", "workers", "parents", "full", "read-only", "steps"),
)
"""How things may end, and what is counted; all else is bad."""


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
    pairs: int = 20
    """Times to start a command twice at once."""
    deaths: int = 12
    """Times to kill a worker, or the process that began it."""
    disks: int = 20
    """Times to let a disk fill up."""
    steps: int = 1_000_000
    """Steps to take while memory, descriptors and shared segments are watched."""
    samples: Path | None = None
    """Folder of good files, made when missing; a temporary one when not given."""


Found = Mapping[str, Counter[str]]


def main(config: TortureConfig) -> None:
    """Try it all, and print tables; exit code 1 where something ended badly."""
    _be_alone()
    with tempfile.TemporaryDirectory() as place:
        folder = config.samples or Path(place) / "samples"
        samples = Samples(folder) if folder.exists() else make_samples(folder)
        work, seed = Path(place) / "work", config.seed
        tries: dict[str, tuple[int, Callable[[int], Found]]] = {
            "kills": (config.kills, lambda n: try_kills(samples, work, n, seed)),
            "pairs": (config.pairs, lambda n: try_rivals(samples, work, n, seed)),
            "deaths": (config.deaths, lambda n: try_deaths(samples, work, n, seed)),
            "disks": (config.disks, lambda n: try_disks(samples, work, n, seed)),
            "steps": (config.steps, lambda n: endure(n, seed)),
            "command lines": (
                config.command_lines,
                lambda n: {"all": try_command_lines(n, seed)},
            ),
            "damaged files": (config.mutations, lambda n: _damage(samples, n, seed)),
        }
        bad = sum(
            _show(title, attempt(count)) for title, (count, attempt) in tries.items() if count
        )
    print(f"{bad} ended badly")
    sys.exit(bool(bad))


def _be_alone() -> None:
    """Begin this program anew where it may mount disks, and where /dev/shm is its own."""
    if sys.platform != "linux" or os.environ.get("TORTURE_ALONE"):
        return
    os.environ["TORTURE_ALONE"] = "1"
    begin = 'mount -t tmpfs none /dev/shm && exec "$@"'
    alone = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", begin, "sh"]
    os.execvp(alone[0], [*alone, sys.executable, *sys.argv])


def _damage(samples: Samples, count: int, seed: int) -> Found:
    """Damage files, in a process whose memory is bounded from here on."""
    limit_memory()
    return try_mutations(samples, count, seed)


def _show(title: str, found: Found) -> int:
    """Print a table of what was tried and how it ended; return how often badly."""
    endings = list(dict.fromkeys(name for each in found.values() for name in each))
    rows = [[name, *(str(counts[ending]) for ending in endings)] for name, counts in found.items()]
    print(f"\n{title}\n\n{markdown_table([title, *endings], rows)}", flush=True)
    return sum(counts[name] for counts in found.values() for name in endings if name not in GOOD)


if __name__ == "__main__":
    run_command(TortureConfig, main, __doc__)
