"""Where on the site each section of the repository's documents stands.

A page says so in a block::

    ```{from} darla/README.md#objectives
    :level: 2
    ```

``:level:`` is that of the part's first heading (2 by default; a whole document keeps its own),
``:title:`` another heading, ``:alone:`` leaves out the sections within. A section has one home.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from docs_steps.documents import Section, anchor_of, part

BLOCK = re.compile(r"^```\{from\} (?P<what>\S+)\n(?P<options>(?::.*\n)*)```$", re.MULTILINE)
_OPTION = re.compile(r"^:(\w+):(.*)$", re.MULTILINE)
_KNOWN = {"level", "title", "alone"}


@dataclass(frozen=True)
class Block:
    """What a page takes from a document."""

    document: str
    """The document's path from the repository's root."""
    sections: tuple[Section, ...]
    """What is taken, with the headings that it has on the page."""
    anchors: tuple[str, ...]
    """The anchors of these sections in the document."""


@dataclass(frozen=True)
class Place:
    """A place on the site."""

    page: str
    """Path of the page in the sources, without a suffix, as Sphinx names it."""
    anchor: str
    """Anchor of the heading on that page."""


def read_block(found: "re.Match[str]") -> Block:
    """Return what a block asks for; a ValueError where there is no such section or option."""
    document, _, anchor = found["what"].partition("#")
    options = {name: value.strip() for name, value in _OPTION.findall(found["options"])}
    if wrong := set(options) - _KNOWN:
        raise ValueError(f"{found['what']} has options {sorted(wrong)}; there are {sorted(_KNOWN)}")
    taken = part(document, anchor, alone="alone" in options)
    headed = [at for at, each in enumerate(taken) if each.level]
    shown = list(taken)
    if headed:
        top = taken[headed[0]].level
        shift = int(options.get("level", 2 if anchor else top)) - top
        shown = [replace(each, level=each.level and each.level + shift) for each in taken]
        if "title" in options:
            shown[headed[0]] = replace(shown[headed[0]], title=options["title"])
    return Block(document, tuple(shown), tuple(each.anchor for each in taken))


def find_homes(pages: Path) -> dict[tuple[str, str], Place]:
    """Return the place of each section: document and anchor by where they stand.

    A ValueError where two pages take the same section, or a page has two headings of one anchor.
    """
    homes: dict[tuple[str, str], Place] = {}
    for path in sorted(pages.rglob("*.md")):
        page = str(PurePosixPath(path.relative_to(pages).with_suffix("")))
        seen: set[str] = set()
        for found in BLOCK.finditer(path.read_text()):
            block = read_block(found)
            for anchor, section in zip(block.anchors, block.sections, strict=True):
                shown = anchor_of(section.title)
                if (block.document, anchor) in homes:
                    other = homes[block.document, anchor].page
                    raise ValueError(f"{block.document}#{anchor} is on {other} and on {page}")
                if shown in seen:
                    raise ValueError(f"{page} has two headings #{shown}; give one a :title:")
                seen.add(shown)
                homes[block.document, anchor] = Place(page, shown)
    return homes
