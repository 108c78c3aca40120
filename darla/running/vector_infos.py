"""Infos in Gymnasium's vector form, taken apart into rows.

``infos[name]`` is an array with one row for each environment, or another such dictionary, and
``infos["_name"]`` says with a bool an environment who reports it. Vector environments of somebody
else's may leave these masks out; then all report what has a row for each.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


def rows_of(infos: Mapping[str, Any], num_rows: int) -> list[dict[str, Any]]:
    """Return the infos of each environment as a dictionary of its own.

    Numbers come as Python's, arrays as copies, as single environments report them.
    """
    rows: list[dict[str, Any]] = [{} for _ in range(num_rows)]
    for name, value in infos.items():
        if name.startswith("_") and name[1:] in infos:
            continue  # a mask
        masked = f"_{name}" in infos
        if isinstance(value, dict):
            values: list[Any] = rows_of(value, num_rows)
            reporting = infos[f"_{name}"] if masked else [bool(each) for each in values]
        elif masked or (isinstance(value, np.ndarray | list) and len(value) == num_rows):
            values = _rows(np.asarray(value))
            reporting = infos[f"_{name}"] if masked else [True] * num_rows
        else:
            continue
        # Plain lists, since a single environment asks for its one row at every step.
        for row, own, reports in zip(rows, values, np.asarray(reporting).tolist(), strict=False):
            if reports:
                row[name] = own
    return rows


def _rows(values: np.ndarray) -> list[Any]:
    """Return the rows of an array: numbers as Python's, arrays as copies."""
    return values.tolist() if values.ndim == 1 else [row.copy() for row in values]


def reported_names(infos: Mapping[str, Any]) -> Iterator[str]:
    """Name what is reported; the masks, which have no masks, are left out."""
    return (name for name in infos if f"_{name}" in infos)
