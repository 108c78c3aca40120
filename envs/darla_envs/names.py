"""Suggest the nearest name when one is unknown."""

import difflib
from collections.abc import Iterable


def hint(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'? `` for the known name nearest to ``name``; empty when none is."""
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}? " if near else ""
