"""Total correlation of the latents, as if they were Gaussian. Needs no labels.

Watanabe (1960): TC = sum_j H(z_j) - H(z). For a Gaussian with covariance S it is
1/2 (sum_j log S_jj - log det S) = -1/2 log det C, with C the correlations. 0 means uncorrelated;
there is no upper end. Dependence that is not linear goes unseen.
"""

from dataclasses import dataclass

import numpy as np

from darla.metrics.factor_columns import check_latents, find_dead_latents

RIDGE = 1e-6


@dataclass(frozen=True, eq=False)
class TotalCorrelation:
    """The Gaussian total correlation."""

    nats: float
    """The total correlation of the latents that are not dead; 0 if there are under two."""
    correlations: np.ndarray
    """float64 (z, z), correlations of latents; 0 in rows and columns of dead ones."""
    dead_latents: dict[int, str]
    """Why each dead latent was left out, by its index."""


def total_correlation(
    latents: np.ndarray, active: np.ndarray | None = None, ridge: float = RIDGE
) -> TotalCorrelation:
    """Measure the Gaussian total correlation of posterior means (N, z), of N at least 10 z.

    Noise of N samples has about z (z - 1) / 4N nats. ``active``, bool (z,), says which latents
    carry anything; None: all that are not constant. The ridge is added to the variances of
    standardised latents, so that latents that are exact copies cost 1/2 log(1 / (2 ridge)), or 6.6
    nats, and not infinitely many. A ValueError where there are too few samples, or a latent is not
    finite.
    """
    width = np.shape(latents)[-1]
    latents = check_latents(latents, least=10 * width)
    dead = find_dead_latents(latents, active)
    alive = [index for index in range(width) if index not in dead]
    correlations = np.zeros((width, width))
    nats = 0.0
    if alive:
        block = np.atleast_2d(np.corrcoef(latents[:, alive], rowvar=False))
        correlations[np.ix_(alive, alive)] = block
        damped = (block + ridge * np.eye(len(alive))) / (1 + ridge)
        nats = max(0.0, -0.5 * float(np.linalg.slogdet(damped)[1]))
    return TotalCorrelation(nats, correlations, dead)
