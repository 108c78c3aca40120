"""The rows of the transfer study: a compressed file of episodes for each task, and one of curves.

The files are small enough to be kept with the study, and the report is made from them alone.
"""

import csv
import dataclasses
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from darla.running.atomic import write_bytes, write_json
from darla.running.checked_json import read_json
from darla_agents.agent.kinds import RANDOM
from darla_agents.comparison.curves import CurvePoint, read_curves
from darla_agents.playing.row import Row
from darla_agents.playing.rows import read_rows

_SHOWN = ("env", "shape", "domain", "coverage")  # of what a bundle says of a dataset
CURVE_COLUMNS = tuple(field.name for field in dataclasses.fields(CurvePoint))


class Results:
    """The episodes and curves of one task; an agent that is in them is there with all.

    Attributes:
        path: the file of episodes.
        curves: the file of learning curves.
        coverage: the file of what the encoders' frames showed.
    """

    def __init__(self, folder: Path, task: str) -> None:
        """Read what there is; a ValueError where the file is damaged."""
        name = task_name(task)
        self.path = folder / f"{name}.csv.gz"
        self.curves = folder / f"{name}_curves.csv.gz"
        self.coverage = folder / f"{name}_coverage.json"
        self._lines: dict[str, None] = {}
        self._agents: dict[tuple[str, int], set[str]] = defaultdict(set)
        if self.path.exists():
            self._note(read_rows(self.path))
            text = gzip.decompress(self.path.read_bytes()).decode()
            self._lines = dict.fromkeys(text.splitlines())

    def has(self, label: str, seed: int, domains: Iterable[str]) -> bool:
        """Whether the episodes of an agent are there in all of some domains."""
        return self._agents.get((label, seed), set()).issuperset(domains)

    def has_random(self, domains: Iterable[str]) -> bool:
        """Whether the random policy's episodes are there in all of some domains."""
        return self.has(RANDOM, 0, domains)

    def add(self, run: Path, episodes: Path) -> None:
        """Add an agent: its curves first, so that whoever has episodes has curves as well.

        Episodes are in a file that evaluate_transfer.py wrote; rows that are known are left out.
        """
        added = read_rows(episodes)
        write_curves(self.curves, [*read_curve_rows(self.curves), *read_curves([run])])
        for line in episodes.read_text().splitlines():
            self._lines.setdefault(line)
        _write(self.path, "\n".join(self._lines) + "\n")
        self._note(added)

    def add_coverage(self, bundle: Path) -> None:
        """Keep what an encoder's bundle says of its frames; all of a task's saw the same D_U."""
        said = read_json(bundle / "config.json")["dataset"]
        parts = said.get("parts", [said])
        write_json(self.coverage, {"parts": [{key: part[key] for key in _SHOWN} for part in parts]})

    def _note(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._agents[row.kind, row.agent_seed].add(row.domain)


def task_name(task: str) -> str:
    """Return a task's name without namespace and version."""
    return task.rpartition("/")[2].rpartition("-v")[0]


def write_curves(path: Path, points: list[CurvePoint]) -> None:
    """Write points of curves; of those that are there twice the last one."""
    last = {(each.label, each.seed, each.domain, each.step): each for each in points}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CURVE_COLUMNS)
    for each in last.values():
        seconds, value = round(each.seconds, 2), round(each.episode_return, 4)
        rounded = dataclasses.replace(each, seconds=seconds, episode_return=value)
        writer.writerow(dataclasses.astuple(rounded))
    _write(path, text.getvalue())


def read_curve_rows(path: Path) -> list[CurvePoint]:
    """Read what :func:`write_curves` wrote; nothing where there is no file."""
    if not path.exists():
        return []
    _, *lines = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline=""))
    return [
        CurvePoint(name, kind, int(seed), domain, int(step), float(seconds), float(value))
        for name, kind, seed, domain, step, seconds, value in lines
    ]


def _write(path: Path, text: str) -> None:
    write_bytes(path, gzip.compress(text.encode(), mtime=0))
