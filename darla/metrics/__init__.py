"""How well latents line up with the true factors of frames, and with one another.

Each metric is a function in a file of its own, named after it. They take :class:`Samples`, made by
:func:`check_samples` from latents and factors of the same frames, or :class:`Interventions`, where
a factor must be held while the others vary. What else is to be known of one, it says itself: the
file ends with its :class:`Metric`, and ``METRICS`` has a line that says where that is.
"""

from darla.metrics.factor_columns import FactorColumn, FactorKind, Samples, check_samples
from darla.metrics.interventions import Interventions
from darla.metrics.metric import Metric, check_metric
from darla.metrics.result import Result
from darla.running.registry import Registry

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

METRICS: Registry[Metric] = Registry("metric", "darla.metrics", check_metric)
"""The metrics, by name; scikit-learn is imported with the first that needs it."""

METRICS.register("mig", "darla.metrics.mig:METRIC")
METRICS.register("dci", "darla.metrics.dci:METRIC")
METRICS.register("sap", "darla.metrics.sap:METRIC")
METRICS.register("modularity", "darla.metrics.modularity:METRIC")
METRICS.register("infomec", "darla.metrics.infomec:METRIC")
METRICS.register("beta_vae_score", "darla.metrics.beta_vae_score:METRIC")
METRICS.register("factor_vae_score", "darla.metrics.factor_vae_score:METRIC")
METRICS.register("irs", "darla.metrics.irs:METRIC")
