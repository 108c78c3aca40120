"""Infos in Gymnasium's vector form, put together from parts; see ``darla.running.vector_infos``."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from darla.running.vector_infos import reported_names
from darla_envs.batch.worlds import Infos

_NUMBERS = (bool, int, float, np.number, np.bool_, np.ndarray)
Rows = np.ndarray | slice
"""Which rows of the whole a part is about: indices, or a range."""


def combine(parts: Sequence[tuple[Rows, Infos]], num_rows: int) -> Infos:
    """Put infos about some rows each together into infos about ``num_rows``, the others' empty."""
    combined: Infos = {}
    for name in dict.fromkeys(name for _, infos in parts for name in reported_names(infos)):
        reporting = [(rows, infos) for rows, infos in parts if f"_{name}" in infos]
        values = [(rows, infos[name]) for rows, infos in reporting]
        masks = [(rows, infos[f"_{name}"]) for rows, infos in reporting]
        is_nested = isinstance(values[0][1], dict)
        combined[name] = combine(values, num_rows) if is_nested else _stack(values, num_rows)
        combined[f"_{name}"] = _stack(masks, num_rows)
    return combined


def _stack(parts: Sequence[tuple[Rows, np.ndarray]], num_rows: int) -> np.ndarray:
    """Put parts into one array with a row for each world; rows without a part hold nothing."""
    dtype = np.result_type(*(values.dtype for _, values in parts))
    nothing = None if dtype.hasobject else np.zeros((), dtype)
    stacked = np.full((num_rows, *parts[0][1].shape[1:]), nothing, dtype)
    for rows, values in parts:
        stacked[rows] = values
    return stacked


def vector_infos(infos: Sequence[dict[str, Any]]) -> Infos:
    """Put infos of single environments together as Gymnasium's vector environments do."""
    count = len(infos)
    together: Infos = {}
    for name in dict.fromkeys(name for info in infos for name in info):
        reporting = np.array([name in info for info in infos])
        values = [info[name] for info in infos if name in info]
        if all(isinstance(value, dict) for value in values):
            together[name] = vector_infos([info.get(name, {}) for info in infos])
        else:
            array = _room_for(values, count)
            for row, value in zip(np.flatnonzero(reporting), values, strict=True):
                array[row] = value
            together[name] = array
        together[f"_{name}"] = reporting
    return together


def _room_for(values: Sequence[Any], count: int) -> np.ndarray:
    """Return an array that holds these values as they are.

    Those of several types or shapes are kept as objects, None where nobody reports: an array of the
    first one's type would make 0 of another's 0.5.
    """
    arrays = [np.asarray(value) if isinstance(value, _NUMBERS) else None for value in values]
    known = [array for array in arrays if array is not None]
    kinds = {"b" if array.dtype == bool else "n" for array in known}
    if len(known) < len(values) or len({array.shape for array in known}) > 1 or len(kinds) > 1:
        return np.full(count, None, object)
    dtype = np.result_type(*(array.dtype for array in known))
    if dtype.hasobject:  # whole numbers of more than 64 bits
        return np.full(count, None, object)
    return np.zeros((count, *known[0].shape), dtype)
