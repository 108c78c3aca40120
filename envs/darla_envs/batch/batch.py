"""What every batch of environments offers, in this process or in workers: reset and step."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import error, spaces
from gymnasium.vector import AutoresetMode

from darla_envs.batch.frame_slots import FrameSlots
from darla_envs.batch.worlds import Infos, Seeds, Settings


@dataclass(frozen=True)
class Start:
    """What the N worlds show after a reset.

    Attributes:
        frames: (N, H, W, 3) uint8; the receiver's to keep.
        extras: the entries of a Dict observation besides the picture, (N, ...) each.
        infos: of the worlds that were reset, or of all, in Gymnasium's vector form with N rows.
    """

    frames: np.ndarray
    extras: dict[str, np.ndarray]
    infos: Infos


@dataclass(frozen=True)
class Finals(Start):
    """The last views of the m episodes that ended in a step, whose worlds have been reset.

    ``indices``, (m,) int64 and growing, say whose; frames, extras and infos have m rows.
    """

    indices: np.ndarray


@dataclass(frozen=True)
class Step(Start):
    """What one step of all N worlds led to, besides what they show.

    Attributes:
        rewards: (N,) float64.
        terminated: (N,) bool.
        truncated: (N,) bool.
        finals: in same-step mode, the last views of episodes that ended; None when none did.
    """

    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    finals: Finals | None


class Batch(ABC):
    """N environments that are reset and stepped together; an episode's end is followed by a reset.

    When that happens is the autoreset mode: in the next step, whose action that world ignores
    (NEXT_STEP), in the same step (SAME_STEP), or when :meth:`reset` is told to (DISABLED).

    Attributes:
        num_worlds: how many there are, N.
        observation_space: of one world.
        action_space: of one world.
        picture_key: the picture's entry in a Dict observation; None when it is the observation.
        autoreset_mode: see above.
        closed: whether the batch has been closed, or has ended after an error.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        picture_key: str | None,
        autoreset_mode: AutoresetMode,
        num_worlds: int,
        slots: FrameSlots,
    ) -> None:
        self.num_worlds = num_worlds
        self.observation_space = observation_space
        self.action_space = action_space
        self.picture_key = picture_key
        self.autoreset_mode = autoreset_mode
        self.closed = False
        self._slots = slots
        self._ended = np.zeros(self.num_worlds, dtype=np.bool_)
        self._is_started = False
        self._is_stepping = False

    @property
    def frames(self) -> np.ndarray:
        """The pictures of all worlds as they are now, (N, H, W, 3) uint8; the receiver's to keep.

        They are drawn elsewhere from then on, for as long as anybody holds them.
        """
        return self._slots.frames

    def reset(
        self, seeds: Seeds = None, settings: Settings = None, mask: np.ndarray | None = None
    ) -> Start:
        """Start an episode in all worlds, or in those of a mask, (N,) bool.

        A step under way is finished and forgotten.

        Raises:
            ValueError: lengths are wrong, the mask is empty, or a setting is impossible.
            TypeError: the mask is no bool array.
        """
        if self._is_stepping:
            self.step_wait()
        self._check_open()
        for name, given in (("seeds", seeds), ("settings", settings)):
            if given is not None and len(given) != self.num_worlds:
                raise ValueError(
                    f"{len(given)} {name} are given for {self.num_worlds} worlds; give one a world"
                )
        mask = np.ones(self.num_worlds, dtype=np.bool_) if mask is None else self._check_mask(mask)
        seeds = None if seeds is None else list(seeds)
        start = self._reset(mask, seeds, None if settings is None else list(settings))
        self._ended[mask] = False
        self._is_started = True
        return start

    def step(self, actions: Any) -> Step:
        """Act in all worlds; see :meth:`step_async` and :meth:`step_wait`."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: Any) -> None:
        """Begin a step with (N,) integers as actions.

        Raises:
            ValueError: an action is none, or (DISABLED) a world's episode is over.
            gymnasium.error.ResetNeeded: nothing was reset yet.
        """
        self._check_open()
        if self._is_stepping:
            message = "a step is under way already: call step_wait() before the next"
            raise error.AlreadyPendingCallError(message, "step")
        if not self._is_started:
            raise error.ResetNeeded("step() before the first reset(): call reset() first")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            raise ValueError(
                f"the episodes of worlds {np.flatnonzero(self._ended).tolist()} are over and "
                "autoreset is disabled: reset these worlds with a mask before the next step"
            )
        self._begin(self._check_actions(actions))
        self._is_stepping = True

    def step_wait(self) -> Step:
        """Finish the step that was begun.

        Raises:
            gymnasium.error.NoAsyncCallError: none was.
        """
        self._check_open()
        if not self._is_stepping:
            raise error.NoAsyncCallError("no step is under way: call step_async() first", "step")
        self._is_stepping = False
        step = self._finish()
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._ended = step.terminated | step.truncated
        return step

    def observation(self, frames: np.ndarray, extras: Mapping[str, np.ndarray]) -> Any:
        """Return pictures and extras of n worlds as the batched observation that they are."""
        if not isinstance(self.observation_space, spaces.Dict):
            return frames
        return {
            name: frames if name == self.picture_key else extras[name]
            for name in self.observation_space
        }

    @abstractmethod
    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain.

        Raises:
            ValueError: the worlds have no such domain.
        """

    def close(self) -> None:
        """Free what the batch holds; closing twice is harmless."""
        self.closed = True

    @abstractmethod
    def _reset(self, mask: np.ndarray, seeds: Seeds, settings: Settings) -> Start:
        """Start an episode in each world of the mask, (N,) bool."""

    @abstractmethod
    def _begin(self, actions: np.ndarray) -> None:
        """Begin a step of all worlds."""

    @abstractmethod
    def _finish(self) -> Step:
        """Finish the step that was begun, and return what it led to."""

    def _check_open(self) -> None:
        """Raise an error if the batch was closed."""
        if self.closed:
            raise error.ClosedEnvironmentError("these environments are closed: make new ones")

    def _check_mask(self, mask: Any) -> np.ndarray:
        """Return a reset mask, (N,) bool, after checking it."""
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            kind = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
            raise TypeError(f"a reset mask must be a NumPy array of bool, not {kind}")
        if mask.shape != (self.num_worlds,):
            raise ValueError(f"a reset mask of {self.num_worlds} worlds has shape {mask.shape}")
        if not mask.any():
            raise ValueError("a reset mask chooses no world; set at least one entry to True")
        if not self._is_started and not mask.all():
            raise error.ResetNeeded("the first reset must be of all worlds: leave the mask out")
        return mask

    def _check_actions(self, given: Any) -> np.ndarray:
        """Return actions, one a world, as an array; a ValueError says what is wrong with them."""
        actions: np.ndarray = np.asarray(given)
        if actions.shape != (self.num_worlds,) or actions.dtype.kind not in "iu":
            raise ValueError(
                f"actions of {self.num_worlds} worlds must be as many integers, not an array of "
                f"{actions.dtype} with shape {actions.shape}"
            )
        if isinstance(self.action_space, spaces.Discrete):
            first, count = int(self.action_space.start), int(self.action_space.n)
            wrong = np.flatnonzero((actions < first) | (actions >= first + count))
            if len(wrong):
                raise ValueError(
                    f"action {actions[wrong[0]]} of world {wrong[0]} is none of "
                    f"{first} to {first + count - 1}"
                )
        return actions


def find_autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    """Return the mode of a name.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return AutoresetMode(mode)
    except ValueError:
        known = ", ".join(each.value for each in AutoresetMode)
        raise ValueError(f"unknown autoreset_mode {mode!r}; known: {known}") from None
