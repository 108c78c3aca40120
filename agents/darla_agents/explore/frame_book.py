"""The frames that can be looked at: those of bundles, of the dataset and of the environment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla_agents.explore.messages import Drawn, FrameRef, Recorded, Reference
from darla_agents.explore.named_encoders import NamedEncoder
from darla_agents.explore.settable_worlds import SettableWorld

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class FrameBook:
    """Finds the frame that a message means; nothing that it says is a path."""

    encoders: Sequence[NamedEncoder]
    dataset: FrameDataset | None
    world: SettableWorld | None
    on_drawing_thread: Callable[[Callable[[], Any]], Any]

    def read(self, frame: FrameRef) -> np.ndarray:
        """Return the frame, uint8 (H, W, 3), in the size in which it is kept or drawn.

        Raises:
            ValueError: there is no such frame.
        """
        if isinstance(frame, Recorded):
            return self._recorded(frame.row)
        if isinstance(frame, Drawn):
            return self._drawn(frame)
        return self._reference(frame)

    def need_dataset(self) -> FrameDataset:
        """Return the dataset; a ValueError where none was given."""
        if self.dataset is None:
            raise ValueError("no dataset was given; start again with --data FRAMES")
        return self.dataset

    def need_world(self) -> SettableWorld:
        """Return the environment; a ValueError where none was given."""
        if self.world is None:
            raise ValueError("no environment was given; start again with --env ID")
        return self.world

    def drawn(self, draw: Callable[[SettableWorld], T]) -> T:
        """Return what a function makes of the environment, on the thread that draws."""
        world = self.need_world()
        made: T = self.on_drawing_thread(lambda: draw(world))
        return made

    def _recorded(self, row: int) -> np.ndarray:
        """Return a frame of the dataset."""
        dataset = self.need_dataset()
        if row >= len(dataset):
            raise ValueError(f"row is {row}; the dataset has rows 0 to {len(dataset) - 1}")
        frame: np.ndarray = read_rows(dataset, np.array([row]), dataset.shape[1:3])[0]
        return frame

    def _drawn(self, frame: Drawn) -> np.ndarray:
        """Return a frame of the environment."""
        pictures, _ = self.drawn(lambda world: world.draw(frame.domain, [frame.setting]))
        picture: np.ndarray = pictures[0]
        return picture

    def _reference(self, frame: Reference) -> np.ndarray:
        """Return a frame that a bundle carries."""
        if frame.bundle >= len(self.encoders):
            raise ValueError(f"bundle is {frame.bundle}; there are {len(self.encoders)} bundles")
        frames = self.encoders[frame.bundle].encoder.reference_frames
        if frame.row >= len(frames):
            raise ValueError(f"row is {frame.row}; the bundle carries rows 0 to {len(frames) - 1}")
        found: np.ndarray = frames[frame.row]
        return found
