"""The site as ``scripts/docs.sh`` has built it: links lead somewhere, nothing comes by network."""

import html.parser
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

SITE = Path(__file__).parents[2] / "build/site"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SITE.is_dir(), reason="bash scripts/docs.sh builds the site first"),
]


class Links(html.parser.HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids, self.links, self.loaded = set[str](), list[str](), list[str]()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("script", "img", "source", "iframe") and "src" in given:
            self.loaded.append(given["src"])
        elif tag == "link" and given.get("rel") in ("stylesheet", "preload", "icon"):
            self.loaded.append(given["href"])


def test_links_of_the_site_lead_somewhere() -> None:
    pages = {path: Links(path) for path in SITE.rglob("*.html")}
    assert len(pages) > 50
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link) or link in ("", "#"):
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.is_file(), f"{path.name}: {link}"
            assert not anchor or anchor in pages[target].ids, f"{path.name}: {link}"


def test_the_site_needs_nothing_from_the_network() -> None:
    for path in SITE.rglob("*.html"):
        for link in Links(path).loaded:
            assert not re.match(r"([a-z]+:)?//", link), f"{path.name}: {link}"
            assert (path.parent / unquote(link.partition("?")[0])).resolve().is_file(), link
    for path in SITE.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", path.read_text()), path.name


def test_the_search_knows_words_of_code_and_of_documents() -> None:
    index = (SITE / "searchindex.js").read_text()
    for word in ("frames_per_look", "seekavoid", "veclat", "collaps"):
        assert word in index.lower(), word
