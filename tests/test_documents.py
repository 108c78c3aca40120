"""What the documents say is there: links, folders of the map, commands and their options."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from darla_agents.commands.table import COMMANDS
from toy_commands import run_darla

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "darla/*.md", "envs/*.md", "agents/*.md", "scripts/studies/**/*.md")
    for path in ROOT.glob(pattern)
)
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
PAGES = sorted(ROOT.glob("scripts/docs/**/*.md"))
"""Pages of the site; links of the site itself are followed in tests/scripts/test_site.py."""


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(document: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield the links of a document that lead into the repository, with what they lead to."""
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if not re.match(r"https?:", link):
            file, _, anchor = link.partition("#")
            yield link, (document.parent / file).resolve() if file else document, anchor


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_pages_lead_somewhere_in_the_repository(document: Path) -> None:
    for link, target, anchor in links(document):
        assert target.exists(), link
        if anchor and "```{" not in target.read_text():  # a page may get its headings elsewhere
            assert anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(document: Path) -> None:
    for link, target, anchor in links(document):
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_map_names_folders_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| (`(?:darla|envs|agents|scripts|tests)/.*?) \|", text, re.MULTILINE)
    folders = {name for row in rows for name in re.findall(r"`([\w/]+/)`", row) if "/" in name[:-1]}
    assert len(folders) > 15
    assert [name for name in folders if not (ROOT / name).is_dir()] == []


@cache
def options(command: str, *words: str) -> str:
    """Return the help of a command, whose options may depend on a use or an objective."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert run_darla(command, *words, "--help") == 0
    return printed.getvalue()


def commands(document: Path) -> list[list[str]]:
    """Return the calls of ``darla`` in a document's blocks of shell commands, in words."""
    blocks = re.findall(r"```bash\n(.*?)```", document.read_text(), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").split("\n")]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("darla ")]


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, *PAGES], ids=lambda path: str(path.relative_to(ROOT))
)
def test_commands_and_their_options_exist(document: Path) -> None:
    for _, command, *words in commands(document):
        assert command in COMMANDS, command
        at = words.index("--objective") if "--objective" in words else len(words)
        kind = [] if not words or words[0].startswith("-") else words[:1]
        shown = options(command, *kind, *words[at : at + 2])
        for option in words:
            if option.startswith("--"):
                assert re.search(rf"{option.partition('=')[0]}\b", shown), option


@pytest.mark.parametrize("package", ["darla", "envs/darla_envs", "agents/darla_agents"])
def test_messages_name_commands_that_exist(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        text = path.read_text()
        for command in re.findall(r"\bdarla ([a-z]+-[a-z]+)\b", text):
            assert command in COMMANDS, f"{path}: {command}"
        assert "scripts/" not in text, f"{path}: a clone is not what everybody has"
