"""Gymnasium's face of a batch of environments: ``gym.make_vec`` of this package's tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import batch_space

from darla.running.names import nearest
from darla_envs.batch.batch import Batch, Finals, Start
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.infos import combine
from darla_envs.description.domain import Domain
from darla_envs.description.factors import Factor

_OPTIONS = ("reset_mask", "factors")


class BatchedVectorEnv(VectorEnv[Any, Any, Any]):
    """A vector environment that gives what Gymnasium's ``SyncVectorEnv`` gives, in every mode.

    Args:
        batch: the environments; closed with this one.
        render_mode: ``rgb_array`` or None. The pictures are those of observations.

    Raises:
        ValueError: there is no such render mode.
    """

    def __init__(self, batch: Batch, *, render_mode: str | None = None) -> None:
        if render_mode not in (None, "rgb_array"):
            raise ValueError(
                f"render_mode is {render_mode!r}, but environments that are simulated together "
                "know only 'rgb_array' and None"
            )
        self.batch = batch
        self.num_envs = batch.num_worlds
        self.render_mode = render_mode
        self.metadata = {
            "render_modes": ["rgb_array"],
            "render_fps": 30,
            "autoreset_mode": batch.autoreset_mode,
        }
        self.single_observation_space = batch.observation_space
        self.single_action_space = batch.action_space
        self.observation_space = batch_space(batch.observation_space, self.num_envs)
        self.action_space = batch_space(batch.action_space, self.num_envs)

    @property
    def domain(self) -> Domain | None:
        """Where looks are drawn from, if worlds of this process say so."""
        found = getattr(getattr(self.batch, "worlds", None), "domain", None)
        return found if isinstance(found, Domain) else None

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Start episodes.

        Args:
            seed: an integer is the first environment's, and the others have those that follow it;
                or one for each; None goes on with each environment's sequence of episodes.
            options: ``reset_mask``, a (num_envs,) bool array of those to reset, all without it;
                ``factors``, values by name: one for all, or an array (num_envs,) of one for each.

        Raises:
            ValueError: an option is unknown, a length is wrong, or a setting is impossible.
        """
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed))
            seed = [int(seed) + index for index in range(self.num_envs)]
        options = options or {}
        for name in options:
            if name not in _OPTIONS:
                known = ", ".join(_OPTIONS)
                raise ValueError(
                    f"unknown option {name!r}; {nearest(name, _OPTIONS)}known: {known}"
                )
        settings = self._settings(options.get("factors") or {})
        start = self.batch.reset(seed, settings, options.get("reset_mask"))
        return self._observation(start), start.infos

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Act in every environment; actions are (num_envs,) integers.

        Returns:
            Observations; rewards (num_envs,) float64; terminations and truncations, bool; infos,
            in same-step mode with ``final_obs`` and ``final_info`` of episodes that ended.
        """
        step = self.batch.step(actions)
        infos = step.infos
        if step.finals is not None:
            infos = {**infos, **self._final_infos(step.finals)}
        return self._observation(step), step.rewards, step.terminated, step.truncated, infos

    def render(self) -> tuple[np.ndarray, ...] | None:
        """Return every environment's picture (H, W, 3) uint8, or None without a render mode."""
        if self.render_mode is None:
            return None
        return tuple(self.batch.frames.copy())

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain."""
        self.batch.set_domain(domain)

    def close_extras(self, **kwargs: Any) -> None:
        """Close the batch."""
        self.batch.close()

    def _observation(self, shown: Start) -> Any:
        """Return what worlds show as a batched observation."""
        return self.batch.observation(shown.frames, shown.extras)

    def _final_infos(self, finals: Finals) -> dict[str, Any]:
        """Return the entries of infos about the episodes that ended, as ``SyncVectorEnv`` does."""
        observations = self._observation(finals)
        last = np.full(self.num_envs, None, dtype=object)
        for row, index in enumerate(finals.indices):
            if isinstance(observations, dict):
                last[index] = {name: values[row] for name, values in observations.items()}
            else:
                last[index] = observations[row]
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        ended[finals.indices] = True
        return {
            "final_obs": last,
            "_final_obs": ended,
            "final_info": combine([(finals.indices, finals.infos)], self.num_envs),
            "_final_info": ended.copy(),
        }

    def _settings(self, factors: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Return each environment's factors."""
        if not factors:
            return None
        columns = {}
        for name, given in factors.items():
            values = np.asarray(given)
            if values.ndim and values.shape != (self.num_envs,):
                raise ValueError(
                    f"factor {name} has shape {values.shape}; give one value, or one for each of "
                    f"the {self.num_envs} environments"
                )
            columns[name] = values.tolist() if values.ndim else [values.item()] * self.num_envs
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]


class SettableVectorEnv(BatchedVectorEnv):
    """A vector environment whose worlds can be put into settings drawn by the thousand.

    They are of a kind that samples settings, such as
    :class:`darla_envs.rooms.room_worlds.RoomWorlds`, in this process.
    """

    def __init__(self, batch: BatchedEnvs, *, render_mode: str | None = None) -> None:
        super().__init__(batch, render_mode=render_mode)
        self._batch = batch
        self._worlds: Any = batch.worlds

    @property
    def factors(self) -> dict[str, Factor]:
        """All factors by name, in the order in which infos report them."""
        factors: dict[str, Factor] = self._worlds.factors
        return factors

    @property
    def domain(self) -> Domain:
        """Where looks are drawn from."""
        domain: Domain = self._worlds.domain
        return domain

    def sample_settings(
        self,
        rng: np.random.Generator,
        count: int,
        in_view: float | None = None,
        per_look: int = 1,
        looks_per_state: int = 1,
        look_factors: Sequence[str] = (),
    ) -> np.ndarray:
        """Draw settings, (count, S) float64; :meth:`reset_to` takes up to ``num_envs`` at a time.

        See :meth:`darla_envs.rooms.room_worlds.RoomWorlds.sample_settings`.
        """
        twins = {"looks_per_state": looks_per_state, "look_factors": look_factors}
        rows: np.ndarray = self._worlds.sample_settings(
            rng, count, in_view, per_look=per_look, **twins
        )
        return rows

    def reset_to(
        self, rows: np.ndarray, frames: np.ndarray | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin episodes of the first n environments in settings; return their pictures and infos.

        See :meth:`darla_envs.batch.batched_envs.BatchedEnvs.reset_to`.
        """
        start = self._batch.reset_to(rows, frames)
        return start.frames, start.infos
