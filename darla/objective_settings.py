"""Settings that belong to one family of objectives each; groups of VisionConfig."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ContractiveSettings:
    """The contractive autoencoder; see :mod:`darla.objectives.contractive`."""

    weight: float = 0.1
    """What the squared norm of the encoder's Jacobian costs."""
    projections: int = 1
    """Random directions in which that norm is estimated; exact with as many as latents."""

    def wrong(self) -> str | None:
        """Say what is out of range, None for nothing."""
        return _below("weight", self.weight, 0.0) or _not_positive(self, "projections")


@dataclass(frozen=True)
class FactorVAESettings:
    """FactorVAE; see :mod:`darla.objectives.factor_vae`."""

    gamma: float = 10.0
    """What a nat of total correlation costs."""
    layers: int = 4
    """Hidden layers of the discriminator (6 in the paper)."""
    units: int = 256
    """Units of each (1000 in the paper)."""
    learning_rate: float = 1e-3
    """Adam's, for the discriminator."""

    def wrong(self) -> str | None:
        """Say what is out of range, None for nothing."""
        positive = _not_positive(self, "layers", "units", "learning_rate")
        return _below("gamma", self.gamma, 0.0) or positive


@dataclass(frozen=True)
class BetaTCVAESettings:
    """beta-TCVAE; see :mod:`darla.objectives.beta_tcvae`."""

    estimate: Literal["weighted", "stratified"] = "weighted"
    """How the density of all latents is estimated from a batch: by minibatch-weighted or by
    minibatch-stratified sampling."""

    def wrong(self) -> str | None:
        """Say what is out of range, None for nothing."""
        return None


@dataclass(frozen=True)
class DIPVAESettings:
    """DIP-VAE-I and II; see :mod:`darla.objectives.dip_vae`."""

    lambda_od: float = 10.0
    """What the squares of covariances between latents cost."""
    lambda_d: float | None = None
    """What the squared distances of variances from 1 cost; by default ten times lambda_od for
    dip_vae_i, and lambda_od for dip_vae_ii."""

    def wrong(self) -> str | None:
        """Say what is out of range, None for nothing."""
        diagonal = 0.0 if self.lambda_d is None else self.lambda_d
        return _below("lambda_od", self.lambda_od, 0.0) or _below("lambda_d", diagonal, 0.0)


@dataclass(frozen=True)
class InfoVAESettings:
    """InfoVAE; see :mod:`darla.objectives.info_vae`."""

    alpha: float = 0.0
    """Weight of the mutual information of frames and latents; the KL costs 1 - alpha."""
    weight: float = 1000.0
    """Weight lambda of the divergence between all latents and the prior; the squared MMD costs
    alpha + lambda - 1."""
    kernel: Literal["rbf", "imq"] = "rbf"
    """Kernel of the MMD: Gaussian, or inverse multiquadric."""
    bandwidth: float = 1.0
    """Scale of the kernel's squared distances, in units of the prior's mean one (2 z)."""

    def wrong(self) -> str | None:
        """Say what is out of range, None for nothing."""
        if not (math.isfinite(self.alpha) and self.alpha <= 1):
            return f"alpha is {self.alpha}; expected a number up to 1"
        if not (math.isfinite(self.weight) and self.alpha + self.weight >= 1):
            return f"weight is {self.weight}; expected at least 1 - alpha = {1 - self.alpha}"
        return _not_positive(self, "bandwidth")


GROUPS: dict[str, type[Any]] = {
    "contractive": ContractiveSettings,
    "factor_vae": FactorVAESettings,
    "beta_tcvae": BetaTCVAESettings,
    "dip_vae": DIPVAESettings,
    "info_vae": InfoVAESettings,
}


def differences(group: Any) -> str:
    """Say what of a group is not as by default, such as ``factor_vae.gamma=3.0``."""
    name = next(name for name, kind in GROUPS.items() if isinstance(group, kind))
    default = type(group)()
    changed = [
        f"{name}.{field.name}={getattr(group, field.name)}"
        for field in dataclasses.fields(group)
        if getattr(group, field.name) != getattr(default, field.name)
    ]
    return ", ".join(changed)


def _below(name: str, value: float, least: float) -> str | None:
    if math.isfinite(value) and value >= least:
        return None
    return f"{name} is {value}; expected a number of at least {least:g}"


def _not_positive(group: Any, *names: str) -> str | None:
    for name in names:
        value = getattr(group, name)
        if not (math.isfinite(value) and value > 0):
            return f"{name} is {value}; expected a number above 0"
    return None
