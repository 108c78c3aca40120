"""Many worlds of one of Procgen's games, in which each episode has a level and a look of its own.

EnvPool steps rows of one look together, and a row goes on to its next level at little cost; what is
slow is to make rows. So worlds that are given seeds together live in the same pools, one for each
look that their domain draws, in each of which every one of them has a row.
"""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from gymnasium import spaces

from darla.running.names import lookup
from darla_envs.batch.restylings import Restylings, restyling_in
from darla_envs.batch.worlds import Infos, Outcomes, Seeds, Settings, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.procgen_domains import NUM_DRAWS, ProcgenLook, drawn_look
from darla_envs.description.procgen_tasks import MODES, NUM_ACTIONS, PROCGEN_TASKS, SIDE
from darla_envs.description.usual_domains import SOURCE
from darla_envs.procgen.pools import Pool, Shown, game_id, load_envpool

_LARGEST_SEED = 2**31 - 2  # that EnvPool takes


class ProcgenWorlds(Worlds):
    """Worlds of one of Procgen's games, in looks and levels that each episode draws from a domain.

    Observations are pictures, (64, 64, 3) uint8, and actions are 15 whole numbers. Procgen
    truncates episodes after 1,000 steps. ``infos`` report the ``level``'s number and
    ``is_success``, whether the level was solved in the last step.

    The levels and looks of a world's episodes follow from its seed alone: with the same seeds two
    domains of the same levels, whose looks are one each, show the same levels.

    Attributes:
        task: which game.
        domain: where looks and levels are drawn from.
    """

    def __init__(
        self,
        task_id: str,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
        num_threads: int | None = None,
        mode: str | None = None,
    ) -> None:
        """Make worlds; each must be reset first.

        Args:
            task_id: a key of :data:`darla_envs.description.procgen_tasks.PROCGEN_TASKS`.
            num_worlds: how many.
            domain: a name, a Domain or its dictionary.
            max_episode_steps: after which an episode is truncated, if Procgen has not ended it.
            num_threads: that simulate and draw; as many as there are cores when None.
            mode: ``easy`` or ``hard``; the game's own when None.

        Raises:
            ValueError: EnvPool or Qt is not installed, or there is no such game, domain or mode, or
                a number is too small.
        """
        self.task = lookup("task", task_id, PROCGEN_TASKS)
        mode = (
            self.task.mode if mode is None else lookup("mode", mode, {each: each for each in MODES})
        )
        for name, given in (("max_episode_steps", max_episode_steps), ("num_threads", num_threads)):
            if given is not None and given < 1:
                raise ValueError(f"{name} is {given}, but must be at least 1")
        self.set_domain(domain)
        load_envpool()  # an error, if there is one, comes now
        self._game, self._limit = game_id(self.task.name, mode), max_episode_steps
        self._num_threads = num_threads or len(os.sched_getaffinity(0))
        self.num_worlds = num_worlds
        self.observation_space = spaces.Box(0, 255, (SIDE, SIDE, 3), np.uint8)
        self.action_space = spaces.Discrete(NUM_ACTIONS)
        self._cohorts: list[_Cohort | None] = [None] * num_worlds
        self._rows = np.zeros(num_worlds, np.int64)  # in the pools of the cohort
        self._pools: list[Pool | None] = [None] * num_worlds  # of the episodes under way
        self._seeds, self._episodes = np.zeros((2, num_worlds), np.int64)
        self._pictures = np.zeros((num_worlds, SIDE, SIDE, 3), np.uint8)
        self._steps, self._levels = np.zeros((2, num_worlds), np.int64)
        self._completed = np.zeros(num_worlds, np.bool_)
        self._restylings = Restylings()

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; those under way stay as they are."""
        found = find_domain(self.task.task_id, domain)
        assert isinstance(found, Domain)  # as of all these games
        self.domain = found

    def reset(self, chosen: np.ndarray, seeds: Seeds = None, settings: Settings = None) -> None:
        """Start episodes; see :meth:`darla_envs.batch.worlds.Worlds.reset`."""
        if settings is not None and any(settings):
            raise ValueError(
                f"{self.task.task_id} has no factors that could be set: a level's number decides "
                "all; reset it without factors"
            )
        chosen = np.asarray(chosen, np.int64)
        self._episodes[chosen] += 1
        self._seed(chosen, [None] * len(chosen) if seeds is None else seeds)
        looks = [self._draw_look(world) for world in chosen.tolist()]
        for world, look in zip(chosen.tolist(), looks, strict=True):
            cohort = self._cohorts[world]
            assert cohort is not None  # since it has a seed
            self._pools[world] = cohort.pool(look)
        self._steps[chosen] = 0
        for pool, worlds in self._by_pool(chosen):
            self._keep(worlds, pool.reset(self._rows[worlds]))
        if self.domain.restyle or self._restylings:
            self._restyle(chosen)

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds; see :meth:`darla_envs.batch.worlds.Worlds.step`."""
        chosen, actions = np.asarray(chosen, np.int64), np.asarray(actions)
        rewards = np.zeros(self.num_worlds)
        terminated, truncated = np.zeros((2, self.num_worlds), np.bool_)
        acting = np.zeros(self.num_worlds, actions.dtype)
        acting[chosen] = actions
        self._steps[chosen] += 1
        for pool, worlds in self._by_pool(chosen):
            shown = pool.step(self._rows[worlds], acting[worlds])
            self._keep(worlds, shown)
            rewards[worlds], terminated[worlds] = shown.rewards, shown.terminated
            truncated[worlds] = shown.truncated
        if self._limit is not None:
            truncated[chosen] |= self._steps[chosen] >= self._limit
        truncated &= ~terminated
        return Outcomes(rewards[chosen], terminated[chosen], truncated[chosen])

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Show the chosen worlds; EnvPool has drawn them already."""
        np.take(self._pictures, chosen, axis=0, out=out)
        if self._restylings:
            self._restylings.apply(np.asarray(chosen), self._steps[chosen], out)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return the level of each chosen world, and whether it was solved just now."""
        told = np.ones(len(chosen), np.bool_)
        return {
            "level": self._levels[chosen],
            "_level": told,
            "is_success": self._completed[chosen],
            "_is_success": told.copy(),
        }

    def close(self) -> None:
        """Let go of EnvPool's environments, which ends their threads."""
        self._cohorts = [None] * self.num_worlds
        self._pools = [None] * self.num_worlds

    def _seed(self, chosen: np.ndarray, seeds: Sequence[int | None]) -> None:
        """Begin new sequences of episodes where a seed is given, or none was before."""
        begun = []
        for world, seed in zip(chosen.tolist(), seeds, strict=True):
            if seed is None and self._cohorts[world] is not None:
                continue
            entropy = np.random.SeedSequence(None if seed is None else int(seed))
            self._seeds[world] = int(entropy.generate_state(1)[0]) % _LARGEST_SEED
            self._episodes[world] = 0
            begun.append(world)
        if begun:
            cohort = _Cohort(self._game, self._seeds[begun].tolist(), self._num_threads)
            for row, world in enumerate(begun):
                self._cohorts[world], self._rows[world] = cohort, row

    def _draw_look(self, world: int) -> ProcgenLook:
        """Draw the look of a world's episode."""
        seed = [int(self._seeds[world]), int(self._episodes[world])]
        return drawn_look(self.domain, np.random.default_rng(seed).random(NUM_DRAWS))

    def _by_pool(self, chosen: np.ndarray) -> Iterator[tuple[Pool, np.ndarray]]:
        """Return the pools that chosen worlds live in, each with its worlds, (n,) and growing."""
        of: dict[int, tuple[Pool, list[int]]] = {}
        for world in chosen.tolist():
            pool = self._pools[world]
            assert pool is not None, "a world is reset before it is acted in"
            of.setdefault(id(pool), (pool, []))[1].append(world)
        for pool, worlds in of.values():
            yield pool, np.array(worlds, np.int64)

    def _keep(self, worlds: np.ndarray, shown: Shown) -> None:
        """Keep what some worlds show, until their next step."""
        self._pictures[worlds] = shown.pictures
        self._levels[worlds], self._completed[worlds] = shown.levels, shown.completed

    def _restyle(self, chosen: np.ndarray) -> None:
        """Begin what befalls the pictures of the episodes of chosen worlds."""
        for world in chosen.tolist():
            start = np.array([self._seeds[world], self._episodes[world]], np.float64)
            self._restylings.begin(world, restyling_in(start, self.domain))


class _Cohort:
    """Worlds that were given their seeds together: a row in each of their pools."""

    def __init__(self, game: str, seeds: Sequence[int], num_threads: int) -> None:
        self._game, self._seeds, self._num_threads = game, seeds, num_threads
        self._pools: dict[ProcgenLook, Pool] = {}

    def pool(self, look: ProcgenLook) -> Pool:
        """Return the pool of a look, which is made when it is first needed."""
        if look not in self._pools:
            self._pools[look] = Pool(self._game, look, self._seeds, self._num_threads)
        return self._pools[look]
