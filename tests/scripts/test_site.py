"""The site before it is built: its pages hold what documents say, and links find their pages."""

import re
from functools import cache
from pathlib import Path

import pytest

import darla
from darla.objectives import OBJECTIVES
from darla_agents.commands.table import COMMANDS
from docs_steps.blocks import filled
from docs_steps.command_help import as_markdown, command_text, escaped, parser_of
from docs_steps.docstrings import readable
from docs_steps.documents import ROOT, anchor_of, part, sections
from docs_steps.homes import BLOCK, find_homes
from docs_steps.made_pages import page_text
from docs_steps.shared_text import destination
from toy_commands import run_darla

PAGES = ROOT / "scripts/docs"
STUDIES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("scripts/studies/**/*.md"))
PACKAGES = ("darla", "envs", "agents")


@cache
def homes() -> dict:
    return find_homes(PAGES)


def test_headings_in_code_begin_no_section() -> None:
    titles = [each.title for each in sections("scripts/docs/guides/looks.md")]
    assert "Looks for any environment" in titles
    assert not any("looks.toml" in title for title in titles)


def test_a_part_of_a_document_ends_where_its_like_begins() -> None:
    taken = part("envs/README.md", "drawing")
    assert taken[0].title == "Drawing"
    assert "Draw without environments" in [each.title for each in taken]
    assert "Speed" not in [each.title for each in taken]
    assert len(part("envs/README.md", "drawing", alone=True)) == 1


def test_a_part_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"0 sections #drawings; there are: .*drawing"):
        part("envs/README.md", "drawings")


@pytest.mark.parametrize("document", STUDIES)
def test_every_document_of_the_studies_is_on_the_site(document: str) -> None:
    assert any(name == document for name, _ in homes())


@pytest.mark.parametrize("document", ["README.md", *(f"{each}/README.md" for each in PACKAGES)])
def test_every_section_of_the_readmes_is_on_the_site(document: str) -> None:
    missing = [each.anchor for each in sections(document) if (document, each.anchor) not in homes()]
    assert not missing, f"take these on a page of scripts/docs: {missing}"


@pytest.mark.parametrize("link", ["darla/README.md#objectives", "scripts/examples/car_racing.py"])
def test_links_of_documents_lead_to_the_site_or_the_file(link: str) -> None:
    found = destination(link, "guides/see", "README.md", homes())
    expected = "../../examples/car_racing.py"
    assert found == (expected if link.endswith(".py") else "/guides/see.md#objectives")


def test_links_to_pages_lead_to_them() -> None:
    shown = {}
    for document, link in (
        ("README.md", "scripts/docs/guides/looks.md"),
        ("scripts/docs/guides/own_script.md", "looks.md#looks-for-any-environment"),
        ("scripts/docs/help/limits.md", "../../../README.md#five-steps"),
    ):
        shown[link] = destination(link, "guides/see", document, homes())
    assert list(shown.values()) == [
        "/guides/looks.md",
        "/guides/looks.md#looks-for-any-environment",
        "/index.md#five-steps",
    ]


@pytest.mark.parametrize("link", ["darla/README.md#nowhere", "scripts/nothing.py", "NOTHING.md"])
def test_links_that_lead_nowhere_are_refused(link: str) -> None:
    with pytest.raises(ValueError, match=re.escape(link.partition("#")[0])):
        destination(link, "guides/see", "README.md", homes())


@pytest.mark.parametrize(
    "page", sorted(path for path in PAGES.rglob("*.md") if BLOCK.search(path.read_text()))
)
def test_pages_hold_what_documents_say(page: Path) -> None:
    name = str(page.relative_to(PAGES).with_suffix(""))
    text = filled(name, page.read_text(), homes())
    assert "```{from}" not in text
    assert len(text) > len(page.read_text())


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_described_with_the_options_that_their_help_shows(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = command_text(command)
    run_darla(command, "--help")
    printed = capsys.readouterr().out
    shown = set(re.findall(r"^│ (--[\w-]+)", printed, re.MULTILINE))
    assert shown <= set(re.findall(r"--[\w-]+", text)), shown
    for option in re.findall(r"^`(--[\w-]+)", text, re.MULTILINE) if command != "use" else ():
        assert option in printed


def test_options_of_one_objective_are_read_from_it() -> None:
    names = {
        option
        for each in parser_of("train-vision", "--objective", "factor_vae")._actions
        for option in each.option_strings
    }
    assert {"--objective", "--gamma"} <= names


def test_help_is_shown_as_it_is() -> None:
    assert escaped("a_b <c> ``d_e``") == r"a\_b \<c\> ``d_e``"
    assert as_markdown("Do.\n\n    darla do\n\nMore.") == ("Do.\n\n```text\ndarla do\n```\n\nMore.")


def test_formulas_and_tables_of_docstrings_stay_what_they_are() -> None:
    lines = [
        "|x| of **options, ``a | b``::",
        "",
        "    c | d",
        "",
        "e*",
        "==  ==",
        "``f``  g",
        "==  ==",
    ]
    assert readable(lines) == [
        r"\|x\| of \*\*options, ``a | b``::",
        "",
        "    c | d",
        "",
        r"e\*",
        "",
        "``f``",
        "    g",
        "",
    ]


def test_all_that_darla_offers_is_on_its_page() -> None:
    text = (PAGES / "reference/python.md").read_text()
    named = {name for words in re.findall(r"\{api\} darla (.*)", text) for name in words.split()}
    assert named == set(darla.__all__) - {"checks"}


def test_all_objectives_are_on_their_page() -> None:
    from docs_steps.objectives import objectives_text

    text = objectives_text()
    for name in OBJECTIVES:
        assert f"\n### {name}\n" in text


@pytest.mark.parametrize("made", [True, False])
def test_the_page_of_an_encoder_is_linked_where_it_could_be_made(
    made: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_steps.made_pages.made_pages", lambda: tmp_path)
    if made:
        (tmp_path / "rooms.html").write_text("x" * 2_400_000)
    text = page_text("rooms", "..")
    assert ('href="../rooms.html"' in text) == made
    assert ("(2 MB" in text) == made and ("without npm" in text) != made


def test_titles_have_the_anchors_of_github() -> None:
    assert anchor_of("How good is `rooms`?") == "how-good-is-rooms"
