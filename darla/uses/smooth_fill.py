"""Fill holes so that each missing value is the mean of its neighbours: Laplace's equation."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


def fill_smoothly(values: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Fill the masked parts of arrays from the values around them.

    Values are float (N, H, W, C), masks bool (N, H, W), true somewhere false in each. What lies
    beyond the edge does not count. The equations are solved exactly, once for all that have one
    mask. Returns a new array.
    """
    filled = np.array(values, dtype=np.float64)
    different, which = np.unique(masks.reshape(len(masks), -1), axis=0, return_inverse=True)
    for number, mask in enumerate(different):
        if mask.any():
            here = np.flatnonzero(which == number)
            filled[here] = _fill(filled[here], mask.reshape(masks.shape[1:]))
    return filled


def _fill(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fill one hole, bool (H, W), of all arrays."""
    rows, columns = np.nonzero(mask)
    count = len(rows)
    unknown = np.full(mask.shape, -1)
    unknown[rows, columns] = np.arange(count)
    degree = np.zeros(count)
    known = np.zeros((count, len(values), values.shape[3]))
    pairs = []
    for down, right in _NEIGHBOURS:
        y, x = rows + down, columns + right
        inside = np.flatnonzero((y >= 0) & (y < mask.shape[0]) & (x >= 0) & (x < mask.shape[1]))
        y, x = y[inside], x[inside]
        degree[inside] += 1
        missing = mask[y, x]
        pairs.append((inside[missing], unknown[y, x][missing]))
        known[inside[~missing]] += values[:, y[~missing], x[~missing]].transpose(1, 0, 2)
    first, second = (np.concatenate(each) for each in zip(*pairs, strict=True))
    diagonal = np.arange(count)
    entries = np.concatenate([degree, -np.ones(len(first))])
    places = (np.concatenate([diagonal, first]), np.concatenate([diagonal, second]))
    matrix = coo_array((entries, places), shape=(count, count)).tocsc()
    solved = splu(matrix).solve(known.reshape(count, -1)).reshape(known.shape)
    result = values.copy()
    result[:, rows, columns] = solved.transpose(1, 0, 2)
    return result
