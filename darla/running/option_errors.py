"""Say in one line what tyro says in a box: words that no option takes, or that are missing."""

import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from typing import TypeVar

from darla.running.names import nearest

T = TypeVar("T")

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BODY = re.compile(r"^[│ ] (.*?) *│?$", re.MULTILINE)
_PROGRAM = re.compile(r"(?:run|see):?\s+(.+ --help)")
_VALUE = re.compile(r"Error parsing (\S+): (.+)")
_KINDS = {
    r"invalid literal for int\(\) with base 10: (.+)": "a whole number",
    r"could not convert string to float: (.+)": "a number",
}


def parsed_in_one_line(parse: Callable[[], T]) -> T:
    """Return what ``parse`` does; a ValueError of one line for words that tyro refuses.

    It names the words, what was expected, the nearest option, and the help to read. Whatever else
    ``parse`` writes to standard error is written there when it ends, and so is a box of another
    form than those of the tyro that this was written for.
    """
    written = StringIO()
    try:
        with redirect_stderr(written):
            return parse()
    except SystemExit as ended:
        if ended.code != 2 or "--help" not in written.getvalue():
            raise
        try:
            said = one_line_of_box(written.getvalue())
        except (IndexError, ValueError):
            raise ended from None
        written.truncate(0)
        raise ValueError(said) from None
    finally:
        sys.stderr.write(written.getvalue())


def one_line_of_box(box: str) -> str:
    """Return in one line what is said in a box that tyro has drawn."""
    lines = _BODY.findall(_COLOURS.sub("", box).rstrip())
    *sections, last = [each for each in _split_at_rules(lines) if each]
    program = _PROGRAM.search(" ".join(last))
    see = program[1] if program else "--help"
    first = " ".join(" ".join(sections[0]).split())
    return f"{_what_is_wrong(first, sections)}; see {see}"


def _what_is_wrong(first: str, sections: list[list[str]]) -> str:
    """Return the same without where to read more, given what the first section says."""
    if first.startswith("Unrecognized"):
        return _unknown_words(first, sections)
    if first.startswith("Error parsing"):
        return _wrong_value(first, sections)
    if first.startswith("Missing from"):
        return _missing_options(sections)
    without_value = re.match(r"Missing value for argument '(.+)'", first)
    if without_value:
        name = without_value[1]
        missing = "takes a value, but none follows it" if name[0] == "-" else "must be given"
        return f"{name} {missing}"
    words = re.match(r"Expected one of \{(.+)\}", first)
    return f"a word is missing: {words[1]}" if words else first.rstrip(".")


def _split_at_rules(lines: list[str]) -> list[list[str]]:
    """Return the parts of a box, which lines of dashes part."""
    sections: list[list[str]] = [[]]
    for line in lines:
        if line and not line.strip("─-"):
            sections.append([])
        else:
            sections[-1].append(line)
    return sections


def _unknown_words(first: str, sections: list[list[str]]) -> str:
    """Say which words belong to no option, and which were perhaps meant."""
    words = re.findall(r"(\S+) \(applied to ", first) or first.partition(": ")[2].split(", ")
    told = [" ".join(section) for section in sections[1:]]
    named = [each for each in told if each.startswith("Available subcommands: ")]
    if named and not words[0].startswith("-"):
        known = [each.strip() for each in named[0].partition(": ")[2].split(",")]
        return f"unknown word {words[0]!r}; {nearest(words[0], known)}known: {', '.join(known)}"
    options = [word for word in words if word.startswith("-")]
    if not options:
        return f"no option takes {' '.join(words)!r}"
    near = _options_in([line for section in sections[1:] for line in section])
    meant = f"; perhaps {' or '.join(near)} was meant" if near else ""
    return f"unknown option {' and '.join(options)}{meant}"


def _options_in(lines: list[str]) -> list[str]:
    """Return the names of the options that lines, indented by four, describe; each once."""
    found = [re.match(r" {4}(-[\w.-]+)", line) for line in lines]
    return list(dict.fromkeys(each[1] for each in found if each))


def _wrong_value(first: str, sections: list[list[str]]) -> str:
    """Say which option cannot take its value, and what it takes."""
    found = _VALUE.match(first)
    option, problem = (found[1], found[2]) if found else ("", first)
    for pattern, kind in _KINDS.items():
        value = re.search(pattern, problem)
        if value:
            none = " or None" if "NoneType" in problem else ""
            return f"{option} takes {kind}{none}, not {value[1]}"
    expected = " ".join(" ".join(sections[1][1:]).split()) if len(sections) > 1 else ""
    return f"{option}: {problem.rstrip('!.')}; expected {expected}".removesuffix("; expected ")


def _missing_options(sections: list[list[str]]) -> str:
    """Say which options must be given and are not, and which that were given nobody knows."""
    command = sections[0][0].removeprefix("Missing from ").rstrip(":")
    needed = ""
    for line in sections[0][1:]:
        text = line.strip()
        if line.startswith(" " * 8):
            needed += f" {text}"
        elif text:
            needed += f"; {text}:"
    needed = re.sub(r"\. .*?\(required\)|\.? *\(required\)", "", needed.removeprefix("; "))
    unknown = [line.strip() for section in sections[1:] for line in section[1:]]
    given = [word for word in unknown if word.startswith("-")] or unknown
    return f"{command} needs {needed}" + (f"; unknown: {' '.join(given)}" if given else "")
