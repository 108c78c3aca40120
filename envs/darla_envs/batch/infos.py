"""Infos in Gymnasium's vector form, put together from parts; see ``darla.running.vector_infos``."""

from collections.abc import Sequence

import numpy as np

from darla.running.vector_infos import reported_names
from darla_envs.batch.worlds import Infos

Rows = np.ndarray | slice
"""Which rows of the whole a part is about: indices, or a range."""


def combine(parts: Sequence[tuple[Rows, Infos]], num_rows: int) -> Infos:
    """Put infos about some rows each together into infos about all of them.

    Args:
        parts: which rows of the whole each of them is about, and its infos.
        num_rows: how many rows the whole has; nobody reports anything for the remaining ones.
    """
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
