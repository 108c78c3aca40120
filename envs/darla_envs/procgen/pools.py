"""EnvPool's environments of one game in one look, stepped together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darla.running.one_line import one_line
from darla_envs.description.procgen_domains import ProcgenLook

_QT = ("libqt5core5a", "libqt5gui5")


@dataclass(frozen=True)
class Shown:
    """What some rows of a pool show after a reset or a step, one entry for each row asked for.

    Attributes:
        pictures: uint8 (n, 64, 64, 3).
        rewards: (n,) float; 0 after a reset.
        terminated: (n,) bool: the game is won or lost.
        truncated: (n,) bool: the game has lasted as long as Procgen lets it.
        levels: (n,) int: the numbers of the levels.
        completed: (n,) bool: the level was solved in this step.
    """

    pictures: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    levels: np.ndarray
    completed: np.ndarray


class Pool:
    """Rows of games in one look; nothing starts anew by itself as long as whoever is over is reset.

    Args:
        game: EnvPool's id, which :func:`game_id` returns.
        look: what is drawn of which levels.
        seeds: one for each row, from 0: what its levels are drawn with.
        num_threads: that simulate and draw.
    """

    def __init__(
        self, game: str, look: ProcgenLook, seeds: Sequence[int], num_threads: int
    ) -> None:
        self._games: Any = load_envpool().make_gymnasium(
            game,
            num_envs=len(seeds),
            num_threads=min(num_threads, len(seeds)),
            seed=[*seeds],
            channel_first=False,
            start_level=look.first_level,
            num_levels=look.last_level - look.first_level + 1,
            use_backgrounds=look.background,
            restrict_themes=not look.all_themes,
            use_monochrome_assets=look.flat,
        )

    def reset(self, rows: np.ndarray) -> Shown:
        """Begin another level in some rows, (n,) int and growing."""
        pictures, info = self._games.reset(rows.astype(np.int32))
        nothing = np.zeros(len(rows))
        over = np.zeros(len(rows), np.bool_)
        return _in_order(rows, pictures, nothing, over, over, info)

    def step(self, rows: np.ndarray, actions: np.ndarray) -> Shown:
        """Act in some rows, (n,) int and growing, with one action each; the others stand still."""
        outcome = self._games.step(actions.astype(np.int32), rows.astype(np.int32))
        return _in_order(rows, *outcome)


def _in_order(
    rows: np.ndarray,
    pictures: np.ndarray,
    rewards: np.ndarray,
    terminated: np.ndarray,
    truncated: np.ndarray,
    info: dict[str, Any],
) -> Shown:
    """Return what EnvPool gave, which is in no order, in that of the rows."""
    order = np.argsort(info["env_id"])
    assert np.array_equal(info["env_id"][order], rows)
    completed = info["prev_level_complete"].astype(np.bool_)
    given = (pictures, rewards, terminated, truncated, info["level_seed"], completed)
    return Shown(*(values[order] for values in given))


def game_id(name: str, mode: str) -> str:
    """Return what EnvPool calls a game of a mode, such as ``CoinrunHard-v0``."""
    return f"{name.capitalize()}{mode.capitalize()}-v0"


def load_envpool() -> Any:
    """Import EnvPool, and see that Procgen can be drawn.

    Raises:
        ValueError: EnvPool, or the Qt that Procgen draws with, is not installed; the message says
            what to install.
    """
    try:
        import envpool
        from envpool.procgen import ProcgenGymnasiumEnvPool  # noqa: F401 - fails without Qt
    except ModuleNotFoundError as error:
        raise ValueError(
            f"Procgen's games need {error.name}, which is not installed; "
            "pip install 'darla[procgen]'"
        ) from error
    except ImportError as error:
        if "Qt" not in str(error):
            raise ValueError(f"EnvPool cannot be loaded: {one_line(error)}") from error
        raise ValueError(
            "Procgen's games are drawn with Qt 5, which is not installed; on Debian or Ubuntu: "
            f"apt-get install {' '.join(_QT)}"
        ) from error
    return envpool
