"""What ``--help`` says of an option: its docstring as running text, broken where lines end."""

import re
from collections.abc import Callable
from dataclasses import replace

from tyro.constructors import ConstructorRegistry, StructConstructorSpec, StructTypeInfo

_PARAGRAPHS = re.compile(r"\n\s*\n")


def running_text(text: str) -> str:
    """Return a docstring without line breaks in its paragraphs; code is in single backticks."""
    paragraphs = (" ".join(each.split()) for each in _PARAGRAPHS.split(text.strip()))
    return "\n\n".join(paragraphs).replace("``", "`")


def option_help() -> ConstructorRegistry:
    """Return what :func:`tyro.cli` takes as its ``registry``, for helps to be running text.

    On its own tyro keeps the line breaks of indented docstrings, so that lines of 80 columns are
    followed by stumps.
    """
    registry, within = ConstructorRegistry(), [False]

    def rule(info: StructTypeInfo) -> StructConstructorSpec | None:
        """Have the other rules say what the options are, and change what they say of them."""
        if within[0]:
            return None
        within[0] = True
        try:
            found = ConstructorRegistry.get_struct_spec(info)
        finally:
            within[0] = False
        if not isinstance(found, StructConstructorSpec):
            return None
        fields = tuple(replace(each, helptext=_running(each.helptext)) for each in found.fields)
        return replace(found, fields=fields)

    registry.struct_rule(rule)
    return registry


def _running(text: str | Callable[[], str | None] | None) -> Callable[[], str | None]:
    """Return a function for the help's text, for it is dear to read and seldom asked for."""

    def read() -> str | None:
        read_text = text() if callable(text) else text
        return None if read_text is None else running_text(read_text)

    return read
