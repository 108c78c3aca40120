"""What encoders can be trained to do: what each objective says of itself, and its own options."""

from functools import cache

from darla.objectives import OBJECTIVES
from darla.objectives.registry import families
from docs_steps.api import docstring_text
from docs_steps.command_help import Option, listed, options_of, parser_of


def objectives_text() -> str:
    """Return sections on all objectives, by family: the options of all first, then their own."""
    lines = ["## Options of all objectives", "", *listed(_shared())]
    for family, names in families().items():
        lines += [f"## Objectives: {family}", ""]
        for name in names:
            lines += [f"### {name}", "", docstring_text(OBJECTIVES[name].__module__), ""]
            lines += listed([each for each in _options(name) if each not in _shared()])
    return "\n".join(lines)


@cache
def _options(name: str) -> tuple[Option, ...]:
    """Return the options of ``darla train-vision`` for an objective."""
    found = options_of(parser_of("train-vision", "--objective", name))
    return tuple(each for each in found if not each.usage.startswith("--objective"))


@cache
def _shared() -> list[Option]:
    """Return the options that all objectives have, with the same defaults."""
    first, *others = (_options(name) for names in families().values() for name in names)
    return [each for each in first if all(each in other for other in others)]
