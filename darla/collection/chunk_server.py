"""What a worker process of a collection does: it makes chunks and writes them into the dataset."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import gymnasium as gym

from darla.collection.batched_chunks import make_chunk_maker, policy_that_suits
from darla.collection.chunk_maker import ChunkMaker
from darla.collection.config import CollectConfig
from darla.frames.writer import FrameWriter


@dataclass(frozen=True)
class Ready:
    """The worker's environment is made; ``attributes`` are what a dataset says about it."""

    attributes: dict[str, Any]
    policy: str
    """Which was asked for, or suits the environment."""


@dataclass(frozen=True)
class Progress:
    """So many more frames are made."""

    frames: int


@dataclass(frozen=True)
class Done:
    """A chunk is finished and on the disk."""


class Listener(Protocol):
    """Hears how far a worker is, such as its end of a pipe."""

    def send(self, message: Any) -> None:
        """Take a message."""


class ChunkServer:
    """The environment of one worker; the parent calls the public methods by their names.

    It reports progress to a listener: the worker's end of its pipe.
    """

    def __init__(self, config: CollectConfig, load_policy: str | None, listener: Listener) -> None:
        self._listener = listener
        with _gymnasiums_errors_are_users():
            self._policy = policy_that_suits(config)
            self._config = replace(config, policy=self._policy)
            self._config.check()
            self._maker: ChunkMaker = make_chunk_maker(self._config, load_policy)

    def describe(self) -> Ready:
        """Say that the environment is there, and what a dataset says about it."""
        return Ready(self._maker.attributes, self._policy)

    def make(self, index: int) -> Done:
        """Make a chunk and write it; reports :class:`Progress` on the way."""
        with _gymnasiums_errors_are_users():
            chunk = self._maker.make(index, lambda frames: self._listener.send(Progress(frames)))
        FrameWriter(self._config.path).write(index, chunk)
        return Done()

    def close(self) -> None:
        """Close the environment."""
        self._maker.close()


@contextmanager
def _gymnasiums_errors_are_users() -> Iterator[None]:
    """Turn errors of Gymnasium, such as a library that is missing, into ones that users mend."""
    try:
        yield
    except gym.error.Error as error:
        raise ValueError(str(error)) from error
