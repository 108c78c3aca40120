"""How an agent meets its environment, whatever its kind: how often, how long, how much at once."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from darla.frames.attributes import SIDES
from darla.wrappers.latent_options import SavedOptions

MOST_FRAMES = 10
"""Pictures on top of each other; their channels are fewer than the pixels of any side then."""
_MOST_STEPS = 10**9

NATIVE = "native"
"""What is written for the size that pictures have anyway."""


@dataclass(frozen=True)
class Interaction(SavedOptions):
    """How an agent meets its environment, when it learns and ever after.

    A ValueError for a number that is out of range, or of another type.
    """

    _what: ClassVar[str] = "option of an agent's interaction"

    frame_stack: int = 1
    """How many observations it sees at a time, the last ones of its episode: latents or factors
    side by side, pictures on top of each other. Zeros stand for those before the first."""
    action_repeat: int = 1
    """How often each of its actions is done, unless the episode ends before; rewards are summed."""
    max_episode_steps: int | None = None
    """Steps of its own, whatever the action repeat, after which episodes are cut; None leaves that
    to the environment."""
    reward_scale: float = 1.0
    """What rewards are multiplied by while it learns, and never when it is evaluated."""
    picture_size: tuple[int, int] | None = None
    """Height and width of the pictures that it sees, if it sees pictures; None for those that the
    environment shows, as they are."""
    key: str | None = None
    """The picture's entry in a Dict of several; None for the only one."""

    def __post_init__(self) -> None:
        _check_whole("frame_stack", self.frame_stack, MOST_FRAMES)
        _check_whole("action_repeat", self.action_repeat, 1000)
        if self.max_episode_steps is not None:
            _check_whole("max_episode_steps", self.max_episode_steps, _MOST_STEPS)
        scale = self.reward_scale
        if not _is(scale, int | float) or not (math.isfinite(scale) and 0 < scale <= 1e9):
            raise ValueError(f"reward_scale is {scale!r}, but must be a number above 0")
        if self.picture_size is not None:
            object.__setattr__(self, "picture_size", _as_size(self.picture_size))
        if self.key is not None and not (isinstance(self.key, str) and 0 < len(self.key) <= 200):
            raise ValueError(f"key is {self.key!r}, but must be the name of an entry of a Dict")

    @property
    def suffix(self) -> str:
        """What tells a task from others, in tables, where time passes otherwise for the agent.

        Such as `` | ActionRepeat(4) | TimeLimit(250)``: returns can be compared with those of the
        random policy that meets the environment alike, and with no others. Empty for most.
        """
        repeat = f" | ActionRepeat({self.action_repeat})" if self.action_repeat > 1 else ""
        limit = self.max_episode_steps
        return repeat + (f" | TimeLimit({limit})" if limit is not None else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON can hold them, those alone that are not as in most agents."""
        plain = vars(PLAIN)
        found = {name: value for name, value in vars(self).items() if value != plain[name]}
        if self.picture_size is not None:
            found["picture_size"] = list(self.picture_size)
        return found


def parse_size(text: str) -> tuple[int, int] | None:
    """Read the size of pictures: ``64``, ``60x80`` (height, width), or None for ``native``.

    A ValueError where it is written otherwise.
    """
    if text == NATIVE:
        return None
    sides = text.split("x")
    if len(sides) > 2 or not all(side.isascii() and side.isdecimal() for side in sides):
        raise ValueError(
            f"picture_size is {text!r}, but must be a number of pixels, such as 64, height and "
            f"width, such as 60x80, or {NATIVE}"
        )
    return _as_size((int(sides[0]), int(sides[-1])))


def _as_size(size: Any) -> tuple[int, int]:
    """Return height and width; a ValueError where these are none."""
    low, high = SIDES
    if (
        not isinstance(size, list | tuple)
        or len(size) != 2
        or not all(_is(side, int) and low <= side <= high for side in size)
    ):
        raise ValueError(
            f"picture_size is {size!r}, but must be height and width from {low} to {high}"
        )
    return size[0], size[1]


def _check_whole(name: str, value: Any, most: int) -> None:
    """Raise a ValueError where a value is no whole number from 1 to ``most``."""
    if not _is(value, int) or not 1 <= value <= most:
        raise ValueError(f"{name} is {value!r}, but must be a whole number from 1 to {most:,}")


def _is(value: Any, kind: Any) -> bool:
    """Whether a value is a number of a kind, and no truth value."""
    return isinstance(value, kind) and not isinstance(value, bool)


PLAIN = Interaction()
"""How most agents meet their environments: one observation, one action, one step at a time."""
