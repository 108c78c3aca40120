"""Docstrings as reStructuredText that says what they say in plain text.

They are written to be read as they stand: a bar or a star in a formula is a bar or a star, and the
first column of a table may be wider than its head.
"""

import re
from collections.abc import Iterator

_EDGE = re.compile(r"^(=+)  =+$")
_LITERAL = re.compile(r"(``.+?``|:[a-z:]+:`[^`]+`|`[^`]+`_{0,2})")
_MARKUP = re.compile(r"\*\*?|(?<!\\)\|")


def readable(lines: list[str]) -> list[str]:
    """Return a docstring's lines with tables as lists, and formulas escaped."""
    return list(_escaped(_without_tables(lines)))


def _without_tables(lines: list[str]) -> Iterator[str]:
    """Yield lines with each simple table of two columns as a list of definitions."""
    inside = False
    for line in lines:
        if _EDGE.match(line):
            inside = not inside
            yield ""
        elif not inside:
            yield line
        elif line.startswith(" "):
            yield f"    {line.strip()}"
        else:
            name, _, text = line.partition("  ")
            yield from (name, f"    {text.strip()}")


def _escaped(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines with bars and stars escaped, but in code."""
    block: int | None = None  # the indent of what introduced a block of code
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if block is not None and line.strip() and indent <= block:
            block = None
        if block is None:
            pieces = _LITERAL.split(line)
            pieces[::2] = [_MARKUP.sub(_with_backslashes, each) for each in pieces[::2]]
            yield "".join(pieces)
            if line.rstrip().endswith("::") and not line.lstrip().startswith(".. "):
                block = indent
        else:
            yield line


def _with_backslashes(found: "re.Match[str]") -> str:
    """Escape each character of a match."""
    return "".join(f"\\{each}" for each in found[0])
