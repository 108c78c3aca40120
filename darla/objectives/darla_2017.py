"""DARLA as published: a beta-VAE judged by a denoising autoencoder (Higgins et al., 2017).

Loss: E_q |J(x^) - J(x)|^2 + pixel_weight |x^ - x|^2 + beta KL(q(z | x) || N(0, I)), where J are
features of a frozen denoising autoencoder, to which no noise is ever added here (arXiv 1707.08475,
eq. 8, whose pixel term has weight 0). Two things are our own:

- Features are whitened over the dataset: their principal directions, as many as hold 99% of the
  variance of the standardised features, are brought to one variance. Features are strongly
  correlated; a handful of directions, brightness and colours of large surfaces, hold most of what
  merely standardising each would leave, and small objects drown in them. Directions are scaled
  such that a decoder that always paints the mean picture loses as many units as there are
  features, whatever the autoencoder's scale, so that beta means the same everywhere.
- The small pixel term keeps pictures readable. Without it they are covered in checkerboards, which
  the autoencoder cannot tell from the frame.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from darla.encoder.bundle import load_encoder
from darla.encoder.likelihoods import squared_error
from darla.encoder.networks import to_pictures
from darla.objectives.base import FrameChunks, Stage, TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.dae import DAESettings, DenoisingAutoencoder
from darla.running.names import lookup
from darla.running.ranges import AtLeastZero, Positive, Share

_SMALLEST_STD = 1e-3  # a feature that never varies says nothing: do not blow its noise up
_MOST_WHITENED = 4096
_KEPT_VARIANCE = 0.99


@dataclass(frozen=True)
class Darla2017Settings(DAESettings, BetaVAESettings):
    """DARLA as published; see :mod:`darla.objectives.darla_2017`.

    Its loss compares features: likelihood is that of its denoising autoencoder.
    """

    objective: ClassVar[str] = "darla_2017"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    beta_warmup: Share = 0.25
    """Share of the steps in which beta grows from 0."""
    dae: Path | None = None
    """Bundle of an earlier denoising autoencoder; by default one is trained first."""
    dae_epochs: Positive = 3.0
    """Passes over the dataset that train the denoising autoencoder."""
    feature_layer: str = "bottleneck"
    """Layer of the denoising autoencoder to compare: bottleneck, or conv1 to conv4."""
    feature_scaling: Literal["whiten", "standardize"] = "whiten"
    """How features are evened out over the dataset: their principal directions to one variance, or
    each feature on its own."""
    pixel_weight: AtLeastZero = 0.02
    """Weight of the squared pixel error, which keeps pictures readable."""


class Darla2017(BetaVAE):
    """The beta-VAE with a perceptual loss.

    Attributes:
        dae: the denoising autoencoder.
        dae_is_trained: whether it came trained, and needs no stage here.
        layer: whose features are compared.
    """

    settings_class = Darla2017Settings
    settings: Darla2017Settings

    def __init__(self, settings: Darla2017Settings, facts: TrainingFacts) -> None:
        """Make the networks, and the denoising autoencoder unless a trained one is given."""
        dae = _make_dae(settings, facts)  # first: seeds stand for weights that are drawn first
        super().__init__(settings, facts)
        self.dae = dae
        self.dae_is_trained = settings.dae is not None
        layers = {layer: layer for layer in dae.encoder.layers()}
        self.layer = lookup("feature_layer", settings.feature_layer, layers)
        with torch.no_grad():
            picture = torch.zeros(1, 3, *facts.image_shape[:2])
            features = dae.encoder.features(picture, self.layer).shape[1]
        if settings.feature_scaling == "whiten" and features > _MOST_WHITENED:
            raise ValueError(
                f"layer {self.layer!r} has {features} features; at most {_MOST_WHITENED} can be "
                "whitened; give --feature-scaling standardize, or a later layer"
            )
        self.feature_mean: Tensor
        self.feature_map: Tensor
        whiten = settings.feature_scaling == "whiten"
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_map", torch.eye(features) if whiten else torch.ones(features))

    def stages(self) -> list[Stage]:
        """Return the denoising autoencoder's stage, unless it came trained, and the VAE's own."""
        own, settings = super().stages(), self.settings
        if self.dae_is_trained:
            return own
        first = Stage("dae", self.dae, settings.dae_epochs, settings.dae_learning_rate, "dae")
        return [first, *own]

    @torch.no_grad()
    def prepare(self, chunks: FrameChunks) -> None:
        """Measure how features vary over the dataset, and make the map that evens them out."""
        count = 0
        whiten = self.feature_map.ndim == 2
        total = torch.zeros_like(self.feature_mean, dtype=torch.float64)
        squares = torch.zeros_like(self.feature_map, dtype=torch.float64)
        for frames in chunks():
            features = self.dae.encoder.features(to_pictures(frames), self.layer).double()
            count += len(features)
            total += features.sum(dim=0)
            squares += features.T @ features if whiten else features.square().sum(dim=0)
        mean = total / count
        self.feature_mean.copy_(mean)
        if whiten:
            self.feature_map.copy_(whitening(squares / count - torch.outer(mean, mean)))
        else:
            variance = (squares / count - mean.square()).clamp_min(0)
            self.feature_map.copy_(1.0 / variance.sqrt().clamp_min(_SMALLEST_STD))

    def perceive(self, pictures: Tensor) -> Tensor:
        """Return the evened-out features of float pictures (N, 3, H, W); (N, features)."""
        features = self.dae.encoder.features(pictures, self.layer) - self.feature_mean
        if self.feature_map.ndim == 1:
            return features * self.feature_map
        # Faint directions are small differences of large features: bfloat16 would drown them.
        with torch.autocast(features.device.type, enabled=False):
            mapped: Tensor = features @ self.feature_map
            return mapped

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Compare features, and a little the pixels, of the decoded picture and the frame."""
        decoded = torch.sigmoid(logits)
        with torch.no_grad():
            seen = self.perceive(pictures)
        perceptual = squared_error(self.perceive(decoded), seen).mean()
        pixel = squared_error(decoded, pictures).mean()
        loss = perceptual + self.settings.pixel_weight * pixel
        return loss, {"loss/reconstruction": perceptual, "loss/pixel": pixel}

    def reconstructed_values(self) -> int:
        """Return the number of features."""
        return len(self.feature_mean)

    def effective_settings(self) -> dict[str, Any]:
        """Return beta, the feature layer and the pixel term's weight."""
        settings = self.settings
        return {
            **super().effective_settings(),
            "feature_layer": self.layer,
            "pixel_weight": settings.pixel_weight,
            "feature_scaling": settings.feature_scaling,
            "dae": str(settings.dae) if settings.dae else None,
        }


