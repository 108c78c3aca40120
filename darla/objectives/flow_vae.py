"""Flow VAE: a beta-VAE whose prior is learnt, by a flow over the latents.

Loss: -E_q log p(x | z) + beta KL(q(z | x) || p(z)), where p is the density of a flow (see
:mod:`darla.encoder.flow_prior`; a VAE with such a prior: Chen et al., 2017, "Variational lossy
autoencoder", section 3.2). The KL has no closed form. It is split: KL(q || p) = KL(q || N(0, I)) -
E_q[log p(z) - log N(z; 0, I)], and the last term alone is estimated, from the sample that is
decoded. While the flow is the identity, as at first, that term is 0 and the loss the beta-VAE's.

Nothing in this holds the latents where they are: moved and scaled, with a flow that follows, they
cost the same, and the estimate gets noisier. So a share of beta, ``normal``, is charged for the KL
from N(0, I) instead, of which the sum is a bound for the prior p^(1 - normal) N^normal, normalised.
Measured on toy frames (beta 4, 8 latents, 300 steps, a seed each): with ``normal`` 0 the KL from
N(0, I) grew to 55 nats, 51 of which the flow gave back; with 0.5 to 9, and 5.

A prior that follows the latents charges them less for having a form of their own: dependence
between them, or several clusters. ``loss/kl``, ``free_bits`` and what bundles say of each latent's
KL stay those from N(0, I), as the KL from the flow is one number for all latents together. The
flow lies in the bundle with the encoder: ``log_density`` of a loaded one.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from darla.encoder.flow_prior import standard_normal_log_density
from darla.encoder.likelihoods import sample_latents
from darla.encoder.network_shape import NetworkShape
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.vae import BatchPosterior, Penalty
from darla.running.ranges import PositiveInt, Share


@dataclass(frozen=True)
class FlowVAESettings(BetaVAESettings):
    """Flow VAE; see :mod:`darla.objectives.flow_vae`."""

    objective: ClassVar[str] = "flow_vae"

    normal: Share = 0.5
    """Share of beta that is charged for the KL from N(0, I) in place of that from the flow."""
    flow_steps: PositiveInt = 4
    """Steps of the flow, each a mixture of all latents and a coupling of their halves."""
    flow_units: PositiveInt = 64
    """Units of each of the two layers of a coupling."""


class FlowVAE(BetaVAE):
    """The beta-VAE with a prior that follows its latents."""

    settings_class = FlowVAESettings
    settings: FlowVAESettings

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with the flow."""
        flow = self.settings.flow_steps, self.settings.flow_units
        return dataclasses.replace(super().network_shape(), flow=flow)

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Draw latents, and give back what the flow foretells of them better than N(0, I)."""
        mu, logvar = self.posterior(pictures)
        latents = sample_latents(mu, logvar)
        gain = (self.log_density(latents) - standard_normal_log_density(latents)).mean()
        cost = -self.warm(step) * self.settings.beta * (1 - self.settings.normal) * gain
        return BatchPosterior(mu, logvar, Penalty(cost, {"prior_gain": gain}), latents)

    def log_density(self, latents: Tensor) -> Tensor:
        """Return log p(z) of latents, float32 (N, z), in nats, (N,)."""
        return self.encoder.log_density(latents)

    def effective_settings(self) -> dict[str, Any]:
        """Return beta, its warm-up, the share of N(0, I), and the flow's steps and units."""
        own = {
            "normal": self.settings.normal,
            "flow_steps": self.settings.flow_steps,
            "flow_units": self.settings.flow_units,
        }
        return {**super().effective_settings(), **own}
