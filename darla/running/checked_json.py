"""Read JSON that somebody else may have written: of bounded size, and of the shape expected.

What a file holds is described once, as a type: a ``TypedDict`` for a mapping, with bounds in
``Annotated[int, msgspec.Meta(ge=1)]``. Keys that a type does not name are let through, so that
files of later versions can be read.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from darla.running.regular_files import read_regular

T = TypeVar("T")

LARGEST_JSON = 16 << 20
"""The most bytes that a JSON file may have; the largest that this package writes has thousands."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A whole number from 0 that every JSON reader holds exactly."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A name of something."""


def read_json(path: Path) -> Any:
    """Read a JSON file of at most :data:`LARGEST_JSON` bytes, whatever it holds.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not JSON, too large or no regular file; the message names the file
            and the place.
    """
    return parse_json(read_regular(path, LARGEST_JSON), str(path))


def parse_json(data: bytes | str, where: str) -> Any:
    """Return what JSON text holds; ``where`` it stands is for the ValueError if it is none."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is not valid JSON (line {error.lineno}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{where} is not valid JSON (it is not text)") from error
    except RecursionError as error:
        raise ValueError(f"{where} is not valid JSON (it is nested too deep)") from error
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"{where} is not valid JSON ({error})") from error


def read_checked(path: Path, shape: type[T], remedy: str) -> T:
    """Read a JSON file and check that it has a shape; see :func:`check_shape`."""
    return check_shape(read_json(path), shape, str(path), remedy)


def check_shape(value: Any, shape: type[T], where: str, remedy: str) -> T:
    """Return a plain value as it is, once it is known to have a shape.

    Args:
        value: what JSON can hold.
        shape: a type that msgspec knows, such as a ``TypedDict``.
        where: the value stands, for the message: a path.
        remedy: what to do if it is of another shape.

    Raises:
        ValueError: it has another shape; the message says where, what is there, what was expected
            and the remedy.
    """
    said = mismatch(value, shape)
    if said is not None:
        raise ValueError(f"{where} is damaged: {said}; {remedy}")
    checked: T = value
    return checked


def mismatch(value: Any, shape: Any) -> str | None:
    """Say where a plain value is of another shape, what is there and what was expected.

    None when it is of that shape; see :func:`check_shape`.
    """
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        return f"{_shown(value, place.strip('`'))}{said[0].lower()}{said[1:]}"
    except RecursionError:
        return "it is nested too deep"
    return None


def _shown(value: Any, place: str) -> str:
    """Return a place such as ``$.network.latents`` and what is there, for a message."""
    for key, index in re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", place):
        try:
            value = value[key] if key else value[int(index)]
        except (LookupError, TypeError, ValueError):  # in a mapping of any keys
            return f"{place.removeprefix('$.')}: "
    if place in ("", "$"):
        return ""
    text = repr(value)
    return f"{place.removeprefix('$.')} is {text if len(text) < 60 else text[:57] + '...'}, "