def whitening(covariance: Tensor) -> Tensor:
    """Return the map that whitens features of a covariance float64 (F, F).

    It is float64 (F, F) W such that (x - mean) W has K directions of variance F / K, which hold 99%
    of the variance of the standardised features, and zeros in place of the others.
    """
    std = covariance.diagonal().clamp_min(0).sqrt().clamp_min(_SMALLEST_STD)
    variances, directions = torch.linalg.eigh(covariance / torch.outer(std, std))
    variances, directions = variances.flip(0).clamp_min(1e-12), directions.flip(1)
    explained = variances.cumsum(0) / variances.sum()
    kept = int((explained < _KEPT_VARIANCE).sum()) + 1
    scale = torch.zeros_like(variances)
    scale[:kept] = (len(variances) / kept / variances[:kept]).sqrt()
    mapping: Tensor = directions * scale / std[:, None]
    return mapping


def _make_dae(settings: Darla2017Settings, facts: TrainingFacts) -> DenoisingAutoencoder:
    """Make a denoising autoencoder, or take the networks of an earlier one's bundle."""
    path = settings.dae
    if path is None:
        return DenoisingAutoencoder(settings, facts)
    bundle = load_encoder(path)
    name = bundle.config["objective"]["name"]
    if name != DAESettings.objective:
        raise ValueError(f"{path} was trained as {name!r}; --dae needs a bundle trained as 'dae'")
    if bundle.image_shape != facts.image_shape:
        raise ValueError(
            f"{path} sees frames of {bundle.image_shape}, but the dataset's are "
            f"{facts.image_shape}; give a denoising autoencoder of that size, or none to train one "
            "here"
        )
    dae = DenoisingAutoencoder(settings, facts, bundle.encoder.shape)
    dae.encoder.load_state_dict(bundle.encoder.state_dict())
    dae.decoder.load_state_dict(bundle.decoder.state_dict())
    return dae
