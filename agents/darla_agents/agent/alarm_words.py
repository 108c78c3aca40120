"""The words that name an agent's alarm on the command line."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.checked_json import LARGEST_JSON
from darla.running.regular_files import read_regular
from darla.wrappers.latent_alarm import LatentAlarm, check_stop_after
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.spec import AgentSpec


@dataclass(frozen=True, kw_only=True)
class AlarmWords:
    """Which alarm is listened to."""

    alarm: Path | None = None
    """Calibration of an alarm for the agent's encoder, alarm_calibration.json of darla use alarm:
    how strange is what the agent is shown?"""
    alarm_score: str | None = None
    """What raises the alarm: density or kl of the latents, which cost nothing more; reconstruction
    or the worst of all, which decode every picture. The cheapest that there is when not given."""

    def check_alarm(self) -> None:
        """Raise a ValueError where a score is named without an alarm."""
        if self.alarm is None and self.alarm_score is not None:
            raise ValueError(
                f"alarm_score is {self.alarm_score}, but no alarm is given; name the file of its "
                "calibration with --alarm (darla use alarm makes one)"
            )


@dataclass(frozen=True, kw_only=True)
class StoppingWords(AlarmWords):
    """Which alarm is listened to, and when an agent stops for it."""

    stop_after: int | None = None
    """Break an episode off when the alarm was raised at so many steps in a row; never when not
    given."""

    def check_alarm(self) -> None:
        """Raise a ValueError where a score or a number of steps is given without an alarm."""
        super().check_alarm()
        check_stop_after(self.stop_after, self.alarm)

    @property
    def tag(self) -> str:
        """What tells agents that stop from others, and from those that stop otherwise.

        Such as ``+stop5.3fa2c1``: after five steps, by an alarm that has this hash. Empty for those
        that do not. A FileNotFoundError where there is no file.
        """
        if self.stop_after is None or self.alarm is None:
            return ""
        known = read_regular(self.alarm, LARGEST_JSON) + (self.alarm_score or "").encode()
        return f"+stop{self.stop_after}.{hashlib.sha256(known).hexdigest()[:6]}"


NO_ALARM = AlarmWords()
"""None is listened to."""


def agent_alarm(
    words: AlarmWords, spec: AgentSpec, encoder: FrozenEncoder | None
) -> LatentAlarm | None:
    """Return the alarm of an agent on the latents of an encoder; None where none is named.

    A ValueError where the agent sees no latents, or the calibration is of another encoder; a
    FileNotFoundError where there is no file.
    """
    if words.alarm is None:
        return None
    if encoder is None:
        raise ValueError(
            f"an alarm asks the latents that an agent sees, and an agent of kind {spec.kind} sees "
            "none; leave the agent out, or the alarm"
        )
    transform = LatentTransform(encoder, spec.latent_options)
    return LatentAlarm(transform, words.alarm, words.alarm_score)
