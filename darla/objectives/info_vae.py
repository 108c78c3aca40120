"""InfoVAE: all latents together are brought to the prior, each frame's less so (Zhao et al., 2017).

Loss: -E_q log p(x | z) + (1 - alpha) KL(q(z | x) || N(0, I)) + (alpha + lambda - 1) D(q(z) || N(0,
I)) (arXiv 1706.02262), where D is the squared maximum mean discrepancy between the samples
of a batch and as many of the prior. With alpha = 1 no frame pays for what its latents say of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch
from torch import Tensor

from darla.objectives.vae import Penalty, VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero, Positive, Range


@dataclass(frozen=True)
class InfoVAESettings(VAESettings):
    """InfoVAE; see :mod:`darla.objectives.info_vae`."""

    objective: ClassVar[str] = "info_vae"
    earlier_names: ClassVar[Mapping[str, str]] = {
        "alpha": "info_vae.alpha",
        "weight": "info_vae.weight",
        "kernel": "info_vae.kernel",
        "bandwidth": "info_vae.bandwidth",
    }

    alpha: Annotated[float, Range("a number up to 1", most=1)] = 0.0
    """Weight of the mutual information of frames and latents; the KL costs 1 - alpha."""
    weight: AtLeastZero = 1000.0
    """Weight lambda of the divergence between all latents and the prior; the squared MMD costs
    alpha + lambda - 1."""
    kernel: Literal["rbf", "imq"] = "rbf"
    """Kernel of the MMD: Gaussian, or inverse multiquadric."""
    bandwidth: Positive = 1.0
    """Scale of the kernel's squared distances, in units of the prior's mean one (2 z)."""

    def check(self) -> None:
        """Check ranges, and that no distance from the prior is rewarded."""
        super().check()
        if self.alpha + self.weight < 1:
            least = 1 - self.alpha
            raise ValueError(f"weight is {self.weight}; expected at least 1 - alpha = {least}")


class InfoVAE(VariationalAutoencoder):
    """The VAE with a price on the distance of all latents from the prior."""

    settings_class = InfoVAESettings
    settings: InfoVAESettings
    smallest_batch: ClassVar[int] = 2

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge 1 - alpha for every nat."""
        price = 1 - self.settings.alpha
        return price * kl.sum(), self.beta_terms(price)

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge for the distance of the batch's latents from the prior."""
        own = self.settings
        scale = 2 * latents.shape[1] * own.bandwidth
        distance = squared_mmd(latents, torch.randn_like(latents), own.kernel, scale)
        cost = (own.alpha + own.weight - 1) * distance
        return Penalty(cost, {"loss/mmd": distance})

    def effective_settings(self) -> dict[str, Any]:
        """Return both weights and the kernel."""
        own = self.settings
        return {
            **super().effective_settings(),
            "alpha": own.alpha,
            "lambda": own.weight,
            "kernel": own.kernel,
            "bandwidth": own.bandwidth,
        }


def squared_mmd(left: Tensor, right: Tensor, kernel: str, scale: float) -> Tensor:
    """Estimate the squared maximum mean discrepancy without bias (Gretton et al., 2012, eq. 3).

    Samples are float (N, z) and (M, z), at least two of each. The kernel is ``rbf``, exp(-d /
    scale), or ``imq``, 1 / (1 + d / scale), of squared distances d. The estimate, a scalar, is
    below 0 by chance where both are alike.
    """
    within = _mean_of_others(left, kernel, scale) + _mean_of_others(right, kernel, scale)
    return within - 2 * _similarity(left, right, kernel, scale).mean()


def _mean_of_others(values: Tensor, kernel: str, scale: float) -> Tensor:
    """Return the mean similarity of all pairs of different rows."""
    count = len(values)
    own = count  # each row's similarity with itself is 1
    return (_similarity(values, values, kernel, scale).sum() - own) / (count * (count - 1))


def _similarity(left: Tensor, right: Tensor, kernel: str, scale: float) -> Tensor:
    """Return the kernel of all pairs of rows, (N, M)."""
    distances = (left[:, None] - right).square().sum(dim=2) / scale
    return torch.exp(-distances) if kernel == "rbf" else 1 / (1 + distances)
