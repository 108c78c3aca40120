"""What every objective can be set to; what only one can is declared beside it, in a subclass."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from darla.running.plain_json import plain
from darla.running.ranges import Positive, check_ranges


@dataclass(frozen=True)
class ObjectiveSettings:
    """Latents, networks and pixels, which every objective has.

    A subclass says which objective it belongs to. Its fields become options of the command, and
    their docstrings its help; ranges are declared by their types (see :mod:`darla.running.ranges`).
    """

    objective: ClassVar[str]
    """The name of the objective whose settings these are."""
    earlier_names: ClassVar[Mapping[str, str]] = {}
    """What fields were called by versions before, by field, to continue their runs."""

    latents: int = 32
    """Number of latents, z."""
    channels: tuple[int, ...] = (32, 32, 64, 64)
    """Channels of the encoder's 4x4 convolutions of stride 2; the decoder has them in reverse."""
    hidden_units: int = 256
    """Units between convolutions and latents; 0 leaves that layer out."""
    network: str = "conv"
    """Architecture of encoder and decoder."""
    likelihood: Literal["bernoulli", "gaussian"] = "bernoulli"
    """Likelihood of pixels."""
    sigma: Positive = 0.5
    """Standard deviation of the Gaussian likelihood, in units of a picture's range of 1."""

    def check(self) -> None:
        """Check what can be checked without frames; subclasses add what types cannot say.

        A ValueError names a setting that is out of range, and what is allowed.
        """
        check_ranges(self)

    def to_json(self) -> dict[str, Any]:
        """Return all settings by name, as plain values for JSON."""
        values: dict[str, Any] = plain(self)
        return values

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of all settings."""
        return [field.name for field in dataclasses.fields(cls)]
