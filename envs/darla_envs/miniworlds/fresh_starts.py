"""Starts of episodes for frame collectors: each frame another room, some in a row in one look."""

from typing import Any, NamedTuple

import numpy as np

from darla_envs.description.domain import Domain
from darla_envs.miniworlds.drawn_looks import NUM_DRAWS, positions

IN_VIEW = 0.005  # share of the picture from which entities count as in view
_DIRECTIONS = 8  # looked into from each start; a picture is wider than an eighth of the circle
_TRIES = 4  # starts looked at for a frame; in a maze most show nothing, wherever one looks


class Shared(NamedTuple):
    """What some starts have in common."""

    states: np.ndarray
    """int64 (n,), the number of each start's state."""
    looks: np.ndarray
    """int64 (n,), the number of its look."""
    is_look: np.ndarray
    """bool (F,), which of the worlds' factors make the look; others belong to the state."""


def draw_starts(
    worlds: Any, rng: np.random.Generator, in_view: float | None, shared: Shared
) -> np.ndarray:
    """Draw seeds of episodes, turns of the agent at their starts, and looks from the domain.

    Frames of different episodes have nothing in common but their look. Two frames of one episode
    would have more: there the agent has only walked a little.

    Args:
        worlds: :class:`darla_envs.miniworlds.miniworlds.MiniWorlds`, which are reset while it is
            seen what starts show.
        rng: where all comes from.
        in_view: the share of starts that show an entity, or less where four episodes did not offer
            one, whatever way the agent was turned. None leaves it to chance, and turns nobody.
            It is that of the first look of each state: in others, and where some factors belong to
            the state, a camera that follows from the look may show another share.
        shared: which of n starts share their look, and which all else.

    Returns:
        (n, 2 + F) float64: a seed, degrees, and a value for each of the worlds' factors.
    """
    count = int(shared.states.max(initial=-1)) + 1
    rows = np.empty((len(shared.states), 2 + len(worlds.factors)))
    if isinstance(worlds.domain, Domain):
        looks = _looks(worlds.domain, rng, int(shared.looks.max(initial=-1)) + 1)
        rows[:, 2:] = looks[shared.looks]
    # What is in view depends on the camera, and so on the look: the first that a state is shown in.
    _, first = np.unique(shared.states, return_index=True)
    states = rows[first]
    states[:, 0], states[:, 1] = rng.integers(2**31, size=count), 0.0
    if in_view is not None:
        _turn_to_entities(worlds, rng, in_view, states)
    rows[:, :2] = states[shared.states, :2]
    if not shared.is_look.all():
        others = np.flatnonzero(~shared.is_look) + 2
        own = np.insert(_looks(worlds.domain, rng, count), [0, 0], 0.0, axis=1)
        rows[:, others] = own[shared.states][:, others]
    return rows


def _looks(domain: Domain, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw looks, (n, F) float64."""
    numbers = rng.random((count, NUM_DRAWS))
    return np.array([[*positions(domain, u).values()] for u in numbers])


def _turn_to_entities(
    worlds: Any, rng: np.random.Generator, in_view: float, states: np.ndarray
) -> None:
    """Turn agents so that a share of starts, (n, 2 + F), shows an entity; in place."""
    count = len(states)
    left, wanted = np.arange(count), rng.random(count) < in_view
    for _ in range(_TRIES):
        found = np.zeros(len(left), dtype=np.bool_)
        for start in range(0, len(left), worlds.num_worlds):
            part = slice(start, start + worlds.num_worlds)
            some = left[part]
            states[some, 1], found[part] = _directions(worlds, rng, states[some], wanted[some])
        left = left[~found]
        if not len(left):
            break
        states[left, 0] = rng.integers(2**31, size=len(left))


def _directions(
    worlds: Any, rng: np.random.Generator, starts: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose among directions from the starts of episodes, (n, 2 + F), one that shows the wanted.

    Return by how many degrees to turn, (n,), and whether that shows it, (n,) bool.
    """
    chosen = np.arange(len(starts))
    first = rng.random(len(starts)) * 360
    worlds.reset_to(chosen, np.column_stack([starts[:, 0], first, starts[:, 2:]]))
    turn = np.full(len(starts), 360 / _DIRECTIONS)
    fits = np.empty((_DIRECTIONS, len(starts)), dtype=np.bool_)
    for number in range(_DIRECTIONS):
        if number:
            worlds.turn(chosen, turn)
        _, entities = worlds.measure(chosen)
        fits[number] = ((entities >= 0).mean(axis=(1, 2)) >= IN_VIEW) == wanted
    # The largest of random numbers among those that fit, or of all where none does.
    best = np.argmax(rng.random(fits.shape) + fits, axis=0)
    return first + best * 360 / _DIRECTIONS, fits[best, chosen]
