"""How latents are shown to an agent: the options that wrappers, agents and commands share."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, TypedDict

import numpy as np

from darla.running.names import unknown
from darla.running.precision import PRECISIONS


class LatentOptionsDict(TypedDict, total=False):
    """:class:`LatentOptions` as keyword arguments and as JSON holds them; none is required."""

    standardize: bool
    zero_dead: bool
    masked: Sequence[int]
    removed: Sequence[Sequence[float]]
    precision: str


@dataclass(frozen=True)
class SavedOptions:
    """Options that are saved as JSON."""

    _what: ClassVar[str]

    @classmethod
    def from_dict(cls, options: Mapping[str, Any]) -> Self:
        """Make options from keyword arguments or JSON; a ValueError for unknown or wrong ones."""
        names = [field.name for field in fields(cls)]
        for name in options:
            if name not in names:
                raise unknown(cls._what, name, names)
        return cls(**options)


@dataclass(frozen=True)
class LatentOptions(SavedOptions):
    """How latents are shown to an agent, at learning and ever after.

    A ValueError where ``masked`` holds no indices, ``removed`` no directions of one length, or the
    precision is unknown.
    """

    _what: ClassVar[str] = "option of latents"

    standardize: bool = True
    """Subtract each latent's mean over D_U, and divide by its standard deviation there, so that it
    is of order 1 in every domain."""
    zero_dead: bool = True
    """Set latents that carry nothing to zero: their KL over D_U is below 0.01 nats."""
    masked: tuple[int, ...] = ()
    """Further latents to set to zero, by index."""
    removed: tuple[tuple[float, ...], ...] = ()
    """(k, z) directions in the space of what remains that are projected out: whatever latents do
    along them is not seen. They need not be orthogonal."""
    precision: str = "float32"
    """What the encoder computes in: "float32", "bfloat16", or "auto", which is bfloat16 where the
    machine has units for it, which is 1.4 to 2 times as fast."""

    def __post_init__(self) -> None:
        for name in ("standardize", "zero_dead"):
            object.__setattr__(self, name, _as_bool(name, getattr(self, name)))
        object.__setattr__(self, "masked", _as_indices("masked", self.masked))
        object.__setattr__(self, "removed", _as_directions(self.removed))
        if self.precision not in PRECISIONS:
            raise unknown("precision", self.precision, PRECISIONS)

    def to_dict(self) -> LatentOptionsDict:
        """Return the options as JSON can hold them, those that most agents lack only when set."""
        found = LatentOptionsDict(standardize=self.standardize, zero_dead=self.zero_dead)
        if self.precision != "float32":
            found["precision"] = self.precision
        if self.masked:
            found["masked"] = list(self.masked)
        if self.removed:
            found["removed"] = [list(direction) for direction in self.removed]
        return found


@dataclass(frozen=True)
class LearningOptions(SavedOptions):
    """What is done to an agent's latents while it learns, and never when it is evaluated.

    A ValueError where ``resampled`` holds no indices.
    """

    _what: ClassVar[str] = "option of learning"

    resampled: tuple[int, ...] = ()
    """Latents that hold the look, by index; in each episode they are those of a frame of D_U, so
    that a policy learns to act in every look. None are when it is empty."""
    repaint: bool = False
    """Decode what results into a picture, and encode this again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "resampled", _as_indices("resampled", self.resampled))
        object.__setattr__(self, "repaint", _as_bool("repaint", self.repaint))

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON can hold them; empty when nothing is done."""
        return {"resampled": list(self.resampled), "repaint": self.repaint} if self else {}

    def __bool__(self) -> bool:
        return bool(self.resampled)


def _as_bool(name: str, value: Any) -> bool:
    """Return a truth value, NumPy's too, as Python's own, which JSON can hold."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise ValueError(f"{name} is {value!r}, but must be true or false")


def _as_indices(name: str, latents: Any) -> tuple[int, ...]:
    """Return indices of latents, a sequence or an array, as plain integers."""
    try:
        return tuple(operator.index(latent) for latent in latents)
    except TypeError as error:
        raise ValueError(
            f"{name} is {latents!r}, but must be the indices of latents, such as [0, 3]"
        ) from error


def _as_directions(directions: Any) -> tuple[tuple[float, ...], ...]:
    """Return directions (k, z) as plain numbers."""
    try:
        if not len(directions):
            return ()
        rows = np.asarray(directions, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("directions to remove have no one length; give (k, z) numbers") from error
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise ValueError(
            f"directions to remove have shape {rows.shape}; give (k, z) finite numbers"
        )
    return tuple(map(tuple, rows.tolist()))
