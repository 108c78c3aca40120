"""Look things up by name, and suggest the nearest one when there is none."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def unknown(what: str, name: str, known: Iterable[str]) -> ValueError:
    """Make the error for an unknown name: it suggests the nearest known one and lists all."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return ValueError(f"unknown {what} {name!r}; {hint}known: {', '.join(names) or 'none'}")


def lookup(what: str, name: str, table: Mapping[str, T]) -> T:
    """Return ``table[name]``.

    Raises:
        ValueError: the name is unknown; the message suggests the nearest one.
    """
    if name not in table:
        raise unknown(what, name, table)
    return table[name]
