"""DIP-VAE: latents whose covariance over frames is the unit matrix (Kumar et al., ICLR 2018).

Loss: that of the VAE, and lambda_od sum_{i != j} C_ij^2 + lambda_d sum_i (C_ii - 1)^2. C is the
covariance of the posteriors' means over the batch for ``dip_vae_i``, and the covariance of
the latents themselves, to which the mean of the posteriors' variances is added, for
``dip_vae_ii``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.vae import Penalty, VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class DIPVAEISettings(VAESettings):
    """DIP-VAE-I; see :mod:`darla.objectives.dip_vae`."""

    objective: ClassVar[str] = "dip_vae_i"
    earlier_names: ClassVar[Mapping[str, str]] = {
        "lambda_od": "dip_vae.lambda_od",
        "lambda_d": "dip_vae.lambda_d",
    }

    lambda_od: AtLeastZero = 10.0
    """What the squares of covariances between latents cost."""
    lambda_d: AtLeastZero | None = None
    """What the squared distances of variances from 1 cost; ten times lambda_od by default."""


@dataclass(frozen=True)
class DIPVAEIISettings(DIPVAEISettings):
    """DIP-VAE-II; see :mod:`darla.objectives.dip_vae`."""

    objective: ClassVar[str] = "dip_vae_ii"

    lambda_d: AtLeastZero | None = None
    """What the squared distances of variances from 1 cost; as much as lambda_od by default."""


class DIPVAEI(VariationalAutoencoder):
    """The VAE with a price on covariances of the posteriors' means."""

    settings_class = DIPVAEISettings
    settings: DIPVAEISettings
    smallest_batch: ClassVar[int] = 2
    default_share: ClassVar[float] = 10.0
    """``lambda_d`` over ``lambda_od`` where it is not configured."""

    @property
    def lambda_d(self) -> float:
        """What the squared distance of a variance from 1 costs."""
        own = self.settings
        return self.default_share * own.lambda_od if own.lambda_d is None else own.lambda_d

    def covariance(self, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return C, (z, z), of posteriors (N, z)."""
        return covariance(mu)

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge for what the covariance is away from the unit matrix."""
        matrix = self.covariance(mu, logvar)
        cost = covariance_cost(matrix, self.settings.lambda_od, self.lambda_d)
        return Penalty(cost, {"loss/covariance": cost})

    def effective_settings(self) -> dict[str, Any]:
        """Return both weights."""
        own = {"lambda_od": self.settings.lambda_od, "lambda_d": self.lambda_d}
        return {**super().effective_settings(), **own}


class DIPVAEII(DIPVAEI):
    """The VAE with a price on covariances of the latents."""

    settings_class = DIPVAEIISettings
    settings: DIPVAEIISettings
    default_share: ClassVar[float] = 1.0

    def covariance(self, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return C, (z, z), of posteriors (N, z)."""
        return covariance(mu) + logvar.exp().mean(dim=0).diag()


def covariance(values: Tensor) -> Tensor:
    """Return the covariance of the columns of float values (N, z) over these N rows, (z, z)."""
    centred = values - values.mean(dim=0)
    # Covariances are small differences of products: bfloat16 would drown them.
    with torch.autocast(values.device.type, enabled=False):
        return centred.T @ centred / len(values)


def covariance_cost(matrix: Tensor, lambda_od: float, lambda_d: float) -> Tensor:
    """Return what a covariance (z, z) costs for not being the unit matrix, a scalar."""
    diagonal = matrix.diagonal()
    off_diagonal = matrix.square().sum() - diagonal.square().sum()
    return lambda_od * off_diagonal + lambda_d * (diagonal - 1).square().sum()
