"""Libraries of extras, imported when they are needed."""

import importlib
from types import ModuleType


def extra(module: str, extra: str, what: str) -> ModuleType:
    """Import a module of a library that may be missing.

    Args:
        module: its name.
        extra: the extra of darla that brings it.
        what: needs it, for the message.

    Raises:
        ValueError: it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{what} need {error.name}, which is not installed; pip install 'darla[{extra}]'"
        ) from error
