"""Folders, on this machine or in a store, in the same words."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from darla.running.regular_files import read_regular
from darla.stores.objects import StoredFolder
from darla.stores.urls import Place, StoreUrl


class Folder(Protocol):
    """What can be read by names such as ``frames/zarr.json``."""

    @property
    def path(self) -> Place:
        """Where it is."""

    @property
    def at_once(self) -> int:
        """How many files are worth reading at the same time."""

    def read(self, name: str, most: int) -> bytes:
        """Read a file of at most ``most`` bytes.

        A FileNotFoundError where there is none, a ValueError where it is larger.
        """

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that no file has."""


class LocalFolder:
    """A folder of this machine."""

    at_once = 4

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str, most: int) -> bytes:
        """Read a regular file; see :func:`darla.running.regular_files.read_regular`."""
        return read_regular(self.path / name, most)

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that no file has."""
        return [name for name in names if not (self.path / name).is_file()]


def is_file(place: Place) -> bool:
    """Whether there is a file, or an object."""
    if isinstance(place, StoreUrl):
        return StoredFolder(place.parent).look(place.name) is not None
    return place.is_file()


def folder_at(place: Place) -> Folder:
    """Return the folder at a place; a ValueError where what reaches a store is not installed."""
    return StoredFolder(place) if isinstance(place, StoreUrl) else LocalFolder(place)
