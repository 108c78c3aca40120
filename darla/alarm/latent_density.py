"""Where latents lie: a Gaussian with the mean and the covariance of the aggregate posterior.

The aggregate posterior is the mean over frames x of q(z | x) (Makhzani et al., 2016, "Adversarial
Autoencoders"). By the law of total variance its covariance is that of the posterior means, plus the
mean of the posteriors' own variances.
"""

from dataclasses import dataclass

import numpy as np

_SMALLEST_SHARE = 1e-6  # of the largest variance: what is flatter has no direction of its own


@dataclass(frozen=True, eq=False)
class LatentDensity:
    """A Gaussian of latents."""

    mean: np.ndarray
    """float64 (z,)."""
    covariance: np.ndarray
    """float64 (z, z), positive definite."""

    def distances(self, latents: np.ndarray) -> np.ndarray:
        """Return the squared Mahalanobis distance of latents (N, z) from the mean, float64 (N,)."""
        away = np.linalg.solve(self._root(), (latents - self.mean).T)
        return np.asarray(np.square(away).sum(axis=0))

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw latents, float32 (count, z)."""
        normal = rng.standard_normal((count, len(self.mean)))
        drawn: np.ndarray = (normal @ self._root().T + self.mean).astype(np.float32)
        return drawn

    def _root(self) -> np.ndarray:
        """Return the lower triangular root of the covariance."""
        root: np.ndarray = np.linalg.cholesky(self.covariance)
        return root


def density_of(means: np.ndarray, variances: np.ndarray) -> LatentDensity:
    """Return the Gaussian of posteriors with these means and variances, float (N, z) each."""
    covariance = np.cov(means.astype(np.float64), rowvar=False, bias=True)
    covariance = np.atleast_2d(covariance) + np.diag(variances.mean(axis=0, dtype=np.float64))
    least = _SMALLEST_SHARE * max(float(covariance.diagonal().max()), _SMALLEST_SHARE)
    return LatentDensity(
        means.mean(axis=0, dtype=np.float64), covariance + least * np.eye(len(covariance))
    )
