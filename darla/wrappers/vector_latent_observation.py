"""A Gymnasium vector wrapper: the pictures of all environments are encoded in one batch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from darla.alarm.calibration import Calibration
from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_alarm import KEY, LatentAlarm, alarm_for
from darla.wrappers.latent_memory import LatentMemory, StepMemory, memory_for
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureFunction, PictureObserver


class VectorLatentObservation(gym.vector.VectorWrapper[Any, Any, Any, Any, Any]):
    """Observations are latents (num_envs, z) float32 instead of pictures.

    Works in every autoreset mode. In same-step mode the last observations of episodes,
    ``infos["final_obs"]``, are encoded in the same batch as the first ones of the next. Where the
    encoder has a memory, latents are those of a frame given all before it in its episode, which
    begins as the environment's ``metadata["autoreset_mode"]`` says.

    Args:
        env: a vector environment that observes pictures, or a Dict with one, in any of the
            :mod:`darla.frames.picture_forms`.
        encoder, key, device, **options: as of :class:`darla.LatentObservation`, and so are errors.
        alarm, alarm_score: likewise. ``infos["alarm"]`` has ``score`` and ``raised`` of what each
            environment shows, and ``infos["final_info"]["alarm"]`` those of the last observations
            of episodes. A vector environment begins its episodes itself, so that only
            :class:`darla.LatentObservation`, around each of them, can end one.
    """

    def __init__(
        self,
        env: gym.vector.VectorEnv[Any, Any, Any],
        encoder: FrozenEncoder | str | Path,
        *,
        key: str | None = None,
        device: str = "cpu",
        alarm: Calibration | str | Path | None = None,
        alarm_score: str | None = None,
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        super().__init__(env)
        self.transform = LatentTransform(encoder, LatentOptions.from_dict(options), device=device)
        self._alarm = alarm_for(self.transform, alarm, alarm_score)
        seen = self._alarm or self.transform
        self._observer = PictureObserver(seen, env.single_observation_space, key)
        self.single_observation_space = self._observer.space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        mode = env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
        self._same_step = mode == AutoresetMode.SAME_STEP
        self._over = np.zeros(self.num_envs, dtype=bool)
        self._memory = memory_for(self.transform, env.single_action_space)
        self._steps = None if self._memory is None else StepMemory(self._memory, self.num_envs)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset the environments, all or those of a ``reset_mask``, and encode what they show."""
        mask = (options or {}).get("reset_mask")
        begun = np.arange(self.num_envs) if mask is None else np.flatnonzero(mask)
        observations, infos = self.env.reset(seed=seed, options=options)
        self._over[begun] = False
        function = None if self._memory is None else self._begins(self._memory, begun.tolist())
        encoded = self._observer.with_finals(observations, {}, function)[0]
        return encoded, self._with_alarms(infos, [])

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Step the environments; one forward pass encodes all that they show."""
        if self._steps is not None:
            self._steps.act(np.asarray(actions))
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        over = np.logical_or(terminations, truncations)
        finals = _final_observations(infos, over)
        # In next-step mode the first observation of an episode comes a step after the last one.
        begun = over if self._same_step else self._over
        self._over = over.copy()
        function = None
        if self._steps is not None:
            function = self._steps.step(np.flatnonzero(begun).tolist(), finals)
        encoded, encoded_finals = self._observer.with_finals(observations, finals, function)
        if encoded_finals:
            infos = {**infos, "final_obs": _as_objects(encoded_finals, self.num_envs)}
        return encoded, rewards, terminations, truncations, self._with_alarms(infos, [*finals])

    def _with_alarms(self, infos: dict[str, Any], ended: Sequence[int]) -> dict[str, Any]:
        """Return infos with what the alarm says, also of the last pictures of some environments."""
        if self._alarm is None:
            return infos
        count = self.num_envs
        told = _in_vector_form(self._alarm, range(count), range(count), count)
        if ended:
            last = _in_vector_form(self._alarm, ended, range(count, count + len(ended)), count)
            told["final_info"] = {**infos.get("final_info", {}), **last}
            told["_final_info"] = last[f"_{KEY}"]
        return {**infos, **told}

    def _begins(self, memory: LatentMemory, begun: list[int]) -> PictureFunction:
        """Return what encodes all after some were reset; the others are as they were."""

        def encode(frames: np.ndarray) -> np.ndarray:
            memory.begin(begun)
            memory.see(frames[begun], begun)
            return memory.held(range(self.num_envs))

        return encode


def _final_observations(infos: dict[str, Any], ended: np.ndarray) -> dict[int, Any]:
    """Return the last observation of each episode that has just ended, by environment.

    They are objects, or one array (or a Dict of them) with a row for each environment. Who reports
    no mask of those that there are has them for the episodes that ``ended``.
    """
    finals = infos.get("final_obs")
    if finals is None:
        return {}
    indices = np.flatnonzero(infos.get("_final_obs", ended)).tolist()
    if isinstance(finals, Mapping):
        return {i: {name: values[i] for name, values in finals.items()} for i in indices}
    return {i: finals[i] for i in indices if finals[i] is not None}


def _in_vector_form(
    alarm: LatentAlarm, environments: Sequence[int], rows: Sequence[int], num_envs: int
) -> dict[str, Any]:
    """Return what an alarm says of some rows, as infos of the environments they are of."""
    mask = np.zeros(num_envs, dtype=bool)
    scores, raised = np.zeros(num_envs), np.zeros(num_envs, dtype=bool)
    where, which = list(environments), list(rows)
    mask[where], scores[where], raised[where] = True, alarm.scores[which], alarm.raised[which]
    told = {"score": scores, "_score": mask, "raised": raised, "_raised": mask.copy()}
    return {KEY: told, f"_{KEY}": mask.copy()}


def _as_objects(finals: dict[int, Any], num_envs: int) -> np.ndarray:
    """Return the last observations as Gymnasium passes them on: an object or None for each."""
    objects = np.full(num_envs, None, dtype=object)
    for index, final in finals.items():
        objects[index] = final
    return objects
