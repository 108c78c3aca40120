"""How well latents line up with the true factors of frames, and with one another.

Each metric is a function in a file of its own, named after it. They take :class:`Samples`, made by
:func:`check_samples` from latents and factors of the same frames, or :class:`Interventions`, where
a factor must be held while the others vary.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from darla.metrics.factor_columns import FactorColumn, FactorKind, Samples, check_samples
from darla.metrics.interventions import Interventions
from darla.metrics.result import Result

Metric = Callable[[Samples, np.random.Generator], Result]

__all__ = [
    "METRICS",
    "FactorColumn",
    "FactorKind",
    "Interventions",
    "Metric",
    "Result",
    "Samples",
    "check_samples",
]


def _metric(name: str, draws: bool) -> Metric:
    """Return a metric that is imported, and scikit-learn with it, when it is first called."""

    def measure(samples: Samples, rng: np.random.Generator) -> Result:
        function: Any = getattr(importlib.import_module(f"{__name__}.{name}"), name)
        result: Result = function(samples, rng) if draws else function(samples)
        return result

    measure.__name__ = name
    return measure


METRICS: Mapping[str, Metric] = {
    "mig": _metric("mig", draws=False),
    "dci": _metric("dci", draws=True),
    "sap": _metric("sap", draws=False),
    "modularity": _metric("modularity", draws=True),
    "infomec": _metric("infomec", draws=True),
}
"""The metrics that need samples and no more, by name."""
