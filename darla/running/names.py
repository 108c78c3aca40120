"""Look things up by name, and suggest the nearest one when there is none."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def unknown(what: str, name: str, known: Iterable[str]) -> ValueError:
    """Make the error for an unknown name: it suggests the nearest known one and lists all."""
    names = sorted(known)
    listed = ", ".join(names) or "none"
    return ValueError(f"unknown {what} {name!r}; {nearest(name, names)}known: {listed}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'? `` for the known name nearest to ``name``; empty when none is."""
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}? " if near else ""


def lookup(what: str, name: str, table: Mapping[str, T]) -> T:
    """Return ``table[name]``; a ValueError, which suggests the nearest, for unknown names."""
    if name not in table:
        raise unknown(what, name, table)
    return table[name]
