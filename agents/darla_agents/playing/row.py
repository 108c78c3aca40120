"""One transfer row: an episode that an agent played, and the line of the file that says so."""

import csv
import dataclasses
import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STOCHASTIC = "+stochastic"
"""Ends the name of an agent that drew its actions instead of taking the most probable ones."""
SAMPLED, MOST_PROBABLE = "sampled", "most_probable"
ACTIONS = (SAMPLED, MOST_PROBABLE)
"""How agents choose actions: drawn from the policy, as they learn, or the most probable one."""

RowKey = tuple[str, str, str, int]


def _name(text: str) -> str:
    """Read a name, which is never empty."""
    if not text:
        raise ValueError
    return text


def _finite(text: str) -> float:
    """Read a number that is finite."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _whole(text: str) -> int:
    """Read a whole number as it is written: of ASCII digits, within 64 bits."""
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError
    return int(text)


_A_NAME = (_name, "a name")
_TEXT = (str, "text")
_COUNT = (_whole, "a whole number")
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "agent": _A_NAME,
    "kind": _A_NAME,
    "algorithm": _TEXT,
    "task": _A_NAME,
    "source": _TEXT,
    "domain": _A_NAME,
    "agent_seed": _COUNT,
    "encoder": _TEXT,
    "total_timesteps": _COUNT,
    "episode": _COUNT,
    "episode_seed": _COUNT,
    "return": (_finite, "a finite number"),
    "length": _COUNT,
    "success": ({"1": True, "0": False, "": None}.__getitem__, "1, 0 or nothing"),
}
COLUMNS = tuple(_READERS)
HEADER = ",".join(COLUMNS)
"""The first line of a file."""


@dataclass(frozen=True)
class Row:
    """One episode; the fields are the columns in their order."""

    agent: str
    """Name and content hash of the agent, the same for the same weights: ``latent_0@1f3a90cc``."""
    kind: str
    """The kind of agent, with its augmentation; or the label that it was given; or ``random``."""
    algorithm: str
    """ppo, a2c, dqn, sac or td3; empty for the random policy."""
    task: str
    """Id of the Gymnasium environment, and how actions repeat and episodes are cut, if they do."""
    source: str
    """Domain that the agent was trained in; empty for the random policy."""
    domain: str
    """Domain that this episode was played in."""
    agent_seed: int
    """Seed of the agent's training."""
    encoder: str
    """Folder of the encoder; empty where there is none."""
    total_timesteps: int
    """Steps of training."""
    episode: int
    """Number of the episode, from 0, in the order of the episode seeds."""
    episode_seed: int
    """What the environment was reset with."""
    episode_return: float
    """Undiscounted sum of rewards; the column is called ``return``."""
    length: int
    """Steps."""
    success: bool | None
    """Whether the episode ended in success; None where the task does not say."""

    @property
    def key(self) -> RowKey:
        """What must be unique in a file: agent, task, domain, episode seed."""
        return (self.agent, self.task, self.domain, self.episode_seed)

    @property
    def actions(self) -> str:
        """How the agent chose its actions, one of ACTIONS, which its name says."""
        return SAMPLED if self.agent.endswith(STOCHASTIC) else MOST_PROBABLE


def format_row(row: Row) -> str:
    """Return a row as a line of the file."""
    *numbers, success = dataclasses.astuple(row)
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(
        [*numbers, "" if success is None else int(success)]
    )
    return line.getvalue()


def parse_row(fields: list[str], where: str) -> Row:
    """Read a row from the columns of its line; ``where`` it stands is for the message.

    A ValueError where it is damaged.
    """
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{where}: {len(fields)} columns, expected {len(COLUMNS)} ({HEADER})")
    values = []
    for (column, (read, expected)), text in zip(_READERS.items(), fields, strict=True):
        try:
            values.append(read(text))
        except (ValueError, KeyError):
            raise ValueError(
                f"{where}: column {column!r} is {text!r}, expected {expected}"
            ) from None
    return Row(*values)
