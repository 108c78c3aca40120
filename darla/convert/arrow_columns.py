"""Columns of Arrow tables as arrays."""

from typing import Any

import numpy as np


def numbers(column: Any) -> np.ndarray:
    """Return an Arrow column of numbers, or of lists of as many, as an array (n,) or (n, d)."""
    if column.null_count:
        raise ValueError("it lacks values")
    count = len(column)
    if str(column.type).startswith(("fixed_size_list", "list", "large_list")):
        return numbers(column.flatten()).reshape(count, -1)
    array: np.ndarray = column.to_numpy(zero_copy_only=False)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"it holds {column.type} in place of numbers")
    return array
