"""What a metric says of itself, so that nothing else needs to know one from another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from darla.metrics.factor_columns import Samples
from darla.metrics.interventions import Interventions
from darla.metrics.result import Result


@dataclass(frozen=True)
class Metric:
    """A metric, and what it needs."""

    measure: Callable[..., Result]
    """Takes :class:`Samples`, or :class:`Interventions` where it needs them, then a random
    generator where it draws numbers, and settings by name."""
    interventions: bool = False
    """Whether it needs frames in which one factor is held while others vary. It is then given
    ``active`` too, bool (z,): which latents carry anything, or None."""
    draws: bool = False
    """Whether it draws random numbers. One that needs interventions does."""
    quick: Mapping[str, Any] = field(default_factory=dict)
    """Settings for a quick look, which is to be tried and not to be believed."""

    def __call__(
        self,
        data: Samples | Interventions,
        rng: np.random.Generator,
        *,
        active: np.ndarray | None = None,
        quick: bool = False,
    ) -> Result:
        """Measure samples, or interventions for a metric that needs them.

        Which latents carry anything, ``active``, bool (z,), concerns interventions alone, since
        samples say it themselves; ``quick`` says whether a quick look is enough. A ValueError where
        the data are not enough for the metric.
        """
        settings = dict(self.quick) if quick else {}
        if self.interventions:
            return self.measure(data, rng, active=active, **settings)
        return self.measure(data, *([rng] if self.draws else []), **settings)


def check_metric(name: str, metric: Any) -> None:
    """Raise a ValueError where what is registered as a metric is something else."""
    if not isinstance(metric, Metric):
        raise ValueError(
            f"the metric {name!r} is {metric!r}; register a darla.metrics.Metric, made of the "
            "function that measures"
        )
