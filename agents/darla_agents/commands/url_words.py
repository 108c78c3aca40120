"""URLs among the words of a command line: which may stand where, and what becomes of them.

What is large, or grows, a command reads and writes in the store itself (:data:`STORED`): datasets,
bundles, agents, runs, rows. What it has in its hands for a moment needs nothing of it: small files
are brought before it begins (:data:`BROUGHT`), and results that are written once are put when it
has ended well (:data:`RESULTS`), JSON files last. A ``file://`` URL is a path, wherever it stands.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from darla.running.checked_json import LARGEST_JSON
from darla.running.names import nearest
from darla.running.toml_files import LARGEST_TOML
from darla.stores.local_copies import bring
from darla.stores.objects import StoredFolder
from darla.stores.urls import StoreUrl, place

STORED = {
    "collect": ("out", "agent"),
    "train-vision": ("data", "out"),
    "train-agent": ("encoder", "out"),
    "evaluate-transfer": ("agents", "out"),
    "evaluate-encoder": ("bundles", "data"),
    "compare": ("rows",),
    "explore": ("bundles", "data", "agent"),
    "export": ("encoder",),
    "use": ("encoder", "data", "queries"),
    "watch": ("agent", "encoder"),
}
"""Options of each command whose paths may be URLs, which it reads and writes itself."""

BROUGHT = {"alarm": LARGEST_JSON, "looks": LARGEST_TOML}
"""Options, of any command, of small files, and how many bytes each may have."""

RESULTS = {
    "compare": ("out",),
    "evaluate-encoder": ("out",),
    "export": ("out", "page"),
    "import-agent": ("out",),
    "plot-curves": ("out",),
    "show-looks": ("out",),
    "use": ("out",),
    "watch": ("out",),
}
"""Options of each command that say where results are to be written."""

ADDRESSES = ("cluster",)
"""Options, of any command, whose words are addresses of servers, and no paths."""


@dataclass
class _Read:
    """What is known of a command line so far."""

    command: str
    results: Path
    """A folder for results, in which each URL has one of its own."""
    option: str = ""
    """The option that the next word belongs to; empty before the first."""
    put: list[tuple[StoreUrl, Path]] = field(default_factory=list)

    def word(self, word: str) -> str:
        """Return what a command is told in place of a word."""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            self.option = name[2:].replace("_", "-")
            return f"{name}={self.path(value)}" if equals else word
        return self.path(word)

    def path(self, text: str) -> str:
        """Return a word as it is; but a path for a URL of a file, or of what has one here."""
        if ":/" not in text or self.option in ADDRESSES:
            return text
        found = place(text)
        if not isinstance(found, StoreUrl):
            return str(found) if text.startswith("file:") else text
        if self.option in STORED.get(self.command, ()):
            return text
        if self.option in BROUGHT:
            return str(bring(found.parent, {found.name: BROUGHT[self.option]}) / found.name)
        if self.option in RESULTS.get(self.command, ()):
            folder = self.results / str(len(self.put))
            folder.mkdir()
            self.put.append((found, folder))
            return str(folder / found.name)
        raise self.refusal(found)

    def refusal(self, url: StoreUrl) -> ValueError:
        """Return the error for a URL that stands where none may."""
        able = [*STORED.get(self.command, ()), *RESULTS.get(self.command, ())]
        known = ", ".join(f"--{name}" for name in sorted({*able, *BROUGHT}))
        what = f"--{self.option}" if self.option else "what stands before the options"
        return ValueError(
            f"{url} is in a store, where {what} of darla {self.command} cannot be; "
            f"{nearest(self.option, able)}those that can: {known}"
        )


@contextmanager
def with_urls(command: str, words: Sequence[str]) -> Iterator[list[str]]:
    """Give the words that a command is run with, in the block; when it ends well, put its results.

    Raises:
        ValueError: a URL is of an unknown kind, or stands where none may, or a file is too large.
        FileNotFoundError: a file that is to be brought is not there.
        StoreError: a store cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="darla-") as results:
        read = _Read(command.replace("_", "-"), Path(results))
        yield [read.word(word) for word in words]
        for url, folder in read.put:
            _put_results(url, folder)


def _put_results(url: StoreUrl, folder: Path) -> None:
    """Put the files of a folder beside a URL, and say so."""
    there = StoredFolder(url.parent)
    files = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    for path in sorted(files, key=lambda path: (path.suffix == ".json", path)):
        name = path.relative_to(folder).as_posix()
        there.write(name, path)
        print(f"put: {url.parent / name}")
