"""Settings as rows of numbers, one column for each settable factor, in the order of the factors.

A row is ``[floor, wall, ceiling, light, agent_x, agent_z, agent_yaw]`` and then, for each object,
``[color, shape, x, z]``. A shape is its index among the task's shapes. NaN stands for what a
setting leaves open.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darla_envs.description.factors import Factor, Setting, check_setting

FLOOR, WALL, CEILING, LIGHT, AGENT_X, AGENT_Z, AGENT_YAW, OBJECTS = range(8)
COLOR, SHAPE, X, Z = range(4)  # from the object's first column on
PER_OBJECT = 4


class SettingRows:
    """Turns settings of a task's factors into rows and back, checking what they hold.

    Attributes:
        names: the settable factors, one a column.
    """

    def __init__(self, factors: Mapping[str, Factor]) -> None:
        self._all = factors
        self._columns = [factor for factor in factors.values() if factor.settable]
        self.names = tuple(factor.name for factor in self._columns)
        self._low = np.array([factor.low for factor in self._columns])
        self._high = np.array([factor.high for factor in self._columns])
        self._index = np.array([bool(factor.categories) for factor in self._columns])
        self._of_name = {name: column for column, name in enumerate(self.names)}

    def from_settings(self, settings: Sequence[Mapping[str, Any] | None]) -> np.ndarray:
        """Return settings as rows, (n, S) float64; NaN where a setting says nothing.

        Raises:
            ValueError: a factor is unknown, derived, or out of its range.
        """
        rows = np.full((len(settings), len(self.names)), np.nan)
        for row, setting in zip(rows, settings, strict=True):
            for name, value in check_setting(self._all, setting or {}).items():
                column = self._of_name[name]
                categories = self._columns[column].categories
                row[column] = categories.index(value) if categories else value
        return rows

    def to_settings(self, rows: np.ndarray) -> list[Setting]:
        """Return rows as settings: dictionaries of what is not NaN."""
        return [
            {
                factor.name: factor.categories[int(value)] if factor.categories else value
                for factor, value in zip(self._columns, row, strict=True)
                if value == value
            }
            for row in rows.tolist()
        ]

    def check(self, rows: np.ndarray) -> np.ndarray:
        """Return rows as (n, S) float64 after checking their values.

        Raises:
            ValueError: the array has another shape, or a value is out of its factor's range.
        """
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.names):
            raise ValueError(
                f"settings must be an array (n, {len(self.names)}), one column for each of "
                f"{', '.join(self.names)}, not {rows.shape}"
            )
        wrong = (rows < self._low) | (rows > self._high)
        wrong |= self._index & (rows != np.floor(rows)) & ~np.isnan(rows)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            factor = self._columns[column]
            allowed = f"an index, 0 to {factor.high:g}" if factor.categories else factor.allowed
            raise ValueError(
                f"factor {factor.name!r} of row {row} cannot be {rows[row, column]:g}; "
                f"allowed: {allowed}"
            )
        return rows
