"""Rooms that settings can be drawn for: what frames are collected from."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from darla_envs.description.factors import Setting
from darla_envs.description.sharing import in_look, shared
from darla_envs.description.tasks import ANYWHERE, SAMPLE_TRIES
from darla_envs.rooms.placing import PlaceTable, place_table
from darla_envs.rooms.sampling import FOUND, OVERLAPPING, sample_row, sample_rows
from darla_envs.rooms.simulated_rooms import SimulatedRooms


class SampledRooms(SimulatedRooms):
    """Rooms whose domain offers settings of all factors, with an object in view or not."""

    @cached_property
    def _look_columns(self) -> np.ndarray:
        """Which columns of a setting are of the look, but no object's shape; (S,) bool."""
        factors = [self.factors[name] for name in self.setting_names]
        return np.array([each.role == "look" and not each.categories for each in factors])

    @cached_property
    def _anywhere(self) -> PlaceTable:
        """Where sampled settings put things."""
        return place_table(self.task, self.factors, ANYWHERE)

    def sample_settings(
        self,
        rng: np.random.Generator,
        count: int,
        in_view: float | None = None,
        fixed: Mapping[str, Any] | None = None,
        per_look: int = 1,
        looks_per_state: int = 1,
        look_factors: Sequence[str] = (),
    ) -> np.ndarray:
        """Draw possible settings of all factors from the domain, poses uniformly.

        These are the settings, and this the use of ``rng``, of :meth:`sample_setting` with ``wanted
        = rng.random() < in_view`` drawn before each (None for in_view None). With ``per_look`` K,
        that is how the first of K settings in a row is drawn; in the K - 1 that follow, its colours
        and light are fixed too. With ``looks_per_state`` L, L - 1 settings are drawn after these,
        and the K states appear again in the look of each.

        Args:
            rng: where they come from.
            count: how many.
            in_view: the share of settings with an object at least half visible; None leaves it to
                chance.
            fixed: values to keep in all of them.
            per_look: how many settings in a row look alike, but for the objects' shapes.
            looks_per_state: in how many looks those states appear, one look after the other.
            look_factors: what makes the look; colours and light when not given.

        Returns:
            (count, S) float64, one column for each of ``setting_names``; shapes as indices.

        Raises:
            ValueError: the fixed values are wrong, or leave nothing possible, or looks are to be
                kept although the domain's cases tie them to shapes.
        """
        if per_look * looks_per_state > 1 and self.domain.cases:
            raise ValueError(
                f"domain {self.domain.name!r} ties looks to shapes by its cases, so that no look "
                "can be kept while shapes change; draw each setting with a look of its own"
            )
        given = self._rows.from_settings([fixed])[0]
        kept = in_look(self.setting_names, self._look_columns, look_factors)
        states, looks = shared(count, per_look, looks_per_state)
        block = per_look + looks_per_state - 1
        blocks = -(-count // (per_look * looks_per_state))
        drawn = np.empty((count if looks_per_state == 1 else blocks * block, len(kept)))
        share = np.nan if in_view is None else float(in_view)
        result, row, wanted = sample_rows(
            rng, share, given, self._num_draws, self._looks, self._anywhere, self.cameras,
            per_look, block, kept, drawn,
        )  # fmt: skip
        if result != FOUND:
            self._raise_not_found(result, drawn[row], given, wanted)
        if looks_per_state == 1:
            return drawn
        of_block, state = np.divmod(states, per_look)
        look = looks % looks_per_state
        in_looks = drawn[of_block * block + np.where(look > 0, per_look - 1 + look, 0)]
        rows: np.ndarray = np.where(kept, in_looks, drawn[of_block * block + state])
        return rows

    def sample_setting(
        self,
        rng: np.random.Generator,
        in_view: bool | None = None,
        fixed: Mapping[str, Any] | None = None,
    ) -> Setting:
        """Draw one possible setting of all factors from the domain, poses uniformly.

        ``in_view`` True asks for an object at least half visible, False for none, None for either.

        Raises:
            ValueError: the fixed values, which are kept, are wrong, or leave nothing possible.
        """
        given = self._rows.from_settings([fixed])[0]
        row = np.empty(len(self.setting_names))
        share = np.nan if in_view is None else 1.0
        u, objects = np.empty(self._num_draws), np.empty((len(self.task.objects), 2))
        result = sample_row(
            rng, share, bool(in_view), given, u, self._looks, self._anywhere, self.cameras,
            objects, row,
        )  # fmt: skip
        if result != FOUND:
            self._raise_not_found(result, row, given, in_view)
        return self.settings_from(row[None])[0]

    def _raise_not_found(
        self, result: int, row: np.ndarray, fixed: np.ndarray, wanted: bool | None
    ) -> NoReturn:
        """Raise a ValueError for a setting that could not be drawn."""
        if result == OVERLAPPING:
            self._raise_overlap(row, fixed)
        raise ValueError(
            f"no setting with in_view={wanted} was found in {SAMPLE_TRIES} tries with "
            f"{self.settings_from(fixed[None])[0]}; fix fewer factors"
        )
