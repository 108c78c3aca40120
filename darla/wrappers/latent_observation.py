"""A Gymnasium wrapper: the picture that an environment shows becomes an encoder's latents."""

from pathlib import Path
from typing import Any, Unpack

import gymnasium as gym
import numpy as np
from gymnasium.utils import RecordConstructorArgs

from darla.alarm.calibration import Calibration
from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_alarm import KEY, LatentAlarm, alarm_for, check_stop_after
from darla.wrappers.latent_memory import memory_for
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureObserver


class LatentObservation(gym.ObservationWrapper[Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Observations are latents (z,) float32 instead of pictures.

    In a Dict observation the picture's entry is replaced and all others are passed on. The spec
    records the bundle's folder and never the network, so ``env.spec.to_json()`` and
    ``gym.make(env.spec)`` work. For many environments at once prefer
    :class:`darla.VectorLatentObservation` or :class:`darla.VecLatent`, which encode all in one
    batch. Where the encoder has a memory, latents are those of a frame given all before it in its
    episode; what encodes observations is then :meth:`reset` and :meth:`step`.

    Args:
        env: an environment that observes pictures, or a Dict with one, in any of the
            :mod:`darla.frames.picture_forms`.
        encoder: a bundle's folder, or an encoder that is already loaded.
        key: the picture's entry in a Dict; needed only when there are several.
        device: where a bundle given by its folder is put: "cpu", "cuda" or "auto".
        alarm: a calibration of :func:`darla.uses.calibrate`, or its file. ``info["alarm"]`` then
            says how strange each picture is to the encoder, ``{"score": float, "raised": bool}``.
        alarm_score: which score raises it; see :class:`darla.wrappers.latent_alarm.LatentAlarm`.
        stop_after: truncate the episode when the alarm has been raised at so many observations in a
            row; ``info["alarm"]["stopped"]`` says so. None never does.
        **options: how latents are shown: ``standardize``, ``zero_dead``, ``masked``, ``removed``
            and ``precision`` of :class:`darla.LatentOptions`.

    Raises:
        ValueError: the observation holds no picture that can be encoded, an option is unknown,
            there is no latent of an index given, or an encoder with memory has learnt of other
            actions; the alarm is not calibrated for this encoder, or there is none to stop after.
        FileNotFoundError: there is no bundle in that folder, or no file of a calibration.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        encoder: FrozenEncoder | str | Path,
        *,
        key: str | None = None,
        device: str = "cpu",
        alarm: Calibration | str | Path | None = None,
        alarm_score: str | None = None,
        stop_after: int | None = None,
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        check_stop_after(stop_after, alarm)
        transform = LatentTransform(encoder, LatentOptions.from_dict(options), device=device)
        known = alarm_for(transform, alarm, alarm_score)
        observer = PictureObserver(known or transform, env.observation_space, key)
        memory = memory_for(transform, env.action_space)
        RecordConstructorArgs.__init__(
            self,
            encoder=transform.path,
            key=key,
            device=device,
            alarm=_file_of(known),
            alarm_score=alarm_score,
            stop_after=stop_after,
            **transform.options.to_dict(),
        )
        super().__init__(env)
        self.transform = transform
        self.observation_space = observer.space
        self._observer = observer
        self._memory = memory
        self._alarm, self._stop_after, self._in_a_row = known, stop_after, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode, and encode what it shows."""
        if self._memory is not None:
            self._memory.begin([0])
        observation, info = super().reset(seed=seed, options=options)
        self._in_a_row = 0
        return observation, self._with_alarm(info)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Act, and encode what comes of it."""
        if self._memory is not None:
            self._memory.act([0], np.asarray(action)[None])
        observation, reward, terminated, truncated, info = super().step(action)
        info = self._with_alarm(info)
        if self._stop_after is not None:
            stopped = self._in_a_row >= self._stop_after
            truncated = truncated or stopped
            info[KEY]["stopped"] = stopped
        return observation, reward, terminated, truncated, info

    def _with_alarm(self, info: dict[str, Any]) -> dict[str, Any]:
        """Return an info with what the alarm says of the last picture, if there is one."""
        if self._alarm is None:
            return info
        told = self._alarm.told(0)
        self._in_a_row = self._in_a_row + 1 if told["raised"] else 0
        return {**info, KEY: told}

    def observation(self, observation: Any) -> Any:
        """Encode one observation; with memory, the next one of the episode."""
        memory = self._memory
        if memory is None:
            return self._observer.single(observation)
        return self._observer.single(observation, lambda frames: memory.see(frames, [0]))


def _file_of(alarm: LatentAlarm | None) -> str | None:
    """Return the file of an alarm's calibration as text; None where there is none."""
    path = None if alarm is None else alarm.calibration.path
    return None if path is None else str(path)
