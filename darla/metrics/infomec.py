"""InfoMEC: modularity, compactness and explicitness in terms of information (Hsu et al., 2023).

Hsu, Dorrell, Whittington, Wu & Finn (2023), "Disentanglement via latent quantization".
With NMI_jk = I(z_j; v_k) / H(v_k):

- InfoM: the mean over latents of max_k NMI_jk / sum_k NMI_jk, rescaled from [1/factors, 1] to
  [0, 1]: does each latent say something of one factor only?
- InfoC: the mean over factors of max_j NMI_jk / sum_j NMI_jk, rescaled from [1/latents, 1]: is
  each factor in one latent only?
- InfoE: the share of what there is to know of a factor that a linear model reads from all latents,
  on held-out samples, mean over factors.

I is estimated with 10 nearest neighbours between a continuous latent and classes (Ross, 2014):
categories, or 20 equally wide bins of a continuous or circular factor, whose entropy is H. InfoM
and InfoC count informative latents only: those that are not dead, and say more of some factor than
chance (see :func:`darla.metrics.mutual_information.informative_latents`). The paper leaves out
latents whose range is under a twentieth of the widest, which depends on their scales, and keeps
those that are about nothing that was measured, whose InfoM is noise.

InfoE by kind: logistic regression and 1 - cross-entropy / H for categories; linear regression and
R2 for continuous factors, and for sine and cosine of circular ones together: the same quantity for
Gaussian errors of a fixed width, in variances instead of nats.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LinearRegression

from darla.metrics.factor_columns import BINS, FactorColumn, Samples
from darla.metrics.linear_readout import read_classes
from darla.metrics.metric import Metric
from darla.metrics.mutual_information import class_entropy, informative_latents
from darla.metrics.result import Result, require

NEIGHBOURS = 10


@dataclass(frozen=True, eq=False)
class InfoMEC(Result):
    """InfoM, InfoC and InfoE."""

    infom: float
    """0 to 1; 0 if no latent is informative."""
    infoc: float
    """0 to 1; 0 if no latent is informative; the share of factors that it says anything of if only
    one is."""
    infoe: float
    """0 to 1; a model that is worse than none counts as 0."""
    informative: np.ndarray
    """bool (z,), which latents say more of some factor than chance."""
    read: np.ndarray
    """float64 (factors,), each factor's share that is read linearly."""
    information: np.ndarray
    """float64 (z, factors), mutual information as a share of the factor's entropy."""

    @property
    def scores(self) -> dict[str, float]:
        """The three scores."""
        return {"infom": self.infom, "infoc": self.infoc, "infoe": self.infoe}


def infomec(samples: Samples, rng: np.random.Generator, neighbours: int = NEIGHBOURS) -> InfoMEC:
    """Measure InfoM, InfoC and InfoE, with the mutual information of so many neighbours.

    The generator splits and shuffles the samples, and breaks ties between equal latents. A
    ValueError where fewer than two factors vary.
    """
    require(samples, "InfoMEC", factors=2)
    information = _neighbour_information(samples, rng, neighbours)
    informative = informative_latents(samples, rng)
    train, test = samples.split(rng)
    latents = samples.standardised()
    read = np.array([_read_share(latents, factor, train, test) for factor in samples.factors])
    return InfoMEC(
        factors=samples.names,
        excluded_factors=samples.excluded_factors,
        dead_latents=samples.dead_latents,
        infom=_lead(information[informative]),
        infoc=_lead(information[informative].T),
        infoe=float(read.mean()),
        informative=informative,
        read=read,
        information=information,
    )


METRIC = Metric(infomec, draws=True)


def _lead(rows: np.ndarray) -> float:
    """Return the mean share of each row's largest entry, rescaled so that equal ones give 0."""
    if rows.size == 0:
        return 0.0
    width = rows.shape[1]
    sums = rows.sum(axis=1)
    shares = np.where(sums > 0, rows.max(axis=1) / np.where(sums > 0, sums, 1.0), 1 / width)
    if width == 1:
        return float((sums > 0).mean())
    return float((shares.mean() - 1 / width) / (1 - 1 / width))


def _neighbour_information(
    samples: Samples, rng: np.random.Generator, neighbours: int
) -> np.ndarray:
    """Return mutual information by nearest neighbours in nats, (z, factors)."""
    information = np.zeros((samples.latents.shape[1], len(samples.factors)))
    active = samples.active
    if not active.any():
        return information
    latents = samples.standardised()[:, active]
    for column, factor in enumerate(samples.factors):
        found = mutual_info_classif(
            latents,
            factor.classes(BINS),
            discrete_features=False,
            n_neighbors=neighbours,
            random_state=int(rng.integers(2**31)),
        )
        information[active, column] = found / class_entropy(factor)
    return information


def _read_share(
    latents: np.ndarray, factor: FactorColumn, train: np.ndarray, test: np.ndarray
) -> float:
    """Return the share of a factor that a linear model reads from latents, 0 to 1."""
    if factor.kind != "categorical":
        targets = factor.targets()
        model = LinearRegression().fit(latents[train], targets[train])
        errors = ((targets[test] - model.predict(latents[test])) ** 2).sum()
        spread = ((targets[test] - targets[train].mean(axis=0)) ** 2).sum()
        return max(0.0, 1 - float(errors / spread)) if spread > 0 else 0.0
    readout = read_classes(latents, factor.classes(), train, test)
    columns = np.searchsorted(readout.labels, readout.classes)
    tiny = np.finfo(np.float64).tiny
    known = np.log(np.maximum(readout.probabilities, tiny))[np.arange(len(columns)), columns]
    blind = np.log(readout.shares)[columns]
    return max(0.0, 1 - float(known.mean() / blind.mean()))
