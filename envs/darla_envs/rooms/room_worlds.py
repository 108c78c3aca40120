"""The project's own tasks, many worlds at once, without MiniWorld and without OpenGL."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from darla_envs.batch.worlds import Infos, Outcomes, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.factors import Factor, Setting
from darla_envs.description.layout import check_apart, check_domain, num_draws
from darla_envs.description.shapes import RADIUS
from darla_envs.description.tasks import ANYWHERE, SAMPLE_TRIES, find_task
from darla_envs.description.view import find_view
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.rooms.episode_seeds import EpisodeSeeds
from darla_envs.rooms.look_table import look_table
from darla_envs.rooms.moving import act, rules_of
from darla_envs.rooms.painting import paint, palette_table
from darla_envs.rooms.placing import complete_settings, place_table
from darla_envs.rooms.room_factors import RoomFactors
from darla_envs.rooms.room_pictures import RoomPictures
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.sampling import FOUND, OVERLAPPING, sample_rows
from darla_envs.rooms.setting_rows import (
    AGENT_X,
    AGENT_YAW,
    OBJECTS,
    PER_OBJECT,
    SHAPE,
    SettingRows,
    X,
)
from darla_envs.rooms.visible import camera_of

DomainLike = str | Mapping[str, Any] | Domain


class RoomWorlds(Worlds):
    """Rooms with objects whose every cause of the picture is a named factor.

    Each world lives through exactly the episodes of a single environment
    (:class:`darla_envs.single.world.FactorWorld`) with the same seed, settings and actions.

    Attributes:
        task: what the rooms are.
        factors: all factors by name.
        domain: where looks are drawn from.
        max_episode_steps: steps after which an episode is truncated.
        state: the rooms as they are now.
        setting_names: the settable factors, one for each column of a setting's row.
        factor_space: of :meth:`factor_observations`, for one world.
    """

    def __init__(
        self,
        task_id: str,
        num_worlds: int,
        domain: DomainLike = "source",
        max_episode_steps: int | None = None,
        obs_width: int = 64,
        obs_height: int = 64,
        num_threads: int | None = None,
        antialias: bool = True,
    ) -> None:
        """Make the worlds; each must be reset before it acts.

        Args:
            task_id: the id of one of this package's tasks.
            num_worlds: how many worlds.
            domain: a name (see ``darla_envs.description.domains.domain_names``), a Domain, or its
                dictionary.
            max_episode_steps: steps after which an episode is truncated; the task's when None.
            obs_width: width of pictures in pixels.
            obs_height: height of pictures in pixels.
            num_threads: threads that draw; as many as there are cores when None.
            antialias: average four samples a pixel, as MiniWorld does.

        Raises:
            ValueError: there is no such task or domain.
        """
        self.task = find_task(task_id)
        self.num_worlds = num_worlds
        self.factors = self.task.describe_factors()
        if max_episode_steps is None:
            max_episode_steps = self.task.max_episode_steps
        self.max_episode_steps = max_episode_steps
        self.observation_space = spaces.Box(0, 255, (obs_height, obs_width, 3), np.uint8)
        self.action_space = spaces.Discrete(3)
        self._rows = SettingRows(self.factors)
        self.setting_names = self._rows.names
        self._look_columns = np.array([_is_tint(self.factors[each]) for each in self._rows.names])
        self.state = RoomState.empty(self.task, num_worlds, len(self.setting_names))
        self._seeds = EpisodeSeeds(num_worlds)
        self._num_draws = num_draws(len(self.task.objects))
        self._start = place_table(self.task, self.factors, self.task.start)
        self._anywhere = place_table(self.task, self.factors, ANYWHERE)
        self._palettes = palette_table(self.task)
        self._rules = rules_of(self.task, self.max_episode_steps)
        self._reported = RoomFactors(self.task, self.state)
        self._pictures = RoomPictures(
            self.task, self.state, obs_height, obs_width, num_threads, antialias
        )
        self.factor_space = self._reported.observation_space
        self.set_domain(domain)

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; those under way stay as they are.

        Args:
            domain: a name, a Domain, or its dictionary.

        Raises:
            ValueError: there is no such domain, or it asks for what cannot be.
        """
        found = find_domain(self.task.task_id, domain)
        check_domain(found, self.factors, self.task.objects)
        view = find_view(self.task, found.camera)
        self._covering = self._pictures.covering(found.textures)
        self._camera = camera_of(view)
        self.domain, self._looks = found, look_table(found, self.task)

    def reset(
        self,
        chosen: np.ndarray,
        seeds: Sequence[int | None] | None = None,
        settings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Start an episode in each chosen world; see :meth:`darla_envs.batch.worlds.Worlds.reset`.

        Raises:
            ValueError: a factor is unknown, out of range, or a setting is impossible.
        """
        if settings is None:
            rows = np.full((len(chosen), len(self.setting_names)), np.nan)
        else:
            rows = self._rows.from_settings(settings)
        self._reset(chosen, rows, seeds)

    def reset_to(
        self, chosen: np.ndarray, rows: np.ndarray, seeds: Sequence[int | None] | None = None
    ) -> None:
        """Put the chosen worlds into settings, without dictionaries.

        Args:
            chosen: which worlds.
            rows: (n, S), one setting a world, as :meth:`sample_settings` gives them; NaN is drawn.
            seeds: as in :meth:`reset`.

        Raises:
            ValueError: a value is out of range, or a setting is impossible.
        """
        self._reset(chosen, self._rows.check(rows), seeds)

    def _reset(
        self, chosen: np.ndarray, fixed: np.ndarray, seeds: Sequence[int | None] | None
    ) -> None:
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
        state.cameras[chosen] = self._camera
        paint(chosen, state, self._palettes)
        self._pictures.cover(chosen, self._covering)

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

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds; see :meth:`darla_envs.batch.worlds.Worlds.draw`."""
        self._pictures.draw(self._checked(chosen), out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel is.

        Returns:
            Distances along the view, (n, H, W) float32 in metres, and entities, (n, H, W) int32:
            the index of the task's object, or -1 for the room.
        """
        return self._pictures.measure(self._checked(chosen))

    def close(self) -> None:
        """End the threads that draw."""
        self._pictures.close()

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return ``factors`` and ``is_success`` of each chosen world."""
        return self._reported.infos(self._checked(chosen))

    def factor_observations(self, chosen: np.ndarray) -> np.ndarray:
        """Return true states as ``single.factor_observation.FactorObservation`` does.

        Returns:
            (n, D) float32 in [-1, 1].
        """
        return self._reported.observations(self._checked(chosen))

    def sample_settings(
        self,
        rng: np.random.Generator,
        count: int,
        in_view: float | None = None,
        fixed: Mapping[str, Any] | None = None,
        per_look: int = 1,
    ) -> np.ndarray:
        """Draw possible settings of all factors from the domain, poses uniformly.

        These are the settings, and this the use of ``rng``, of single environments'
        ``sample_factors(fixed, in_view=wanted, rng=rng)`` with ``wanted = rng.random() < in_view``
        drawn before each (None for in_view None). With ``per_look`` K, that is how the first of K
        settings in a row is drawn; in the K - 1 that follow, its colours and light are fixed too.

        Args:
            rng: where they come from.
            count: how many.
            in_view: the share of settings with an object at least half visible; None leaves it to
                chance.
            fixed: values to keep in all of them.
            per_look: how many settings in a row look alike, but for the objects' shapes.

        Returns:
            (count, S) float64, one column for each of ``setting_names``; shapes as indices.

        Raises:
            ValueError: the fixed values are wrong, or leave nothing possible, or looks are to be
                kept although the domain's cases tie them to shapes.
        """
        if per_look > 1 and self.domain.cases:
            raise ValueError(
                f"domain {self.domain.name!r} ties looks to shapes by its cases, so that no look "
                "can be kept while shapes change; draw each setting with a look of its own"
            )
        given = self._rows.from_settings([fixed])[0]
        rows = np.empty((count, len(self.setting_names)))
        share = np.nan if in_view is None else float(in_view)
        result, row, wanted = sample_rows(
            rng,
            share,
            given,
            self._num_draws,
            self._looks,
            self._anywhere,
            self._camera,
            per_look,
            self._look_columns,
            rows,
        )
        if result == OVERLAPPING:
            self._raise_overlap(rows[row], given)
        if result != FOUND:
            raise ValueError(
                f"no setting with in_view={wanted} was found in {SAMPLE_TRIES} tries with "
                f"{self.settings_from(given[None])[0]}; fix fewer factors"
            )
        return rows

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


def _is_tint(factor: Factor) -> bool:
    """Whether a factor is of the look, but no object's shape."""
    return factor.role == "look" and not factor.categories


def _check_count(what: str, given: Sequence[Any] | np.ndarray, chosen: np.ndarray) -> None:
    """Raise a ValueError unless as much was given as there are chosen worlds."""
    if len(given) != len(chosen):
        raise ValueError(f"{len(given)} {what} were given for {len(chosen)} worlds; give one each")
