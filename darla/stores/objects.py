"""The objects below a URL: read with bounds, put whole, listed and removed.

Errors are said in one line: FileNotFoundError where an object is missing, and :class:`StoreError`
for all that the store, the way to it or the right to use it is to blame for. Requests that fail
by chance are sent again for a minute.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict

from darla.running.extras import extra
from darla.running.names import nearest
from darla.stores.read_ahead import read_ahead
from darla.stores.urls import StoreUrl

MOST_OBJECTS = 1_000_000
"""Objects that are listed below one URL."""
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "GOOGLE_BASE_URL")
_CLIENT = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(minutes=10)}
_RETRIES = {"max_retries": 6, "retry_timeout": timedelta(minutes=1)}
_STREAMED = 8 << 20  # bytes of a large object that are in memory at a time
_LONGEST_REASON = 300
_NO_CREDENTIALS = re.compile(r"/169\.254\.169\.254/|metadata\.google\.internal|Missing \w*Key")
"""What the library says where a cloud's machine does not know who it is, or half is missing."""


class StoreError(OSError):
    """A store did not do what was asked; nothing is said about what it holds."""


class Found(TypedDict):
    """What a store says of an object."""

    size: int
    """Its bytes."""
    version: str
    """Another one for another content: the store's tag, or when it was put."""


Exact = dict[str, str]
"""What tells one object of a name from all others, for the store itself."""


