"""Modules that people name, and what is in them: errors say where was looked, and what is near."""

import importlib
import os
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from darla.running.names import nearest
from darla.running.one_line import one_line


def import_named(module: str, problem: str) -> ModuleType:
    """Import a module by its full name.

    A ValueError that begins with the problem where there is none of that name, which says where was
    looked and suggests the nearest file, or where its code fails.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise ValueError(f"{problem}: {one_line(error)}") from error
        raise ValueError(f"{problem}: {_not_found(module, error.name)}") from error
    except (ImportError, TypeError, ValueError) as error:  # TypeError: a relative name, as ..x
        raise ValueError(f"{problem}: {one_line(error)}") from error
    except Exception as error:  # a stranger's code may raise anything
        raise ValueError(f"{problem}: importing {module!r} fails: {told(error)}") from error


def _not_found(module: str, missing: str) -> str:
    """Say that a module is missing, where was looked, and what is near."""
    here = Path.cwd()
    files = [path.stem for path in here.glob("*.py")]
    within = "" if missing == module else f", for {module!r}"
    return (
        f"there is no module {missing!r}{within}; {nearest(missing, files)}modules are looked for "
        f"among those that are installed and in the current folder ({here})"
    )


def named_in(module: ModuleType, name: str, problem: str) -> Any:
    """Return what is called so in a module.

    A ValueError that begins with the problem where nothing is; the nearest name is suggested.
    """
    try:
        return getattr(module, name)
    except AttributeError as error:
        known = [
            each
            for each, value in vars(module).items()
            if not (each.startswith("_") or isinstance(value, ModuleType))
        ]
        raise ValueError(
            f"{problem}: the module {module.__name__!r} has no {name!r}; {nearest(name, known)}"
            f"known: {_some(known)}"
        ) from error


def _some(names: list[str]) -> str:
    """List names, but not hundreds."""
    shown = ", ".join(sorted(names)[:12]) or "none"
    return shown if len(names) <= 12 else f"{shown}, ..."


def told(error: Exception) -> str:
    """Tell an error of somebody else's code in one line: its type, its text and its place."""
    text = f"{type(error).__name__}: {one_line(error)}"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return text
    return f"{text} ({os.path.basename(frames[-1].filename)} line {frames[-1].lineno})"
