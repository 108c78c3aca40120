"""Everything that was given on the command line, opened once: what questions are answered from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from darla.environments.words import read_looks
from darla.frames.dataset import FrameDataset
from darla_agents.explore.config import ExploreConfig
from darla_agents.explore.frame_book import FrameBook
from darla_agents.explore.named_encoders import NamedEncoder, open_encoders
from darla_agents.explore.settable_worlds import open_world
from darla_agents.playing.players import Player, find_player

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Opened:
    """What is explored. It does not change, so that threads may share it."""

    encoders: tuple[NamedEncoder, ...]
    frames: FrameBook
    player: Player | None
    """The agent to watch; None where none was given."""
    seed: int
    drawing: ThreadPoolExecutor
    """The one thread on which environments are made, stepped and drawn."""
    _measured: dict[Any, Any] = field(default_factory=dict)
    _locks: dict[Any, Lock] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)

    def bundle(self, index: int) -> NamedEncoder:
        """Return an encoder by its number; a ValueError where there is none."""
        if index >= len(self.encoders):
            raise ValueError(f"bundle is {index}; there are {len(self.encoders)} bundles")
        return self.encoders[index]

    def once(self, key: Any, measure: Callable[[], T]) -> T:
        """Return what a function returns, which is called once for each key, and never twice.

        Whoever asks meanwhile waits; what is raised is raised anew for the next who asks.
        """
        with self._locks.setdefault(key, Lock()):
            if key not in self._measured:
                self._measured[key] = measure()
            found: T = self._measured[key]
            return found

    def close(self) -> None:
        """Free environments and the thread that draws; closing twice is harmless."""
        self._closing.close()


def open_all(config: ExploreConfig) -> Opened:
    """Open what a configuration names.

    Raises:
        FileNotFoundError: there is no bundle, dataset or agent.
        ValueError: one is damaged, the environment cannot be made or offers no factors, the agent
            names a module that is not trusted, or a number is out of range.
    """
    config.check()
    encoders = open_encoders(config.bundles, config.device)
    dataset = None if config.data is None else FrameDataset.open(config.data)
    player = None if config.agent is None else _open_agent(config, config.agent)
    with ExitStack() as closing:
        drawing = ThreadPoolExecutor(1, thread_name_prefix="drawing")
        closing.callback(drawing.shutdown)

        def on_drawing_thread(do: Callable[[], Any]) -> Any:
            return drawing.submit(do).result()

        world = None
        if config.env is not None:
            spec = config.environment_of(config.env)
            world = on_drawing_thread(lambda: open_world(spec))
            closing.callback(on_drawing_thread, world.close)
        book = FrameBook(encoders, dataset, world, on_drawing_thread)
        return Opened(encoders, book, player, config.seed, drawing, _closing=closing.pop_all())


def _open_agent(config: ExploreConfig, folder: Path) -> Player:
    """Find the agent in a folder; looks are the agent's where no environment is explored."""
    found = find_player(folder, True, config.trust)
    player = found.in_looks(read_looks(config.looks) if config.env is None else None)
    assert player.spec is not None  # of all that are found
    if player.spec.traits.sees_factors:
        raise ValueError(f"the agent in {folder} sees true factors, not pictures")
    return player
