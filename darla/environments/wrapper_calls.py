"""Wrappers as text: ``my_module:Fog(0.2, color="grey")``, of which nothing is ever evaluated.

The text is read as Python is written, and its arguments must be literals: numbers, texts, True,
False, None, and lists, tuples and dictionaries of these.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from darla.environments.named_modules import import_named, named_in, told
from darla.running.one_line import one_line

_FORM = 'module:Class or module:Class(1, name="x"), with literals as arguments'
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_LONGEST = 2_000
_OWN = {("darla", "CroppedPictures")}
_SCALARS = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class WrapperCall:
    """A wrapper by its place, and what it is called with besides the environment."""

    module: str
    name: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> "WrapperCall":
        """Read a wrapper's text; a ValueError where it is of another form, or calls something."""
        module, colon, call = (part.strip() for part in text.partition(":"))
        if not colon or not _MODULE.fullmatch(module) or len(text) > _LONGEST:
            raise _malformed(text)
        try:
            node = ast.parse(call, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise _malformed(text) from error
        if isinstance(node, ast.Name):
            return cls(module, node.id, (), {})
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise _malformed(text)
        named = dict(_named_arguments(node, text))
        return cls(module, node.func.id, tuple(_literal(each, text) for each in node.args), named)

    def __str__(self) -> str:
        """Return the text in one form, whatever it was written like."""
        shown = [repr(value) for value in self.arguments]
        shown += [f"{name}={value!r}" for name, value in sorted(self.named.items())]
        return f"{self.module}:{self.name}" + (f"({', '.join(shown)})" if shown else "")

    @property
    def is_own(self) -> bool:
        """Whether it is a wrapper of this package, which may be called with whatever is written."""
        return (self.module, self.name) in _OWN

    def around(self, env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
        """Return the environment in this wrapper, whose module is imported.

        A ValueError where there is no such module or wrapper, or it is none, or it refuses what it
        is called with.
        """
        problem = f"cannot wrap in {self}"
        wrapper = named_in(import_named(self.module, problem), self.name, problem)
        if not callable(wrapper):
            raise ValueError(f"{problem}: it is {type(wrapper).__name__}, and no wrapper")
        try:
            wrapped = wrapper(env, *self.arguments, **self.named)
        except (gym.error.Error, TypeError, ValueError) as error:
            raise ValueError(f"{problem}: {one_line(error)}") from error
        except Exception as error:  # a stranger's code may raise anything
            raise ValueError(f"{problem}: {told(error)}") from error
        if not isinstance(wrapped, gym.Env):
            raise ValueError(
                f"{problem}: it made {type(wrapped).__name__}, and no gymnasium.Env; name a "
                "gymnasium.Wrapper, or a function that takes an environment and returns one"
            )
        return wrapped


def _named_arguments(node: ast.Call, text: str) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of arguments that are given by name."""
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _malformed(text)
        yield keyword.arg, _literal(keyword.value, text)


def _literal(node: ast.expr, text: str) -> Any:
    """Return the value of a literal."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise _no_literal(node, text) from error
    if not _is_plain(value):
        raise _no_literal(node, text)
    return value


def _is_plain(value: Any) -> bool:
    """Whether a value is a number, a text, or a collection of such."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, _SCALARS) and _is_plain(each) for key, each in value.items())
    return isinstance(value, _SCALARS)


def _no_literal(node: ast.expr, text: str) -> ValueError:
    """Return the error for an argument that is no literal."""
    given = ast.get_source_segment(text.partition(":")[2].strip(), node)
    return ValueError(
        f"the wrapper {text[:200]!r} has the argument {given}, which is no literal; give a "
        "number, a quoted text, True, False, None, or a list, tuple or dictionary of these"
    )


def _malformed(text: str) -> ValueError:
    """Return the error for a text of another form."""
    return ValueError(f"the wrapper {text[:200]!r} is not of the form {_FORM}")
