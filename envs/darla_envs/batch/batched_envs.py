"""Worlds of this process with autoreset: one call steps, resets and draws all of them."""

from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batch import Batch, Finals, Start, Step
from darla_envs.batch.frame_slots import MOST_HELD, FrameSlots
from darla_envs.batch.infos import combine
from darla_envs.batch.worlds import Infos, Seeds, Settings, Worlds


class BatchedEnvs(Batch):
    """A batch of environments made of the worlds of one process.

    Args:
        worlds: what is simulated and drawn; closed with the batch.
        autoreset_mode: when worlds are reset after an episode's end; see
            :class:`darla_envs.batch.batch.Batch`.
        infos: whether resets and steps report infos; otherwise only the ends of episodes do,
            which is faster.
        slots: arrays (N, H, W, 3) uint8, C-contiguous, such as shared memory, in which whoever
            gives them chooses the current one before each reset and step; allocated when None, and
            then chosen here.
        finals: likewise for the last pictures of episodes, which are then the caller's only until
            the next step; allocated anew in each such step when None.
    """

    def __init__(
        self,
        worlds: Worlds,
        autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP,
        *,
        infos: bool = True,
        slots: FrameSlots | None = None,
        finals: np.ndarray | None = None,
    ) -> None:
        self._chooses_slots = slots is None
        if slots is None:
            shown = picture_space(worlds)
            shape = (worlds.num_worlds, *shown.shape)
            arrays = [np.zeros(shape, shown.dtype) for _ in range(MOST_HELD)]
            slots = FrameSlots(arrays, replaceable=True)
        super().__init__(
            worlds.observation_space,
            worlds.action_space,
            worlds.picture_key,
            autoreset_mode,
            worlds.num_worlds,
            slots,
        )
        self._drawn = slots.current
        self.worlds = worlds
        self._reports_all = infos
        self._finals = finals
        self._all = np.arange(worlds.num_worlds)
        self._actions = np.zeros(worlds.num_worlds, dtype=np.int64)

    def reset_to(self, rows: np.ndarray, frames: np.ndarray | None = None) -> Start:
        """Put the first n worlds into settings given as rows of numbers; return what these show.

        Args:
            rows: (n, S), as ``sample_settings`` of the worlds gives them, which must have it.
            frames: (n, H, W, 3) uint8, C-contiguous: receives the pictures; the batch's own then
                stay those of the last step or reset. They are the batch's own when None.

        Raises:
            ValueError: there are more rows than worlds, or a setting is impossible.
        """
        self._check_open()
        if len(rows) > self.num_worlds:
            raise ValueError(f"{len(rows)} settings are given for {self.num_worlds} worlds")
        chosen = self._all[: len(rows)]
        worlds: Any = self.worlds  # of a kind that knows rows
        worlds.reset_to(chosen, rows)
        if frames is None:
            self._draw(chosen)
            frames = self.frames[: len(rows)]
        else:
            self.worlds.draw(chosen, frames)
        self._ended[chosen] = False
        self._is_started |= len(rows) == self.num_worlds
        infos = self.worlds.infos(chosen) if self._reports_all else {}
        return Start(frames, self._extras(chosen), infos)

    def show(self) -> Start:
        """Show what all worlds showed last, in the slot that is the current one now."""
        self._draw(self._all[:0])
        return Start(self.frames, self._extras(self._all), {})

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain."""
        self._check_open()
        self.worlds.set_domain(domain)

    def close(self) -> None:
        """Close the worlds."""
        if not self.closed:
            self.worlds.close()
        super().close()

    def _reset(self, mask: np.ndarray, seeds: Seeds, settings: Settings) -> Start:
        """Reset the worlds of the mask, and draw them."""
        chosen = np.flatnonzero(mask)
        self.worlds.reset(
            chosen,
            None if seeds is None else [seeds[int(i)] for i in chosen],
            None if settings is None else [settings[int(i)] for i in chosen],
        )
        self._draw(chosen)
        infos = self._infos(chosen) if self._reports_all else {}
        return Start(self.frames, self._extras(self._all), infos)

    def _begin(self, actions: np.ndarray) -> None:
        """Keep the actions: all is done when the step is finished."""
        self._actions = actions

    def _finish(self) -> Step:
        """Reset worlds whose episode was over, let the others act, and draw all."""
        rewards = np.zeros(self.num_worlds)
        terminated, truncated = np.zeros((2, self.num_worlds), dtype=np.bool_)
        restarting, acting = np.flatnonzero(self._ended), np.flatnonzero(~self._ended)
        if len(restarting):
            self.worlds.reset(restarting)
        if len(acting):
            outcomes = self.worlds.step(acting, self._actions[acting])
            rewards[acting] = outcomes.rewards
            terminated[acting] = outcomes.terminated
            truncated[acting] = outcomes.truncated
        over = np.flatnonzero(terminated | truncated)
        is_same_step = self.autoreset_mode is AutoresetMode.SAME_STEP
        finals = self._restart(over) if is_same_step and len(over) else None
        self._draw(self._all)
        extras = self._extras(self._all)
        infos = self._step_infos(over)
        return Step(self.frames, extras, infos, rewards, terminated, truncated, finals)

    def _restart(self, over: np.ndarray) -> Finals:
        """Keep what worlds show at the end of their episodes, and begin the next."""
        frames = self._finals
        if frames is None:
            shown = picture_space(self.worlds)
            frames = np.empty((len(over), *shown.shape), shown.dtype)
        frames = frames[: len(over)]
        self.worlds.draw(over, frames)
        extras, infos = self._extras(over), self.worlds.infos(over)
        self.worlds.reset(over)
        return Finals(frames, extras, infos, over)

    def _step_infos(self, over: np.ndarray) -> Infos:
        """Return what a step reports: of all worlds, or of those whose episode ended."""
        if self._reports_all:
            return self._infos(self._all)
        if self.autoreset_mode is AutoresetMode.SAME_STEP or not len(over):
            return {}  # in same-step mode, finals tell about the ends
        return self._infos(over)

    def _infos(self, chosen: np.ndarray) -> Infos:
        """Return the infos of some worlds, with a row for each world of the batch."""
        infos = self.worlds.infos(chosen)
        if len(chosen) == self.num_worlds:
            return infos
        return combine([(chosen, infos)], self.num_worlds)

    def _extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return copies of what some worlds show besides the picture."""
        return {name: np.array(values) for name, values in self.worlds.extras(chosen).items()}

    def _draw(self, chosen: np.ndarray) -> None:
        """Draw some worlds; what the others show is copied where the pictures go elsewhere."""
        slots, before = self._slots, self._drawn
        self._drawn = slots.turn() if self._chooses_slots else slots.current
        frames = slots[self._drawn]
        if len(chosen) < self.num_worlds and self._drawn != before:
            frames[:] = slots[before]
        if not len(chosen):
            return
        first, last = int(chosen[0]), int(chosen[-1]) + 1
        if last - first == len(chosen):
            self.worlds.draw(chosen, frames[first:last])
            return
        drawn = np.empty((len(chosen), *frames.shape[1:]), dtype=frames.dtype)
        self.worlds.draw(chosen, drawn)
        frames[chosen] = drawn


def picture_space(worlds: Worlds) -> spaces.Box:
    """Return what the pictures in the worlds' observations are like: (H, W, 3) uint8, as a rule."""
    space = worlds.observation_space
    picture = space[worlds.picture_key or ""] if isinstance(space, spaces.Dict) else space
    assert isinstance(picture, spaces.Box)
    return picture
