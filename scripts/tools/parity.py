"""Compare the pictures of batched MiniWorld worlds with those that MiniWorld draws itself."""

import contextlib
import io
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

NEAR = 8  # grey levels; a pixel this near in all channels counts as the same
MOST_MEAN, LEAST_SHARE, MOST_FRAME_MEAN = 2.0, 0.97, 4.0
_EVERY = 5  # steps between poses
_PATIENCE = 60  # steps for each pose wanted before one without an entity is good enough
_EPISODE = 25  # steps after which another episode begins


@dataclass(frozen=True)
class CompareConfig:
    """Compare the batched renderer with MiniWorld's own on random poses."""

    ids: tuple[str, ...] = ()
    """Ids of MiniWorld environments; all that MiniWorld registers when empty."""
    sizes: tuple[tuple[int, int], ...] = ((64, 64), (80, 60))
    """Widths and heights of pictures."""
    poses: int = 20
    """Poses for each id, size, and setting of domain_rand."""
    seed: int = 0
    """Of the random actions and of the first episode."""
    workers: int = 1
    """How many ids at once, each in a process of its own."""
    worst: Path | None = None
    """A folder for pictures of the worst pose of each row: MiniWorld's, ours, difference x 4."""


@dataclass(frozen=True)
class Comparison:
    """How alike pictures, of this width and height, of one id are."""

    env_id: str
    width: int
    height: int
    domain_rand: bool
    """Whether MiniWorld drew looks and dynamics at random."""
    poses: int
    """How many pictures were compared."""
    with_entities: int
    """How many of them show an entity."""
    mean: float
    """Mean absolute difference in grey levels."""
    share: float
    """Of pixels that differ by at most ``NEAR`` in all channels."""
    worst_mean: float
    """Mean absolute difference of the worst picture."""

    @property
    def is_alike(self) -> bool:
        """Whether pictures are as alike as they should be."""
        near = self.mean <= MOST_MEAN and self.share >= LEAST_SHARE
        return near and self.worst_mean <= MOST_FRAME_MEAN


def compare_all(config: CompareConfig) -> Iterator[Comparison]:
    """Compare one id after another, each in a process of its own, and yield rows as they come.

    A ValueError where an id is not MiniWorld's.
    """
    ids = config.ids or miniworld_ids()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(config.workers, context, max_tasks_per_child=1) as pool:
        for rows in pool.map(_compare_id, [config] * len(ids), ids):
            yield from rows


def miniworld_ids() -> list[str]:
    """Return all ids that MiniWorld registers."""
    import darla_envs.stock  # noqa: F401

    # isort: split
    import gymnasium as gym

    return sorted(name for name in gym.registry if name.startswith("MiniWorld-"))


def _compare_id(config: CompareConfig, env_id: str) -> list[Comparison]:
    """Compare one id in all sizes, with and without random looks."""
    rows = []
    for width, height in config.sizes:
        for domain_rand in (False, True):
            if domain_rand and env_id == "MiniWorld-Sign-v0":
                continue  # which fixes it itself
            pairs, seen = pose_pairs(env_id, width, height, domain_rand, config.poses, config.seed)
            if config.worst is not None:
                name = f"{env_id}_{width}x{height}_{'random' if domain_rand else 'plain'}.png"
                _save_worst(config.worst / name, pairs)
            rows.append(
                Comparison(env_id, width, height, domain_rand, len(pairs), seen, *measures(pairs))
            )
    return rows


def measures(pairs: np.ndarray) -> tuple[float, float, float]:
    """Return how alike pairs (n, 2, H, W, 3) uint8 are: the last fields of :class:`Comparison`."""
    difference = np.abs(pairs[:, 0].astype(int) - pairs[:, 1])
    near = difference.max(axis=-1) <= NEAR
    means = difference.mean(axis=(1, 2, 3))
    return float(means.mean()), float(near.mean()), float(means.max())


