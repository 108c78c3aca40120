"""Fills in the blocks of pages as Sphinx reads them."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

from docs_steps.api import api_text, docstring_text
from docs_steps.command_help import commands_text
from docs_steps.docstrings import readable
from docs_steps.documents import ROOT, sections
from docs_steps.homes import BLOCK, find_homes, read_block
from docs_steps.made_pages import page_text
from docs_steps.notebooks import notebook_text
from docs_steps.objectives import objectives_text
from docs_steps.shared_text import PAGES, Homes, relinked, text_for

_MAKERS: dict[str, Callable[..., str]] = {
    "api": api_text,
    "commands": commands_text,
    "docstring": docstring_text,
    "notebook": notebook_text,
    "objectives": objectives_text,
    "page": page_text,
}
"""What fills in a block of each kind, from the words that follow its kind."""
_MADE = re.compile(rf"^```\{{(?P<kind>{'|'.join(_MAKERS)})\}}(?P<words>.*)\n```$", re.MULTILINE)

_ATTRIBUTES: dict[str, list[str]] = {}
"""Docstrings of what is documented, by name, before napoleon reads them."""


def setup(app: Any) -> dict[str, bool]:
    """Connect to Sphinx: pages are filled in when they are read."""
    app.connect("builder-inited", _begin)
    app.connect("env-get-outdated", _made_anew)
    app.connect("source-read", _fill)
    app.connect("autodoc-process-docstring", _read_docstring, priority=400)  # before napoleon
    app.connect("autodoc-process-docstring", _keep_attribute, priority=600)  # after it
    app.connect("autodoc-process-signature", _sign)
    app.add_lexer("csv", TextLexer)
    return {"parallel_read_safe": True}


def _begin(app: Any) -> None:
    """Find where sections stand; documents may have changed since the last build."""
    sections.cache_clear()
    app.env.darla_homes = find_homes(Path(app.srcdir))


def _made_anew(app: Any, env: Any, *changes: Any) -> list[str]:
    """Have pages read again that are made from what Sphinx does not watch."""
    return [page for page in env.all_docs if _MADE.search(Path(env.doc2path(page)).read_text())]


def _fill(app: Any, page: str, source: list[str]) -> None:
    """Replace the blocks of a page's source, and note what it was made from."""
    for found in BLOCK.finditer(source[0]):
        app.env.note_dependency(str(ROOT / found["what"].partition("#")[0]))
    source[0] = filled(page, source[0], app.env.darla_homes)


def _read_docstring(
    app: Any, what: str, name: str, thing: object, options: Any, lines: list[str]
) -> None:
    """Make a docstring's lines what Sphinx reads."""
    lines[:] = readable(lines)
    _ATTRIBUTES[name] = list(lines)


def _keep_attribute(
    app: Any, what: str, name: str, thing: object, options: Any, lines: list[str]
) -> None:
    """Undo what napoleon makes of attributes: it takes what stands before a colon for a type."""
    if what == "attribute":
        lines[:] = _ATTRIBUTES[name]


def _sign(
    app: Any, what: str, name: str, thing: object, options: Any, signature: str, returned: str
) -> tuple[str, str | None] | None:
    """Leave out the arguments of dataclasses, which are their fields."""
    return ("", None) if what == "class" and dataclasses.is_dataclass(thing) else None


def filled(page: str, source: str, homes: Homes) -> str:
    """Return a page's source with its blocks filled in.

    Args:
        page: the page's path, without a suffix.
        source: its Markdown.
        homes: where sections of documents stand, as :func:`docs_steps.homes.find_homes` finds.
    """
    source = relinked(source, page, f"{PAGES}/{page}.md", homes)
    source = BLOCK.sub(lambda found: text_for(page, read_block(found), homes), source)
    return _MADE.sub(_made, source)


def _made(found: "re.Match[str]") -> str:
    """Return what a block asks to be made."""
    return _MAKERS[found["kind"]](*found["words"].split())
