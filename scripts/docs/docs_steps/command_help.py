"""What ``darla COMMAND --help`` says, as Markdown: the options that the command itself reads.

A command is started as the shell starts it, up to where it would read its words; what would read
them is asked what it knows. It is made from the dataclasses that hold the options.
"""

import argparse
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import tyro

from darla_agents.commands.table import COMMANDS, find_command

_DEFAULT = re.compile(r"\s*\((?:default: (?P<value>.*)|(?P<must>required)|optional)\)$")
_END = "end"
_CODE = re.compile(r"(`+[^`]*`+)")


class _AskedError(BaseException):
    """Stops a command where it would read its words; no handler of errors takes it."""


@dataclass(frozen=True)
class Option:
    """An option of a command."""

    usage: str
    """How it is written, such as ``--seed INT``."""
    text: str
    """What it is, in plain text with code in backticks."""
    default: str
    """What holds where it is not given; empty where the help does not say."""
    required: bool
    """Whether it must be given."""


def parser_of(command: str, *words: str) -> argparse.ArgumentParser:
    """Return what reads the words of a command, with its description.

    Args:
        command: its name.
        words: those that decide which options there are, such as ``--objective``, ``vae``.
    """
    asked: dict[str, Any] = {}

    def ask(what: Any, **settings: Any) -> None:
        asked.update(settings, what=what)
        raise _AskedError

    with mock.patch.object(tyro, "cli", ask):
        try:
            find_command(command).run([*words, "--help"], program=f"darla {command}")
        except _AskedError:
            pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return tyro.extras.get_parser(
            asked["what"],
            prog=asked.get("prog"),
            description=asked.get("description"),
            default=asked.get("default", tyro.MISSING_NONPROP),
        )


def options_of(parser: argparse.ArgumentParser) -> list[Option]:
    """Return the options of a parser, but for ``--help``."""
    return [_option(each) for each in parser._actions if each.dest != "help" and each.help]


def uses_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the words that may follow a command, by these words."""
    for each in parser._actions:
        if type(each).__name__ == "_SubParsersAction":  # tyro has a copy of argparse
            return dict(each.choices or {})
    return {}


def command_text(command: str, *words: str) -> str:
    """Return a section on a command: its help's words, and its options as a list."""
    return "\n".join(_section(f"darla {' '.join((command, *words))}", parser_of(command, *words)))


def commands_text() -> str:
    """Return sections on all commands, in the order of the work."""
    return "\n".join(command_text(each) for each in COMMANDS)


def _section(title: str, parser: argparse.ArgumentParser, level: int = 2) -> Iterator[str]:
    """Yield the lines of a section on a command, and of those on the words that may follow it."""
    yield from (f"{'#' * level} {title}", "", as_markdown(parser.description or ""), "")
    yield from listed(options_of(parser))
    for word, within in uses_of(parser).items():
        yield from _section(f"{title} {word}", within, level + 1)


def listed(options: list[Option]) -> Iterator[str]:
    """Yield the lines of a list of options."""
    for each in options:
        told = escaped(each.text)
        if each.required:
            told = f"{told} *Must be given.*"
        elif each.default not in ("", "None", "''"):
            told = f"{told} Default: `{each.default}`."
        yield from (f"`{each.usage}`", f": {told}", "")


def _option(action: argparse.Action) -> Option:
    """Return an option from what reads it."""
    names = ", ".join(action.option_strings) or action.dest
    text = " ".join((action.help or "").split())
    found = _DEFAULT.search(text)
    return Option(
        usage=f"{names} {action.metavar or ''}".strip(),
        text=text[: found.start()] if found else text,
        default=(found["value"] or "") if found else "",
        required=bool(found and found["must"]),
    )


def escaped(text: str) -> str:
    """Return plain text as Markdown that shows it; what is in backticks stays code."""
    pieces = _CODE.split(text)
    return "".join(
        each if each.startswith("`") else re.sub(r"([*_<>\[\]$|\\{}#~])", r"\\\1", each)
        for each in pieces
    )


def as_markdown(text: str) -> str:
    """Return a help's words as Markdown: what is indented is code, all else is plain."""
    lines: list[str] = []
    block: list[str] = []
    for line in [*text.strip("\n").split("\n"), _END]:
        if line.startswith("    ") or (block and not line.strip()):
            block.append(line[4:])
            continue
        if block:
            lines += ["```text", *"\n".join(block).strip("\n").split("\n"), "```", ""]
            block = []
        lines.append(escaped(line))
    return "\n".join(lines[:-1])
