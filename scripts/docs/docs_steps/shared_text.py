"""Text of the repository's documents on a page, with links that lead to where the site has things.

Pages are documents too: read in the repository, their links lead to other documents. On the site a
link to a section leads to its home; one to a document as a whole to the page that is its front
(``FRONTS``); one to a picture or another file to that file, which Sphinx copies.
"""

import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from docs_steps.documents import ROOT, outside_code
from docs_steps.homes import Block, Place

FRONTS = {
    "README.md": "index",
    "darla/README.md": "guides/see",
    "agents/README.md": "guides/act",
    "envs/README.md": "guides/worlds",
    "CONTRIBUTING.md": "guides/add",
}
"""Pages that links to a document lead to, where no page holds the whole of it."""
PAGES = "scripts/docs"
"""Where the site's pages are, from the repository's root."""
_LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^)\s]+)\)")

Homes = Mapping[tuple[str, str], Place]


def text_for(page: str, block: Block, homes: Homes) -> str:
    """Return a block's text for a page; a ValueError where a link leads nowhere on the site."""
    lines = []
    for section in block.sections:
        if section.level:
            title = _linked(section.title, page, block.document, homes)
            lines.append(f"{'#' * section.level} {title}")
        lines.append(relinked("\n".join(section.lines), page, block.document, homes))
    return "\n".join(lines)


def relinked(text: str, page: str, document: str, homes: Homes) -> str:
    """Return a document's text whose links, which may run over lines, lead to the site's places.

    A ValueError where a link leads nowhere on the site.
    """
    found: list[str] = []
    prose: list[str] = []
    for line, is_prose in outside_code(text):
        if is_prose:
            prose.append(line)
            continue
        if prose:
            found.append(_linked("\n".join(prose), page, document, homes))
            prose = []
        found.append(line)
    if prose:
        found.append(_linked("\n".join(prose), page, document, homes))
    return "\n".join(found)


def _linked(prose: str, page: str, document: str, homes: Homes) -> str:
    """Replace the links in prose."""

    def replaced(found: "re.Match[str]") -> str:
        return f"{found[1]}({destination(found[2], page, document, homes)})"

    return _LINK.sub(replaced, prose)


def destination(link: str, page: str, document: str, homes: Homes) -> str:
    """Return where a document's link leads to from a page of the site.

    A ValueError where it names a section that no page holds, or a file that is not there.
    """
    if re.match(r"[a-z]+:|/", link):
        return link
    name, _, anchor = link.partition("#")
    parent = posixpath.dirname(document)
    target = posixpath.normpath(posixpath.join(parent, name)) if name else document
    if target.startswith(f"{PAGES}/") and (ROOT / target).is_file():  # Sphinx knows its anchors
        return f"{target.removeprefix(PAGES)}{'#' if anchor else ''}{anchor}"
    if target.endswith(".md"):
        return _to_page(target, anchor, page, document, homes)
    if not (ROOT / target).is_file():
        raise ValueError(f"{document} links to {link}, which is no file")
    return posixpath.relpath(target, posixpath.dirname(posixpath.join(PAGES, page)))


def _to_page(target: str, anchor: str, page: str, document: str, homes: Homes) -> str:
    """Return the link to the page that holds a section, or is the front of a document."""
    if anchor:
        if (target, anchor) not in homes:
            raise ValueError(
                f"{document} links to {target}#{anchor}, which no page of the site holds; "
                f"the link is shown on {page}"
            )
        place = homes[target, anchor]
        return f"/{place.page}.md#{place.anchor}"
    front = FRONTS.get(target)
    if front is None:
        pages = [place.page for (name, _), place in homes.items() if name == target]
        if not pages:
            raise ValueError(f"{document} links to {target}, which no page of the site holds")
        front = pages[0]
    return f"/{PurePosixPath(front)}.md"
