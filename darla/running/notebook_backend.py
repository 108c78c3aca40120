"""Forget the plotting backend of a notebook that started this process but is not installed here.

A command that is started from a notebook inherits ``MPLBACKEND``. Where the module that it names is
not installed, Matplotlib refuses to be imported; and only files are drawn here, for which no
backend is needed.
"""

import importlib.util
import os


def forget_missing_backend() -> None:
    """Take ``MPLBACKEND`` out of this process's environment where it names a missing module."""
    module, named, _ = os.environ.get("MPLBACKEND", "").partition("module://")[::-1]
    if named and not _is_installed(module):
        del os.environ["MPLBACKEND"]


def _is_installed(module: str) -> bool:
    """Whether a module can be found."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
