"""Starts of episodes for frame collectors: each frame another room, some in a row in one look."""

from typing import Any

import numpy as np

from darla_envs.description.domain import Domain
from darla_envs.miniworlds.drawn_looks import NUM_DRAWS, positions

IN_VIEW = 0.005  # share of the picture from which entities count as in view
_DIRECTIONS = 8  # looked into from each start; a picture is wider than an eighth of the circle
_TRIES = 4  # starts looked at for a frame; in a maze most show nothing, wherever one looks


def draw_starts(
    worlds: Any, rng: np.random.Generator, count: int, in_view: float | None, per_look: int
) -> np.ndarray:
    """Draw seeds of episodes, turns of the agent at their starts, and looks from the domain.

    Frames of different episodes have nothing in common but their look. Two frames of one episode
    would have more: there the agent has only walked a little.

    Args:
        worlds: :class:`darla_envs.miniworlds.miniworlds.MiniWorlds`, which are reset while it is
            seen what starts show.
        rng: where all comes from.
        count: how many; ``per_look`` of them in a row share their look.
        in_view: the share of starts that show an entity, or less where four episodes did not offer
            one, whatever way the agent was turned. None leaves it to chance, and turns nobody.
        per_look: see there.

    Returns:
        (count, 2 + F) float64: a seed, degrees, and a value for each of the worlds' factors.
    """
    rows = np.zeros((count, 2 + len(worlds.factors)))
    domain = worlds.domain
    if isinstance(domain, Domain):
        numbers = rng.random((-(-count // per_look), NUM_DRAWS))
        looks = np.array([[*positions(domain, u).values()] for u in numbers])
        rows[:, 2:] = np.repeat(looks, per_look, axis=0)[:count]
    rows[:, 0] = rng.integers(2**31, size=count)
    if in_view is None:
        return rows
    left, wanted = np.arange(count), rng.random(count) < in_view
    for _ in range(_TRIES):
        found = np.zeros(len(left), dtype=np.bool_)
        for start in range(0, len(left), worlds.num_worlds):
            part = slice(start, start + worlds.num_worlds)
            some = left[part]
            rows[some, 1], found[part] = _directions(worlds, rng, rows[some, 0], wanted[some])
        left = left[~found]
        if not len(left):
            break
        rows[left, 0] = rng.integers(2**31, size=len(left))
    return rows


def _directions(
    worlds: Any, rng: np.random.Generator, seeds: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose among directions from the starts of n episodes one that shows what is wanted.

    Return by how many degrees to turn, (n,), and whether that shows it, (n,) bool.
    """
    chosen = np.arange(len(seeds))
    worlds.reset(chosen, [int(seed) for seed in seeds])
    first = rng.random(len(seeds)) * 360
    turn = np.full(len(seeds), 360 / _DIRECTIONS)
    fits = np.empty((_DIRECTIONS, len(seeds)), dtype=np.bool_)
    for number in range(_DIRECTIONS):
        worlds.turn(chosen, turn if number else first)
        _, entities = worlds.measure(chosen)
        fits[number] = ((entities >= 0).mean(axis=(1, 2)) >= IN_VIEW) == wanted
    # The largest of random numbers among those that fit, or of all where none does.
    best = np.argmax(rng.random(fits.shape) + fits, axis=0)
    return first + best * 360 / _DIRECTIONS, fits[best, chosen]
