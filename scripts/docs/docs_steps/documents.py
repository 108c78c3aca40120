"""Markdown documents as sections, each with its heading and the anchor that GitHub gives it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The repository."""
_FENCE = re.compile(r"^(`{3,}|~{3,})")
_HEADING = re.compile(r"^(#{1,6}) (.*)$")


@dataclass(frozen=True)
class Section:
    """A heading and the lines below it, up to the next heading of any level."""

    level: int
    """How deep the heading is: 1 for ``#``; 0 for what stands before the first."""
    title: str
    """The heading's text, with its Markdown."""
    lines: tuple[str, ...]
    """What stands below it."""

    @property
    def anchor(self) -> str:
        """The anchor of the heading."""
        return anchor_of(self.title)


def anchor_of(title: str) -> str:
    """Return the anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def outside_code(text: str) -> list[tuple[str, bool]]:
    """Return the lines of a text, each with whether it is prose, and not in a block of code."""
    found, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line.strip())
        if fence:
            found.append((line, False))
            if mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        else:
            fence = mark[1] if mark else ""
            found.append((line, not fence))
    return found


@cache
def sections(document: str) -> tuple[Section, ...]:
    """Return the sections of a document, named by its path from the repository's root."""
    path = ROOT / document
    if not path.is_file():
        raise ValueError(f"there is no document {document}")
    found: list[Section] = []
    level, title, lines = 0, "", list[str]()
    for line, is_prose in outside_code(path.read_text()):
        heading = _HEADING.match(line) if is_prose else None
        if heading:
            found.append(Section(level, title, tuple(lines)))
            level, title, lines = len(heading[1]), heading[2], []
        else:
            lines.append(line)
    found.append(Section(level, title, tuple(lines)))
    return tuple(each for each in found if each.level or "".join(each.lines).strip())


def part(document: str, anchor: str, alone: bool = False) -> tuple[Section, ...]:
    """Return a section and those within it; without an anchor the whole document.

    Args:
        document: path from the repository's root.
        anchor: of the section's heading, or empty.
        alone: leave out what is within it.
    """
    every = sections(document)
    if not anchor:
        return every
    starts = [at for at, each in enumerate(every) if each.anchor == anchor]
    if len(starts) != 1:
        known = ", ".join(each.anchor for each in every)
        raise ValueError(f"{document} has {len(starts)} sections #{anchor}; there are: {known}")
    first = starts[0]
    if alone:
        return every[first : first + 1]
    last = first + 1
    while last < len(every) and every[last].level > every[first].level:
        last += 1
    return every[first:last]
