"""How often an agent's encoder was shown what is strange to it, and whether the episode ends."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np


class RaisedAlarm(Protocol):
    """Says of the observations that a policy has just acted on which are strange.

    Such as :class:`darla.wrappers.latent_alarm.LatentAlarm`.
    """

    raised: np.ndarray
    """bool (n,), one for each."""


@dataclass(frozen=True)
class AlarmWatch:
    """An alarm that is listened to while episodes are played."""

    alarm: RaisedAlarm
    """Of the policy that plays."""
    stop_after: int | None = None
    """Break an episode off when the alarm was raised at so many observations in a row; None never
    does."""


@dataclass
class AlarmCount:
    """What an alarm has said in one episode, from its first observation on."""

    looks: int = field(default=0, init=False)
    raised: int = field(default=0, init=False)
    in_a_row: int = field(default=0, init=False)

    def look(self, raised: bool) -> None:
        """Count an observation."""
        self.looks += 1
        self.raised += raised
        self.in_a_row = self.in_a_row + 1 if raised else 0

    def ends(self, stop_after: int | None) -> bool:
        """Whether the episode is to be broken off, which it never is before its first step."""
        return stop_after is not None and self.looks > 1 and self.in_a_row >= stop_after
