"""The options by which commands take an environment: its arguments, wrappers and looks."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from tyro.constructors import PrimitiveConstructorSpec

from darla.environments.looks import STANDARD, Looks, find_looks
from darla.environments.spec import EnvironmentSpec

_PYTHON = {"True": True, "False": False, "None": None}


def _value(text: str) -> Any:
    """Read a value as JSON, or as Python writes the three constants; others are text."""
    if text in _PYTHON:
        return _PYTHON[text]
    try:
        return json.loads(text, parse_constant=lambda constant: text)
    except (ValueError, RecursionError):
        return text


EnvValue = Annotated[
    Any,
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="VALUE",
        instance_from_str=lambda words: _value(words[0]),
        is_instance=lambda value: True,
        str_from_instance=lambda value: [value if isinstance(value, str) else json.dumps(value)],
    ),
]
"""The value of an environment's argument: JSON where it parses (``4``, ``0.5``, ``false``,
``[64, 64]``), else text."""


if TYPE_CHECKING:
    GivenLooks = Looks | Path | str | None
else:
    GivenLooks = Annotated[
        Any,
        PrimitiveConstructorSpec(
            nargs=1,
            metavar=f"FILE|{STANDARD}",
            instance_from_str=lambda words: words[0],
            is_instance=lambda value: True,
            str_from_instance=lambda value: [str(value)],
        ),
    ]
"""Looks, or the file that holds them, or the word ``standard``; None for the environment's own."""


@dataclass(frozen=True, kw_only=True)
class LooksWord:
    """Which domains there are; a field of commands whose agents know their environments."""

    looks: GivenLooks = None
    """Domains to play in instead of those that agents were trained with: a TOML file, or the word
    standard; what agents recorded when not given."""

    def read_looks(self) -> Looks | None:
        """Return the looks that are given; None for none. For errors see :func:`read_looks`."""
        return read_looks(self.looks)


@dataclass(frozen=True, kw_only=True)
class EnvironmentWords:
    """What an environment is made with, beside its id; fields of the commands that make one."""

    env_kwargs: dict[str, EnvValue] = field(default_factory=dict)
    """Further arguments of the environment: names and values by turns, values as JSON where they
    parse, such as continuous false."""
    wrappers: tuple[str, ...] = ()
    """Wrappers to put around it, innermost first, such as "my_module:Repeat(4)"; arguments are
    literals. Modules of the current folder too."""
    looks: GivenLooks = None
    """Its named domains: a TOML file, or the word standard for shifts of colour and the like that
    suit any environment; the domains that its package gives it when not given."""

    def with_looks_read(self) -> Self:
        """Return the same with the looks themselves in place of their file.

        A ValueError where they cannot be read.
        """
        return replace(self, looks=read_looks(self.looks))

    def environment_of(self, env: str) -> EnvironmentSpec:
        """Return the environment of this ``env``, made with all that; for errors see there."""
        looks = read_looks(self.looks)
        return EnvironmentSpec(env, dict(self.env_kwargs), tuple(self.wrappers), looks)


def read_looks(given: GivenLooks) -> Looks | None:
    """Return the looks that are given themselves, by their file, or by the word ``standard``.

    A ValueError where there is no such file, or it holds none.
    """
    return given if given is None or isinstance(given, Looks) else find_looks(str(given))
