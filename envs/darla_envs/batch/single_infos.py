"""Infos of single environments in Gymnasium's vector form."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from darla_envs.batch.worlds import Infos


def vector_infos(infos: Sequence[dict[str, Any]]) -> Infos:
    """Put infos of single environments together as Gymnasium's vector environments do.

    Args:
        infos: one dictionary a row.
    """
    count = len(infos)
    together: Infos = {}
    for name in dict.fromkeys(name for info in infos for name in info):
        reporting = np.array([name in info for info in infos])
        values = [info[name] for info in infos if name in info]
        if isinstance(values[0], dict):
            together[name] = vector_infos([info.get(name, {}) for info in infos])
        else:
            array = _room_for(values[0], count)
            for row, value in zip(np.flatnonzero(reporting), values, strict=True):
                array[row] = value
            together[name] = array
        together[f"_{name}"] = reporting
    return together


def _room_for(value: Any, count: int) -> np.ndarray:
    """Return an array for values like this one; objects are None where nobody reports."""
    if type(value) in (int, float, bool) or isinstance(value, np.number):
        return np.zeros(count, type(value))
    if isinstance(value, np.ndarray):
        return np.zeros((count, *value.shape), value.dtype)
    return np.full(count, None, object)
