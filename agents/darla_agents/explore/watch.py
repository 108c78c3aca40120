"""The tab Watch: an agent acts in a domain that one chooses, a step at a time or as a film.

Each browser tab that watches has a session of its own, by a number that it is told. There are few
at a time: the one that was used longest ago ends when another begins.
"""

import itertools
from collections import OrderedDict
from threading import Lock
from typing import Annotated

import msgspec

from darla_agents.explore.messages import Answer, Index, Message, Name
from darla_agents.explore.opened import Opened
from darla_agents.explore.watched_episode import GONE, WatchedEpisode, watched_with

MOST_SESSIONS = 4
MOST_STEPS = 16


class Start(Message, frozen=True):
    """Begin to watch, in a domain, the episode of a seed."""

    domain: Name
    seed: Index = 0
    deterministic: bool = True


class Step(Message, frozen=True):
    """Act so many times; fewer where the episode ends before."""

    session: Index
    steps: Annotated[int, msgspec.Meta(ge=1, le=MOST_STEPS)] = 1


class Look(Message, frozen=True):
    """Let the episode go on in the look of another domain."""

    session: Index
    domain: Name
    seed: Index = 0


class Sessions:
    """Episodes that are watched, by numbers that are never used again; threads may share them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._numbers = itertools.count(1)
        self._episodes: OrderedDict[int, WatchedEpisode] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._episodes)

    def start(self, opened: Opened, asked: Start) -> Answer:
        """Begin a session, and return its number and what is seen first."""
        player, encoder = watched_with(opened)
        work = opened.drawing

        def begin() -> WatchedEpisode:
            return WatchedEpisode(player, encoder, asked.domain, asked.seed, asked.deterministic)

        episode = work.submit(begin).result()
        with self._lock:
            number = next(self._numbers)
            self._episodes[number] = episode
            over = [
                self._episodes.popitem(last=False)[1]
                for _ in range(len(self._episodes) - MOST_SESSIONS)
            ]
        for each in over:
            work.submit(each.close).result()
        return {"session": number, "shown": [work.submit(episode.shown).result()]}

    def step(self, opened: Opened, asked: Step) -> Answer:
        """Act, and return what is seen after each step."""
        episode = self._find(asked.session)
        return {"shown": opened.drawing.submit(episode.act, asked.steps).result()}

    def look(self, opened: Opened, asked: Look) -> Answer:
        """Change the look, and return what is seen then."""
        episode = self._find(asked.session)
        said = opened.drawing.submit(episode.change_look, asked.domain, asked.seed).result()
        return {"said": said, "shown": [opened.drawing.submit(episode.shown).result()]}

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            over = [*self._episodes.values()]
            self._episodes.clear()
        for each in over:
            self._opened.drawing.submit(each.close).result()

    def _find(self, number: int) -> WatchedEpisode:
        """Return the episode of a session; a ValueError where it is over."""
        with self._lock:
            if number not in self._episodes:
                raise ValueError(GONE)
            self._episodes.move_to_end(number)
            return self._episodes[number]
