"""Latents in place of the pictures of many environments."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack, is_vecenv_wrapped

from darla.alarm.calibration import Calibration
from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.episode_latents import episodes_of
from darla.wrappers.latent_alarm import KEY, alarm_for
from darla.wrappers.latent_memory import StepMemory
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureFunction, PictureObserver
from darla.wrappers.sb3.terminal_observations import terminal_observations
from darla.wrappers.sb3.vec_observer import VecObserver


class VecLatent(VecObserver):
    """Observations are latents (num_envs, z) float32, of one forward pass, instead of pictures.

    Put ``VecFrameStack`` or ``VecNormalize`` around this, not below it.

    Args:
        venv: a vector environment that observes pictures, or a Dict with one, in any of the
            :mod:`darla.frames.picture_forms`, and that does not stack them.
        encoder, key, device, **options: as of :class:`darla.LatentObservation`, and so are errors.
            The device may differ from the policy's: small policies belong on the CPU.
        resampled: latents that hold the look, by index, to be those of a frame of D_U in each
            episode. Only for learning: agents are tested with the latents as they are. See
            ``darla.wrappers.look_resampling``.
        repaint: decode what results into a picture, and encode this again.
        seed: of the looks that are drawn.
        alarm, alarm_score: as of :class:`darla.LatentObservation`. ``infos[i]["alarm"]`` says how
            strange the picture is that a step led to, also where it is the last of its episode; of
            first pictures ``reset_infos`` do. A vector environment begins its episodes itself, so
            that only :class:`darla.LatentObservation`, around each of them, can end one.
    """

    def __init__(
        self,
        venv: VecEnv,
        encoder: FrozenEncoder | str | Path,
        *,
        key: str | None = None,
        resampled: Sequence[int] = (),
        repaint: bool = False,
        seed: int | None = None,
        device: str = "cpu",
        alarm: Calibration | str | Path | None = None,
        alarm_score: str | None = None,
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        if is_vecenv_wrapped(venv, VecFrameStack):  # of grey pictures, three look like one of RGB
            raise ValueError("pictures are stacked; put VecFrameStack around VecLatent, not below")
        if alarm is not None and len(resampled):
            raise ValueError(
                "an alarm is of the pictures that environments show, and resampled latents are of "
                "other looks; leave one of the two out"
            )
        self.transform = LatentTransform(encoder, LatentOptions.from_dict(options), device=device)
        self._alarm = alarm_for(self.transform, alarm, alarm_score)
        seen = self._alarm or self.transform
        super().__init__(venv, PictureObserver(seen, venv.observation_space, key))
        each = venv.action_space, venv.num_envs
        self._episodes = episodes_of(self.transform, *each, resampled, repaint, seed)

    def step_async(self, actions: np.ndarray) -> None:
        """Begin a step; a memory is told what is done."""
        if isinstance(self._episodes, StepMemory):
            self._episodes.act(actions)
        super().step_async(actions)

    def reset(self) -> Any:
        """Reset the environments, and encode what they show."""
        encoded = super().reset()
        self._tell_of_first(range(self.num_envs))
        return encoded

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the step, and encode observations and terminal observations in one batch."""
        encoded, rewards, dones, infos = super().step_wait()
        if self._alarm is None:
            return encoded, rewards, dones, infos
        self._tell_of_first(np.flatnonzero(dones).tolist())
        rows = {number: number for number in range(self.num_envs)}
        rows |= {
            number: self.num_envs + place
            for place, number in enumerate(terminal_observations(dones, infos))
        }
        told = [{**infos[number], KEY: self._alarm.told(row)} for number, row in rows.items()]
        return encoded, rewards, dones, told

    def _tell_of_first(self, begun: Iterable[int]) -> None:
        """Say of the first pictures of episodes what the alarm says, if there is one."""
        if self._alarm is not None:
            for number in begun:
                below = self.venv.reset_infos[number]
                self.reset_infos[number] = {**below, KEY: self._alarm.told(number)}

    def _function_after_reset(self) -> PictureFunction | None:
        """Begin all episodes, if they have a look or a memory of their own."""
        return None if self._episodes is None else self._episodes.begin()

    def _function_after_step(
        self, ended: Sequence[int], finals: Mapping[int, Any]
    ) -> PictureFunction | None:
        """Do the same of the episodes that begin."""
        return None if self._episodes is None else self._episodes.step(ended, finals)
