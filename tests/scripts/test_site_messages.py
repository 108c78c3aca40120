"""The messages that the site explains are those that the code says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "scripts/docs/help/messages.md"
MESSAGES = re.findall(r"^### `(.*)`$", PAGE.read_text(), re.MULTILINE)


def text_of(node: ast.AST) -> str | None:
    """Return what a text of the source says, with … for what is filled in; None for no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values
        )
    return None


@cache
def said() -> set[str]:
    """Return all texts in the source of the packages, in one line each."""
    found = set()
    for folder in ("darla", "envs/darla_envs", "agents/darla_agents"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                text = text_of(node)
                if text:
                    found.add(" ".join(text.split()))
    return found


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 30


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_are_what_the_code_says(message: str) -> None:
    assert message in said()
