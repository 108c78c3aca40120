"""Transfer rows made up for tests of what is computed from them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from darla_agents.agent.kinds import RANDOM
from darla_agents.playing.row import Row
from darla_agents.playing.rows import RowWriter

TASK = "Darla/GoToObject-v0"
SOURCE = "source"


def agent_rows(
    kind: str,
    seed: int,
    returns: Mapping[str, float | Sequence[float]],
    *,
    episodes: int = 4,
    spread: float = 0.0,
    task: str = TASK,
    source: str = SOURCE,
    algorithm: str = "ppo",
    encoder: str | None = None,
    total_timesteps: int = 60_000,
    name: str | None = None,
) -> list[Row]:
    """Make the rows of one agent.

    Args:
        returns: for each domain its mean return, or the return of each of its episodes.
        episodes: how many, where only the mean is given.
        spread: half the distance between neighbouring episodes around that mean.
    """
    if encoder is None:
        encoder = "runs/encoder" if kind in ("latent", "random_encoder") else ""
    rows = []
    for domain, wanted in returns.items():
        signs = np.where(np.arange(episodes) % 2, 1.0, -1.0)
        each = wanted if isinstance(wanted, Sequence) else (wanted + spread * signs).tolist()
        for episode, value in enumerate(each):
            rows.append(
                Row(
                    agent=name or f"{kind}_{seed}@{seed:08x}",
                    kind=kind,
                    algorithm="" if kind == RANDOM else algorithm,
                    task=task,
                    source="" if kind == RANDOM else source,
                    domain=domain,
                    agent_seed=0 if kind == RANDOM else seed,
                    encoder=encoder,
                    total_timesteps=0 if kind == RANDOM else total_timesteps,
                    episode=episode,
                    episode_seed=1000 + episode,
                    episode_return=float(value),
                    length=10,
                    success=bool(value > 0.5),
                )
            )
    return rows


def random_rows(
    returns: Mapping[str, float | Sequence[float]], episodes: int = 4, task: str = TASK
) -> list[Row]:
    """Make the random policy's rows."""
    return agent_rows(RANDOM, 0, returns, episodes=episodes, task=task, name=RANDOM)


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows to a file and return its path."""
    with RowWriter(path) as writer:
        for row in rows:
            writer.append(row)
    return path
