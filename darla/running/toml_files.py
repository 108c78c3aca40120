"""Read TOML that somebody else may have written: of bounded size."""

import tomllib
from pathlib import Path
from typing import Any

from darla.running.regular_files import read_regular

LARGEST_TOML = 1 << 20
"""The most bytes that a TOML file may have."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of at most :data:`LARGEST_TOML` bytes, whatever it holds.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not TOML, too large or no regular file; the message names the file
            and the place.
    """
    data = read_regular(path, LARGEST_TOML)
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not valid TOML (it is not text)") from error
    except RecursionError as error:
        raise ValueError(f"{path} is not valid TOML (it is nested too deep)") from error
    except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
        raise ValueError(f"{path} is not valid TOML ({error})") from error
