"""Mutual information gap: how far the best latent for a factor is ahead of the second best.

Chen, Li, Grosse & Duvenaud (2018), eq. 6: the mean over factors k of
(I(z_1; v_k) - I(z_2; v_k)) / H(v_k), where z_1 and z_2 are the two latents that say most about v_k.

Mutual information comes from histograms of the posterior means, of 20 x 20 bins; see
:mod:`darla.metrics.mutual_information`. H is the entropy of the factor's classes. Circular factors
need nothing else, as bins do not care what is next to them. A factor that is spread over two
latents scores low however well it is separated from the others, and so does a circular factor
that is represented, as it should be, by a sine and a cosine.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from darla.metrics.factor_columns import BINS, Samples
from darla.metrics.metric import Metric
from darla.metrics.mutual_information import binned_information, class_entropy
from darla.metrics.result import OneScore, require


@dataclass(frozen=True, eq=False)
class MIG(OneScore):
    """The mutual information gap.

    Attributes:
        score: the mean gap, 0 to 1.
        gaps: float64 (factors,), each factor's gap as a share of its entropy.
        information: float64 (z, factors), mutual information in nats.
        entropies: float64 (factors,), entropy in nats.
    """

    name: ClassVar[str] = "mig"
    gaps: np.ndarray
    information: np.ndarray
    entropies: np.ndarray


def mig(samples: Samples, bins: int = BINS) -> MIG:
    """Measure the mutual information gap; a ValueError where there is one latent only.

    Latents, and continuous and circular factors, are cut into so many bins.
    """
    require(samples, "MIG", latents=2)
    information = binned_information(samples, bins)
    entropies = np.array([class_entropy(factor, bins) for factor in samples.factors])
    ranked = np.sort(information, axis=0)
    gaps = (ranked[-1] - ranked[-2]) / entropies
    return MIG(
        factors=samples.names,
        excluded_factors=samples.excluded_factors,
        dead_latents=samples.dead_latents,
        score=float(gaps.mean()),
        gaps=gaps,
        information=information,
        entropies=entropies,
    )


METRIC = Metric(mig)