class StoredFolder:
    """The objects below a URL, by names that follow it, such as ``frames/c/0``.

    Making one asks nothing of the store. A ValueError where obstore is not installed.
    """

    at_once = 16
    """Requests that are worth having under way together: each waits far longer than it works."""

    def __init__(self, path: StoreUrl) -> None:
        self.path = path
        extra("obstore", "store", f"URLs such as {path}")
        with self._said_in_one_line():
            self._store = _open(path)

    def read(self, name: str, most: int) -> bytes:
        """Read an object of at most ``most`` bytes; of a larger one nothing is downloaded.

        Raises:
            FileNotFoundError: there is no such object.
            ValueError: it is larger.
            StoreError: it cannot be had.
        """
        import obstore

        with self._said_in_one_line(name):
            found = obstore.get(self._store, self._key(name))
            self.check_size(name, found.meta["size"], most)
            data: bytes = found.bytes().to_bytes()
            return data

    def download(self, name: str, to: Path, most: int, version: str | None = None) -> None:
        """Write an object into a local file, a part at a time; for errors see :meth:`read`.

        Where a version is given, another one is a StoreError.
        """
        import obstore

        with self._said_in_one_line(name):
            found = obstore.get(self._store, self._key(name))
            self.check_size(name, found.meta["size"], most)
            if version is not None and _version(found.meta) != version:
                raise StoreError(f"{self.path / name} is being replaced; try again")
            with open(to, "wb") as file:
                for part in found.stream(min_chunk_size=_STREAMED):
                    file.write(part)

    def look(self, name: str) -> Found | None:
        """Return what is known of an object; None where there is none."""
        import obstore

        try:
            with self._said_in_one_line(name):
                return _found(obstore.head(self._store, self._key(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes | Path) -> None:
        """Put an object, of bytes or of a local file's, in place of any; whole or not at all."""
        self._put(name, data, "overwrite")

    def create(self, name: str, data: bytes) -> Exact:
        """Put an object where there is none; a FileExistsError, and nothing done, if there is."""
        return self._put(name, data, "create")

    def read_exact(self, name: str, most: int) -> tuple[bytes, Exact]:
        """Read an object, and what :meth:`replace` takes for just this one; see :meth:`read`."""
        import obstore

        with self._said_in_one_line(name):
            found = obstore.get(self._store, self._key(name))
            self.check_size(name, found.meta["size"], most)
            return found.bytes().to_bytes(), _exact(found.meta)

    def replace(self, name: str, data: bytes, before: Exact) -> Exact:
        """Put an object in place of the one that was seen.

        A FileExistsError, and nothing done, where there is another by now, or none.
        """
        return self._put(name, data, before)

    def _put(self, name: str, data: bytes | Path, mode: Any) -> Exact:
        """Put an object."""
        import obstore

        with self._said_in_one_line(name):
            try:
                # Of parts that are put one by one no store knows what they are to replace.
                parts = None if mode == "overwrite" else False
                how = {"mode": mode, "use_multipart": parts}
                return _exact(obstore.put(self._store, self._key(name), data, **how))
            except FileNotFoundError as error:
                raise StoreError(f"there is no bucket {self.path.bucket!r}") from error

    def objects(self, under: str = "") -> dict[str, Found]:
        """List what is below the URL, or below a name there; a ValueError if it is far too much."""
        import obstore

        prefix, before = self._key(under), f"{self.path.key}/".removeprefix("/")
        found: dict[str, Found] = {}
        with self._said_in_one_line(under):
            for each in obstore.list(self._store, prefix=prefix or None, chunk_size=1000):
                found |= {
                    meta["path"].removeprefix(before): _found(meta)
                    for meta in each
                    if len(meta["path"]) > len(prefix)
                }
                if len(found) > MOST_OBJECTS:
                    raise ValueError(f"{self.path} holds more than {MOST_OBJECTS:,} objects")
        return found

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that no object has."""
        found = self.objects()
        return [name for name in names if name not in found]

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there do not matter."""
        import obstore

        def remove(name: str) -> None:
            """Remove one: not all that speak S3 know how to remove many in one request."""
            with self._said_in_one_line(name), suppress(FileNotFoundError):
                obstore.delete(self._store, self._key(name))

        for _ in read_ahead(remove, names, self.at_once):
            pass

    def is_empty(self) -> bool:
        """Whether there is nothing below the URL."""
        import obstore

        with self._said_in_one_line():
            return not next(iter(obstore.list(self._store, prefix=self.path.key or None)), [])

    def nearest_beside(self) -> str:
        """Return ``did you mean 'x'? `` for the nearest name beside the URL's; or nothing."""
        import obstore

        beside = self.path.parent
        with self._said_in_one_line():
            found = obstore.list_with_delimiter(self._store, prefix=beside.key or None)
        return nearest(
            self.path.name, [each.rpartition("/")[2] for each in found["common_prefixes"]]
        )

    def _key(self, name: str) -> str:
        """Return the key of an object."""
        return "/".join(filter(None, [self.path.key, name]))

    def check_size(self, name: str, size: int, most: int) -> None:
        """Raise a ValueError where an object is too large."""
        if size > most:
            raise ValueError(
                f"{self.path / name} has {size:,} bytes; expected at most {most:,}: it is damaged, "
                "or not what its name says"
            )

    @contextmanager
    def _said_in_one_line(self, name: str = "") -> Iterator[None]:
        """Say in one line what went wrong with an object."""
        from obstore import exceptions

        where = self.path / name
        try:
            yield
        except (StoreError, FileExistsError):
            raise
        except OSError as error:
            if error.errno is not None:  # of a file of this machine
                raise
            if "NoSuchBucket" in str(error):
                raise StoreError(_no_bucket(self.path)) from error
            if isinstance(error, FileNotFoundError):
                raise FileNotFoundError(f"there is no {where}") from error
            raise StoreError(_not_done(where, error)) from error
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as error:
            raise FileExistsError(f"there is another {where} already") from error
        except exceptions.BaseError as error:
            if "NoSuchBucket" in str(error):
                raise StoreError(_no_bucket(self.path)) from error
            raise StoreError(_not_done(where, error)) from error


def _open(url: StoreUrl) -> Any:
    """Return obstore's object for a bucket, which knows what the environment says."""
    from obstore.store import GCSStore, S3Store

    kind: Any = S3Store if url.scheme == "s3" else GCSStore
    # Who names an endpoint without encryption wants it: a server of one's own.
    plain = any(os.environ.get(each, "").startswith("http://") for each in _ENDPOINTS)
    client = {**_CLIENT, "allow_http": plain}
    return kind(url.bucket, client_options=client, retry_config=_RETRIES)


def _found(meta: Any) -> Found:
    """Return what a store says of an object, in our words."""
    return Found(size=meta["size"], version=_version(meta))


def _exact(meta: Any) -> Exact:
    """Return what a store takes for just this object."""
    return {name: meta[name] for name in ("e_tag", "version") if meta[name] is not None}


def _version(meta: Any) -> str:
    """Return what tells an object from another of its name."""
    return meta["e_tag"] or f"{meta['last_modified']} {meta['size']}"


def _no_bucket(url: StoreUrl) -> str:
    """Say that a bucket is missing."""
    return f"there is no bucket {url.bucket!r} that {url.scheme}:// leads to; make it first"


def _not_done(where: StoreUrl, error: BaseException) -> str:
    """Say what a store did not do, and why, without what is for the library's developers."""
    said = " ".join(str(error).partition("Debug source:")[0].split())
    if _NO_CREDENTIALS.search(said):
        said = (
            "no credentials were found in the environment; set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY (or AWS_SKIP_SIGNATURE=true for what is public), or "
            "GOOGLE_APPLICATION_CREDENTIALS"
        )
    shown = said if len(said) <= _LONGEST_REASON else f"{said[:_LONGEST_REASON]}..."
    return f"the store did not do what was asked for {where}: {shown}"
