"""Modularity and explicitness (Ridgeway & Mozer, 2018).

Modularity: does each latent depend on one factor only? With I_jk the mutual information of
latent j and factor k, and k* the factor that j says most about, it is the mean over latents of
1 - sum over k != k* of I_jk^2 / (I_jk*^2 (K - 1)). I comes from histograms; see
:mod:`darla.metrics.mutual_information`. Dead latents count as 0, as is customary. So do latents
that say no more of any factor than chance: the paper does not speak of them, but the formula gives
noise anything up to 1 (0.99 with one factor in 20 bins and others of three classes, as histograms
see more in the former), and no more samples help. ``over_informative`` leaves out both.

Explicitness: can each class of a factor be read linearly? It is the area under the ROC curve of a
logistic regression for one class against the rest, on held-out samples, rescaled so that chance is
0, and averaged over classes, then over factors. Continuous and circular factors are cut into
classes over their range; categories are classes. One multinomial regression is fitted per factor:
see :mod:`darla.metrics.linear_readout`.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from darla.metrics.factor_columns import BINS, FactorColumn, Samples
from darla.metrics.linear_readout import read_classes
from darla.metrics.metric import Metric
from darla.metrics.mutual_information import binned_information, informative_latents
from darla.metrics.result import Result, require


@dataclass(frozen=True, eq=False)
class Modularity(Result):
    """Modularity and explicitness."""

    modularity: float
    """0 to 1, mean over all latents, uninformative ones counting as 0."""
    over_informative: float
    """0 to 1, mean over informative latents; 0 if there are none."""
    explicitness: float
    """0 to 1, mean over factors; below chance counts as 0."""
    informative: np.ndarray
    """bool (z,), which latents say more of some factor than chance."""
    per_latent: np.ndarray
    """float64 (z,), each latent's modularity; 0 for uninformative ones."""
    per_factor: np.ndarray
    """float64 (factors,), each factor's explicitness."""
    information: np.ndarray
    """float64 (z, factors), mutual information in nats."""

    @property
    def scores(self) -> dict[str, float]:
        """Modularity, over all latents, and explicitness."""
        return {"modularity": self.modularity, "explicitness": self.explicitness}


def modularity(samples: Samples, rng: np.random.Generator, bins: int = BINS) -> Modularity:
    """Measure modularity and explicitness; a ValueError where fewer than two factors vary.

    The generator splits the samples for explicitness, and shuffles them to see what chance does.
    Latents, and continuous and circular factors, are cut into so many bins.
    """
    require(samples, "modularity", factors=2)
    information = binned_information(samples, bins)
    informative = informative_latents(samples, rng, bins)
    per_latent = np.where(informative, modularity_per_latent(information), 0.0)
    train, test = samples.split(rng)
    latents = samples.standardised()
    per_factor = np.array(
        [_explicitness(latents, factor, bins, train, test) for factor in samples.factors]
    )
    return Modularity(
        factors=samples.names,
        excluded_factors=samples.excluded_factors,
        dead_latents=samples.dead_latents,
        modularity=float(per_latent.mean()),
        over_informative=float(per_latent[informative].mean()) if informative.any() else 0.0,
        explicitness=float(per_factor.mean()),
        informative=informative,
        per_latent=per_latent,
        per_factor=per_factor,
        information=information,
    )


METRIC = Metric(modularity, draws=True)


def modularity_per_latent(information: np.ndarray) -> np.ndarray:
    """Return each latent's modularity, float64 (z,); 0 for latents that say nothing.

    A ValueError where ``information`` is not (z, factors), with two factors or more.
    """
    if information.ndim != 2 or information.shape[1] < 2:
        raise ValueError(
            f"information has shape {information.shape}; expected (z, factors), two factors or more"
        )
    squares = information**2
    best = squares.max(axis=1)
    others = squares.sum(axis=1) - best
    spread = others / (np.where(best > 0, best, 1.0) * (information.shape[1] - 1))
    return np.where(best > 0, 1 - spread, 0.0)


def _explicitness(
    latents: np.ndarray, factor: FactorColumn, bins: int, train: np.ndarray, test: np.ndarray
) -> float:
    """Return how well linear classifiers read a factor from latents, 0 to 1."""
    readout = read_classes(latents, factor.classes(bins), train, test)
    areas = []
    for label, probabilities in zip(readout.labels, readout.probabilities.T, strict=True):
        positive = readout.classes == label
        if positive.any() and not positive.all():
            areas.append(roc_auc_score(positive, probabilities))
    return max(0.0, 2 * float(np.mean(areas)) - 1) if areas else 0.0
