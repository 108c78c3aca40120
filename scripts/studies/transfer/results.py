"""The rows of the transfer study: one compressed file of episodes for each task, and one of curves.

The files are small enough to be kept with the study, and the report is made from them alone.
"""

import gzip
from pathlib import Path

from agents.rows import COLUMNS, read_rows
from darla.atomic import write_bytes

HEADER = ",".join(COLUMNS)


class Results:
    """The episodes of one task; a file is always whole, and an agent in it is there with all.

    Attributes:
        path: the file.
    """

    def __init__(self, folder: Path, task: str) -> None:
        """Read what there is.

        Raises:
            ValueError: the file is damaged.
        """
        name = task.rpartition("/")[2].partition("-")[0]
        self.path = folder / f"{name}.csv.gz"
        self._lines: dict[str, None] = {}
        self._agents: set[tuple[str, int]] = set()
        if self.path.exists():
            self._agents = {(row.kind, row.agent_seed) for row in read_rows(self.path)}
            text = gzip.decompress(self.path.read_bytes()).decode()
            self._lines = dict.fromkeys(text.splitlines())

    def has(self, label: str, seed: int) -> bool:
        """Whether the episodes of an agent are there."""
        return (label, seed) in self._agents

    def add(self, episodes: Path) -> None:
        """Add the rows of a file that evaluate_transfer.py wrote; known ones are left out."""
        added = read_rows(episodes)
        for line in (HEADER, *episodes.read_text().splitlines()):
            self._lines.setdefault(line)
        text = "\n".join(self._lines) + "\n"
        write_bytes(self.path, gzip.compress(text.encode(), mtime=0))
        self._agents |= {(row.kind, row.agent_seed) for row in added}
