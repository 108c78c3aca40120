"""What every metric returns: scores, and what they leave out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from darla.metrics.factor_columns import Samples


@dataclass(frozen=True, eq=False)
class Result(ABC):
    """The outcome of a metric; each metric adds its scores and details."""

    factors: tuple[str, ...]
    """Names of the factors that were measured: the columns of matrices, in order."""
    excluded_factors: dict[str, str]
    """Why each of the other factors was left out, by name."""
    dead_latents: dict[int, str]
    """Why each dead latent counts as carrying nothing, by its index."""

    @property
    @abstractmethod
    def scores(self) -> dict[str, float]:
        """The scores by name, for tables; 1 is best and 0 worst."""


@dataclass(frozen=True, eq=False)
class OneScore(Result):
    """The outcome of a metric that gives one score, called ``name``."""

    name: ClassVar[str]
    score: float

    @property
    def scores(self) -> dict[str, float]:
        """The score."""
        return {self.name: self.score}


def require(samples: Samples, metric: str, latents: int = 1, factors: int = 1) -> None:
    """Raise a ValueError where there are too few latents, dead ones included, or factors."""
    width = samples.latents.shape[1]
    if width < latents:
        raise ValueError(f"{metric} compares latents: it takes {latents} or more, and got {width}")
    if len(samples.factors) < factors:
        raise ValueError(
            f"{metric} compares factors: it takes {factors} or more that vary, and got "
            f"{', '.join(samples.names)}"
        )
