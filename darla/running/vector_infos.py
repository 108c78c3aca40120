"""Infos in Gymnasium's vector form, taken apart into rows.

``infos[name]`` is an array with one row for each environment, or another such dictionary, and
``infos["_name"]`` says with a bool an environment who reports it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


def rows_of(infos: Mapping[str, Any], num_rows: int) -> list[dict[str, Any]]:
    """Return the infos of each environment as a dictionary of its own.

    Numbers come as Python's, arrays as copies, as single environments report them.
    """
    rows: list[dict[str, Any]] = [{} for _ in range(num_rows)]
    for name in reported_names(infos):
        value = infos[name]
        if isinstance(value, dict):
            values: list[Any] = rows_of(value, num_rows)
        else:
            values = value.tolist() if value.ndim == 1 else [row.copy() for row in value]
        for index in np.flatnonzero(infos[f"_{name}"]):
            rows[index][name] = values[index]
    return rows


def reported_names(infos: Mapping[str, Any]) -> Iterator[str]:
    """Name what is reported; the masks, which have no masks, are left out."""
    return (name for name in infos if f"_{name}" in infos)
