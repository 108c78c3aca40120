"""Pages of encoders in tests: a runtime that is none, and what an HTML file holds."""

import base64
import gzip
import hashlib
import html.parser
import json
from pathlib import Path
from typing import Any

import pytest

from darla.page import runtime

FAKE_MODULE = "var a = 1, b = import.meta.url;export{a as InferenceSession,b as env};\n//# map\n"


def write_fake_runtime(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a package of the runtime's name, and have it taken for the one that is known."""
    package = folder / "node_modules" / runtime.PACKAGE
    (package / "dist").mkdir(parents=True)
    for name in runtime.DIGESTS:
        content = FAKE_MODULE.encode() if name.endswith("mjs") else b"\0asm binary"
        (package / "dist" / name).write_bytes(content)
        monkeypatch.setitem(runtime.DIGESTS, name, hashlib.sha512(content).hexdigest())
    return package


class ReadPage(html.parser.HTMLParser):
    """An HTML file as a browser takes it apart."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = path.read_text()
        self.attributes: list[tuple[str, str]] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.contents: list[str] = []
        self.within = False
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self.contents.append("")
        self.within = True
        self.attributes += given.items()

    def handle_endtag(self, tag: str) -> None:
        self.within = False

    def handle_data(self, data: str) -> None:
        if self.within:
            self.contents[-1] += data

    def of(self, tag: str, **given: str) -> list[str]:
        """Return what elements of a name, with certain attributes, hold."""
        found = zip(self.elements, self.contents, strict=True)
        return [
            content
            for (name, attributes), content in found
            if name == tag and given.items() <= attributes.items()
        ]

    def executed(self) -> list[str]:
        """Return the scripts that a browser would run."""
        found = zip(self.elements, self.contents, strict=True)
        return [content for (name, given), content in found if name == "script" and not given]

    def facts(self) -> Any:
        """Return what the page is told of its encoder."""
        (text,) = self.of("script", id="told")
        return json.loads(text)

    def unpacked(self, name: str) -> bytes:
        """Return bytes that the page holds."""
        (text,) = self.of("script", id=name)
        return gzip.decompress(base64.b64decode(text))

    def policy(self) -> str:
        """Return the page's policy of content."""
        key = "http-equiv"
        (found,) = (given for name, given in self.elements if name == "meta" and key in given)
        assert found[key] == "Content-Security-Policy"
        return found["content"]
