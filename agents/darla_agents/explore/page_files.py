"""The files of the page: a fixed list, read at the start, so that no request names a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_START = "index.html"


@dataclass(frozen=True)
class PageFile:
    """What is sent for one address."""

    content: bytes
    kind: str
    """Its media type."""


def read_page() -> Mapping[str, PageFile]:
    """Return the page's files by the address that each is served at; ``/`` is where it starts."""
    folder = resources.files(__package__) / "page"
    found = {}
    for file in folder.iterdir():
        kind = _TYPES.get("." + file.name.rpartition(".")[2])
        if kind is not None:
            found[f"/{file.name}"] = PageFile(file.read_bytes(), kind)
    found["/"] = found.pop(f"/{_START}")
    return found
