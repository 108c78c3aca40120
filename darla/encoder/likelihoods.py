"""How well a decoded picture explains a frame, and how far a posterior is from the prior.

One convention everywhere: reconstruction is summed over pixels (or features), KL over latents, and
both are averaged over the batch. The decoder gives logits; the sigmoid of the logits is the
picture, whichever likelihood trains it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from darla.running.names import lookup


class Likelihood(Protocol):
    """The distribution of a frame's pixels, given the decoder's logits."""

    @property
    def name(self) -> str:
        """What it is called in configurations and bundles."""

    def negative_log(self, logits: Tensor, pictures: Tensor) -> Tensor:
        """Return -log p(pictures | logits) in nats, (N,): summed over pixels.

        Both are float32 (N, 3, H, W), logits of any value and pictures in [0, 1].
        """


@dataclass(frozen=True)
class Bernoulli:
    """Each colour value is the probability of a one: cross-entropy.

    For values between 0 and 1 the smallest possible loss is not 0 but the pictures' own entropy;
    differences between two models are meaningful, the level is not.
    """

    name: str = "bernoulli"

    def negative_log(self, logits: Tensor, pictures: Tensor) -> Tensor:
        """Return the cross-entropy in nats, (N,)."""
        losses = functional.binary_cross_entropy_with_logits(logits, pictures, reduction="none")
        return losses.flatten(1).sum(dim=1)


@dataclass(frozen=True)
class Gaussian:
    """Each colour value is Gaussian around the picture, with one fixed ``sigma``.

    The loss is 1/2 (difference / sigma)^2, summed over pixels. The constant log(sigma sqrt(2 pi))
    per pixel is left out: it moves no weight. Around mid-grey the Bernoulli loss curves like a
    Gaussian's of sigma 0.5, so that beta means about the same under both.
    """

    sigma: float = 0.5
    name: str = "gaussian"

    def __post_init__(self) -> None:
        if not self.sigma > 0:
            raise ValueError(f"sigma is {self.sigma}; the Gaussian likelihood needs one above 0")

    def negative_log(self, logits: Tensor, pictures: Tensor) -> Tensor:
        """Return the scaled squared error in nats, (N,)."""
        return squared_error(torch.sigmoid(logits), pictures) / (2 * self.sigma**2)


def make_likelihood(name: str, sigma: float) -> Likelihood:
    """Return the likelihood called ``name``; ``sigma`` only concerns the Gaussian.

    A ValueError where the name is unknown, or sigma is not above 0.
    """
    makers: dict[str, Callable[[], Likelihood]] = {
        "bernoulli": Bernoulli,
        "gaussian": lambda: Gaussian(sigma),
    }
    return lookup("likelihood", name, makers)()


def squared_error(left: Tensor, right: Tensor) -> Tensor:
    """Return the squared difference summed over all but the first dimension, (N,)."""
    return (left - right).square().flatten(1).sum(dim=1)


def kl_from_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mu, exp(logvar)) || N(0, 1)) of every latent, in nats, (N, z).

    Kingma & Welling (2014), appendix B: 1/2 (mu^2 + sigma^2 - 1 - log sigma^2).
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


def log_normal(values: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """Return log N(values; mu, exp(logvar)) of each value, in nats; all shapes broadcast."""
    away = (values - mu).square() * (-logvar).exp()
    return -0.5 * (away + logvar + math.log(2 * math.pi))


def kl_between(left: tuple[Tensor, Tensor], right: tuple[Tensor, Tensor]) -> Tensor:
    """Return KL(left || right) of Gaussians (mu, logvar), of every latent, in nats; (N, z)."""
    (mu, logvar), (other_mu, other_logvar) = left, right
    spread = (logvar - other_logvar).exp()
    away = (mu - other_mu).square() * (-other_logvar).exp()
    return 0.5 * (spread + away - 1 + other_logvar - logvar)


def charged_kl(kl_per_latent: Tensor, free_bits: float) -> Tensor:
    """Return the KL that is to be paid for: max(free_bits, KL) of each latent, (z,).

    Kingma et al. (2016, "Improved variational inference with inverse autoregressive flow"), with
    each latent a group of its own. Below ``free_bits`` nats of the mean over a batch nothing is
    gained by a smaller KL.
    """
    return kl_per_latent.clamp_min(free_bits) if free_bits else kl_per_latent


def sample_latents(mu: Tensor, logvar: Tensor) -> Tensor:
    """Draw from N(mu, exp(logvar)), differentiably (Kingma & Welling 2014, eq. 4); (N, z)."""
    return mu + torch.randn_like(mu) * (0.5 * logvar).exp()