def pose_pairs(
    env_id: str, width: int, height: int, domain_rand: bool, poses: int, seed: int
) -> tuple[np.ndarray, int]:
    """Return pictures of the same poses by MiniWorld and by the batched renderer.

    Both play the same random episodes; at least half of the poses show an entity, as far as they
    can be found. Pictures are (poses, 2, height, width, 3) uint8, MiniWorld's first; with them
    comes how many show an entity. A RuntimeError where the two did not live through the same
    episodes.
    """
    from darla_envs.miniworlds.miniworlds import MiniWorlds  # loads MiniWorld and Numba

    # isort: split
    import gymnasium as gym

    kwargs = {"domain_rand": True} if domain_rand else {}
    worlds = MiniWorlds(
        env_id, 1, obs_width=width, obs_height=height, num_threads=1, env_kwargs=kwargs
    )
    with contextlib.redirect_stdout(io.StringIO()):  # notes on samples per pixel
        stock = gym.make(
            env_id,
            disable_env_checker=True,
            obs_width=width,
            obs_height=height,
            window_width=width,
            window_height=height,
            **kwargs,
        )
    rng = np.random.default_rng(seed)
    pairs: list[np.ndarray] = []
    seen, tries = 0, 0
    for step, observation in enumerate(_play(stock, worlds, rng, seed)):
        if step % _EVERY:
            continue
        pair = np.empty((2, height, width, 3), np.uint8)
        pair[0] = observation["obs"] if isinstance(observation, dict) else observation
        worlds.draw(np.array([0]), pair[1:])
        shows = bool((worlds.measure(np.array([0]))[1] >= 0).any())
        tries += _EVERY
        if shows or 2 * (len(pairs) - seen) < poses or tries > _PATIENCE * poses:
            pairs.append(pair)
            seen += shows
        if len(pairs) == poses:
            break
    worlds.close()
    stock.close()
    return np.stack(pairs), seen


def _play(stock: Any, worlds: Any, rng: np.random.Generator, seed: int) -> Iterator[Any]:
    """Step both alike through episodes of random actions, without an end."""
    here = np.array([0])
    while True:
        observation = stock.reset(seed=seed)[0]
        worlds.reset(here, [seed])
        yield observation
        for _ in range(_EPISODE):
            # Forwards half of the time, so that the agent comes around.
            action = 2 if rng.random() < 0.5 else int(rng.integers(worlds.action_space.n))
            observation, reward, terminated, truncated, _ = stock.step(action)
            outcome = worlds.step(here, np.array([action]))
            agents = [each.unwrapped.agent for each in (stock, worlds.envs[0])]
            if (
                outcome.rewards[0] != reward
                or outcome.terminated[0] != terminated
                or agents[0].dir != agents[1].dir
                or not np.array_equal(agents[0].pos, agents[1].pos)
            ):
                raise RuntimeError(f"{worlds.env_id}: worlds with seed {seed} went apart")
            yield observation
            if terminated or truncated:
                break
        seed += 1


def _save_worst(path: Path, pairs: np.ndarray) -> None:
    """Save the pair that differs most as one strip: MiniWorld's, ours, difference x 4."""
    from PIL import Image

    difference = np.abs(pairs[:, 0].astype(int) - pairs[:, 1])
    worst = int(difference.mean(axis=(1, 2, 3)).argmax())
    shown = np.minimum(4 * difference[worst], 255).astype(np.uint8)
    strip = np.concatenate([*pairs[worst], shown], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    size = (4 * strip.shape[1], 4 * strip.shape[0])
    Image.fromarray(strip).resize(size, Image.Resampling.NEAREST).save(path)


def table_row(row: Comparison) -> str:
    """Return a comparison as a line of a table whose heading is :func:`table_heading`."""
    size = f"{row.width}x{row.height}"
    mark = "" if row.is_alike else "  <-- misses"
    return (
        f"{row.env_id:30} {size:>7} {'on' if row.domain_rand else 'off':>11} {row.poses:>5} "
        f"{row.with_entities:>8} {row.mean:>6.2f} {row.share:>9.2%} {row.worst_mean:>6.2f}{mark}"
    )


def table_heading() -> str:
    """Return the names of the table's columns."""
    return (
        f"{'id':30} {'size':>7} {'domain_rand':>11} {'poses':>5} {'entities':>8} {'mean':>6} "
        f"{f'within {NEAR}':>9} {'worst':>6}"
    )
