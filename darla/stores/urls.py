"""What a path means: a place on this machine, or one in an object store."""

import os
import re
from pathlib import Path, PurePosixPath

from darla.running.names import unknown

STORES = ("s3", "gs")
"""Schemes of URLs that are in a store: of Amazon's S3 and what speaks like it, and of Google's."""
_FILE, _HUB = "file", "hf"
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/")  # a Path keeps one of two slashes
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}")
_LONGEST_KEY = 1024


class StoreUrl(PurePosixPath):
    """A place in an object store, such as ``s3://bucket/data/rooms``; it is written as a URL.

    It has what a path has that asks nothing of a disk: ``name``, ``parent``, ``url / "frames"``.
    :func:`place` makes and checks them.
    """

    def __str__(self) -> str:
        """Return the URL."""
        return super().__str__().replace(":/", "://", 1)

    @property
    def scheme(self) -> str:
        """The kind of store, one of :data:`STORES`."""
        return self.parts[0].removesuffix(":")

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.parts[1]

    @property
    def key(self) -> str:
        """What the place is called within the bucket; empty for the bucket itself."""
        return "/".join(self.parts[2:])


Place = Path | StoreUrl
"""A place on this machine, or one in a store."""


def is_stored(path: str | os.PathLike[str]) -> bool:
    """Whether a path is in an object store; a ValueError where it is a URL that cannot be used."""
    return isinstance(place(path), StoreUrl)


def place(path: str | os.PathLike[str]) -> Place:
    """Return the place that a path, or a URL, means.

    A URL may have lost one of its slashes, as within a ``Path``. A folder whose name ends with a
    colon stays one. Names of the hub, ``hf://user/name``, are left to others, as paths.

    Raises:
        ValueError: the URL is of an unknown kind (the nearest is suggested), names no bucket or
            nothing in it, or holds what does not belong into one, such as credentials.
    """
    text = os.fspath(path)
    found = _SCHEME.match(text)
    if found is None or found["scheme"] == _HUB or Path(text.partition("/")[0]).exists():
        return Path(path)
    scheme, rest = found["scheme"], text[found.end() :].lstrip("/")
    if scheme == _FILE:
        return Path("/", rest)
    if scheme not in STORES:
        raise _in_url(text, unknown("kind of URL", scheme, (*STORES, _FILE, _HUB)))
    url = StoreUrl(f"{scheme}:/{rest}")
    _check(url, text)
    return url


def local_place(path: str | os.PathLike[str], what: str) -> Path:
    """Return a place that must be on this machine; ``what`` it is for is told where it is not.

    Raises:
        ValueError: it is in a store, or a URL that cannot be used.
    """
    found = place(path)
    if isinstance(found, StoreUrl):
        raise ValueError(f"{what} cannot be in a store, and {found} is; give a local path")
    return found


def _check(url: StoreUrl, text: str) -> None:
    """Check that a URL is a bucket and something in it, and nothing else."""
    if set("@?#") & set(text) or ":" in text[len(url.scheme) + 1 :]:
        raise ValueError(
            f"a URL of a store is {url.scheme}://bucket/name, and one with @, ?, # or another : is "
            "given; credentials and settings are taken from the environment alone"
        )
    if len(url.parts) < 3 or not _BUCKET.fullmatch(url.bucket):
        raise ValueError(f"{text!r} names nothing in a store; expected {url.scheme}://bucket/name")
    if ".." in url.parts or not url.key.isprintable() or len(url.key.encode()) > _LONGEST_KEY:
        raise ValueError(
            f"{text[:80]!r} cannot be a name in a store; expected printable text without .., of at "
            f"most {_LONGEST_KEY} bytes"
        )


def _hidden(text: str) -> str:
    """Return a URL without what may be secret in it."""
    return re.split("[@?#]", text)[0].partition(":")[0] + "://..."


def _in_url(text: str, error: ValueError) -> ValueError:
    """Return an error that names the URL too."""
    return ValueError(f"{_hidden(text)}: {error}")
