"""Unions of intervals as arrays, so that many values are drawn from them without Python."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from darla_envs.description.domain import Interval
from darla_envs.kernels.compiled import kernel


class Intervals(NamedTuple):
    """The intervals that each of F factors is drawn from; the last axis is padded with zeros.

    Attributes:
        low: (F, M) float64, where each interval begins.
        high: (F, M) float64, where it ends.
        length: (F, M) float64.
        number: (F,) int64, how many there are.
        total: (F,) float64, the lengths' sum.
    """

    low: np.ndarray
    high: np.ndarray
    length: np.ndarray
    number: np.ndarray
    total: np.ndarray


def intervals_of(factors: Sequence[Sequence[Interval]]) -> Intervals:
    """Return the intervals of each factor, at least one, as arrays."""
    number = np.array([len(values) for values in factors])
    low, high, length = np.zeros((3, len(factors), number.max()))
    total = np.zeros(len(factors))
    for factor, values in enumerate(factors):
        ends = np.array(values, dtype=np.float64)
        low[factor, : len(ends)], high[factor, : len(ends)] = ends.T
        length[factor, : len(ends)] = lengths = ends[:, 1] - ends[:, 0]
        total[factor] = lengths.sum()  # without the padding, whose zeros would change rounding
    return Intervals(low, high, length, number, total)


@kernel
def draw_from(u: float, intervals: Intervals, factor: int) -> float:
    """Turn a uniform number in [0, 1) into a value of a factor; all of them are equally likely."""
    count, total = intervals.number[factor], intervals.total[factor]
    if total == 0.0:  # single values, all alike
        return float(intervals.low[factor, int(u * count)])
    position = u * total
    for index in range(count):
        length = intervals.length[factor, index]
        if position < length:
            return float(intervals.low[factor, index] + position)
        position -= length
    return float(intervals.high[factor, count - 1])
