"""The tasks' rules, for many worlds at once: what is reset, acted in and reported."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from darla_envs.batch.worlds import Infos, Outcomes, Seeds, Settings, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.factors import Setting
from darla_envs.description.layout import check_apart, num_draws
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.room_domains import RoomDomains
from darla_envs.description.shapes import RADIUS
from darla_envs.description.tasks import Task, find_task
from darla_envs.description.usual_domains import SOURCE
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.rooms.episode_seeds import EpisodeSeeds
from darla_envs.rooms.look_table import look_table
from darla_envs.rooms.moving import act, rules_of
from darla_envs.rooms.painting import paint, palette_table
from darla_envs.rooms.placing import complete_settings, place_table
from darla_envs.rooms.room_factors import RoomFactors
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.setting_rows import (
    AGENT_X,
    AGENT_YAW,
    OBJECTS,
    PER_OBJECT,
    SHAPE,
    SettingRows,
    X,
)
from darla_envs.rooms.surroundings import cameras_of, put_cameras

NO_LIMIT = -1
"""As ``max_episode_steps``: episodes are never cut."""


class SimulatedRooms(Worlds):
    """Rooms with objects whose every cause of the picture is a named factor.

    What they show is said by the classes made from this one, true factors as a rule. A single
    environment (:class:`darla_envs.single.world.FactorWorld`) holds one such room, so that the same
    seed, settings and actions give the same episode alone and in a batch.

    Attributes:
        task: what the rooms are.
        factors: all factors by name.
        domain: where looks are drawn from.
        cameras: where cameras are drawn from, see :mod:`darla_envs.rooms.surroundings`.
        max_episode_steps: steps after which an episode is truncated; -1 for never.
        state: the rooms as they are now.
        setting_names: the settable factors, one for each column of a setting's row.
        factor_space: of :meth:`factor_observations`, for one world.
    """

    def __init__(
        self,
        task: str | Task,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
    ) -> None:
        """Make the worlds; each must be reset before it acts.

        Args:
            task: the task, or its id.
            num_worlds: how many worlds.
            domain: a name (see ``darla_envs.description.domains.domain_names``), a Domain, or its
                dictionary.
            max_episode_steps: steps after which an episode is truncated: the task's when None, and
                never when it is -1. What is paid depends on the task's alone.

        Raises:
            ValueError: there is no such task or domain, or no such number of steps.
        """
        self.task = find_task(task) if isinstance(task, str) else task
        self.num_worlds = num_worlds
        self.factors = self.task.describe_factors()
        if max_episode_steps is None:
            max_episode_steps = self.task.max_episode_steps
        if max_episode_steps < 1 and max_episode_steps != NO_LIMIT:
            raise ValueError(
                f"max_episode_steps is {max_episode_steps}, but must be at least 1, or {NO_LIMIT} "
                "for episodes that are never cut"
            )
        self.max_episode_steps = max_episode_steps
        self.action_space = spaces.Discrete(3)
        self._rows = SettingRows(self.factors)
        self.setting_names = self._rows.names
        self.state = RoomState.empty(self.task, num_worlds, len(self.setting_names))
        self._seeds = EpisodeSeeds(num_worlds)
        self._num_draws = num_draws(len(self.task.objects))
        self._start = place_table(self.task, self.factors, self.task.start)
        self._rules = rules_of(self.task, self.max_episode_steps)
        self._reported = RoomFactors(self.task, self.state)
        self.observation_space = self.factor_space = self._reported.observation_space
        self.set_domain(domain)

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; those under way stay as they are."""
        found: Domain = RoomDomains(self.task).find(domain)
        self.cameras = cameras_of(found, self.task)
        self.domain, self._looks = found, look_table(found, self.task)
        self._palettes = palette_table(found, self.task)

    def reset(self, chosen: np.ndarray, seeds: Seeds = None, settings: Settings = None) -> None:
        """Start episodes; see :meth:`darla_envs.batch.worlds.Worlds.reset`."""
        if settings is None:
            rows = np.full((len(chosen), len(self.setting_names)), np.nan)
        else:
            rows = self._rows.from_settings(settings)
        self._reset(chosen, rows, seeds)

    def reset_to(self, chosen: np.ndarray, rows: np.ndarray) -> None:
        """Do :meth:`reset` with settings as rows, (n, S); NaN is drawn."""
        self._reset(chosen, self._rows.check(rows), None)

    def _reset(self, chosen: np.ndarray, fixed: np.ndarray, seeds: Seeds) -> None:
        """Start an episode in each chosen world; ``fixed`` is (n, S), NaN: to be drawn."""
        chosen = self._checked(chosen)
        _check_count("settings", fixed, chosen)
        if seeds is not None:
            _check_count("seeds", seeds, chosen)
        self._seeds.start(chosen, seeds)
        u = self._seeds.uniform(chosen[np.isnan(fixed).any(axis=1)], self._num_draws)
        rows = np.empty_like(fixed)
        wrong = complete_settings(u, fixed, self._looks, self._start, rows)
        if wrong >= 0:
            self._raise_overlap(rows[wrong], fixed[wrong])
        self._enter(chosen, rows)

    def _enter(self, chosen: np.ndarray, rows: np.ndarray) -> None:
        """Put the chosen worlds into whole settings."""
        state = self.state
        objects = rows[:, OBJECTS:].reshape(len(rows), len(self.task.objects), PER_OBJECT)
        state.settings[chosen] = rows
        state.agents[chosen] = rows[:, AGENT_X : AGENT_X + 2]
        state.yaws[chosen] = rows[:, AGENT_YAW]
        state.objects[chosen] = objects[..., X : X + 2]
        state.object_shapes[chosen] = objects[..., SHAPE]
        state.present[chosen] = True
        state.steps[chosen] = 0
        state.success[chosen] = False
        put_cameras(chosen, state.settings, self.cameras, state.cameras)
        paint(chosen, state, self._palettes)

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds: 0 turns left, 1 turns right, 2 moves forward.

        Raises:
            ValueError: an action is none of these, or a world was not reset yet.
        """
        chosen, actions = self._checked(chosen), np.asarray(actions)
        _check_count("actions", actions, chosen)
        wrong = (actions < 0) | (actions > 2)
        if wrong.any() or (len(actions) and actions.dtype.kind not in "iu"):
            row = int(np.argmax(wrong))
            raise ValueError(
                f"world {chosen[row]} cannot do action {actions[row]!r}; allowed: the integers "
                "0 (turn left), 1 (turn right), 2 (move forward)"
            )
        asleep = self.state.steps[chosen] < 0
        if asleep.any():
            raise ValueError(f"world {chosen[np.argmax(asleep)]} cannot act yet; reset it first")
        return Outcomes(*act(chosen, actions.astype(np.int64), self._rules, self.state))

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return ``factors`` and ``is_success`` of each chosen world."""
        return self._reported.infos(self._checked(chosen))

    def factor_observations(self, chosen: np.ndarray) -> np.ndarray:
        """Return true states, (n, D); see :class:`darla_envs.rooms.factor_worlds.FactorWorlds`."""
        return self._reported.observations(self._checked(chosen))

    def settings_from(self, rows: np.ndarray) -> list[Setting]:
        """Return rows of settings as dictionaries, as :meth:`reset` takes them."""
        return self._rows.to_settings(rows)

    def _checked(self, chosen: np.ndarray) -> np.ndarray:
        """Return the indices as compiled loops need them: they check no bounds."""
        chosen = np.ascontiguousarray(chosen, dtype=np.int64)
        if len(chosen) and not (0 <= chosen.min() and chosen.max() < self.num_worlds):
            raise IndexError(f"there are worlds 0 to {self.num_worlds - 1}, not {chosen}")
        return chosen

    def _raise_overlap(self, row: np.ndarray, fixed: np.ndarray) -> None:
        """Raise the error that says which things of a setting overlap, and what was fixed of it."""
        setting, given = self.settings_from(np.stack([row, fixed]))
        check_apart(setting, given, self.task.objects, RADIUS, AGENT_RADIUS)


def _check_count(what: str, given: Sequence[Any] | np.ndarray, chosen: np.ndarray) -> None:
    """Raise a ValueError unless as much was given as there are chosen worlds."""
    if len(given) != len(chosen):
        raise ValueError(f"{len(given)} {what} were given for {len(chosen)} worlds; give one each")
