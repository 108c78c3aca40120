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

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.bundle import load_encoder
from darla.encoder.likelihoods import squared_error
from darla.encoder.networks import NetworkShape, to_pictures
from darla.objectives.base import FrameChunks, Stage, TrainingFacts, network_shape
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.dae import DenoisingAutoencoder
from darla.running.names import lookup
from darla.vision.config import VisionConfig

_SMALLEST_STD = 1e-3  # a feature that never varies says nothing: do not blow its noise up
_MOST_WHITENED = 4096
_KEPT_VARIANCE = 0.99


class Darla2017(BetaVAE):
    """The beta-VAE with a perceptual loss."""

    name: ClassVar[str] = "darla_2017"
    uses: ClassVar[frozenset[str]] = BetaVAE.uses | {
        "dae",
        "dae_epochs",
        "dae_learning_rate",
        "dae_units",
        "feature_layer",
        "feature_scaling",
        "mask",
        "pixel_weight",
    }
    default_beta: ClassVar[float] = 1.0
    default_warmup: ClassVar[float] = 0.25

    def __init__(
        self,
        config: VisionConfig,
        shape: NetworkShape,
        steps: int,
        dae: DenoisingAutoencoder,
        trained: bool,
    ) -> None:
        """Put ``dae`` beside the networks; ``trained`` says that it needs no training here."""
        super().__init__(config, shape, steps)
        self.dae = dae
        self.dae_is_trained = trained
        layers = {layer: layer for layer in dae.encoder.layers()}
        self.layer = lookup("feature_layer", config.feature_layer, layers)
        with torch.no_grad():
            picture = torch.zeros(1, 3, *shape.image_shape[:2])
            features = dae.encoder.features(picture, self.layer).shape[1]
        if config.feature_scaling == "whiten" and features > _MOST_WHITENED:
            raise ValueError(
                f"layer {self.layer!r} has {features} features; at most {_MOST_WHITENED} can be "
                "whitened; give --feature-scaling standardize, or a later layer"
            )
        self.feature_mean: Tensor
        self.feature_map: Tensor
        whiten = config.feature_scaling == "whiten"
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_map", torch.eye(features) if whiten else torch.ones(features))

    @classmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "Darla2017":
        """Make the untrained model, with the denoising autoencoder of ``config.dae`` if given."""
        shape = network_shape(config, facts, posterior="gaussian")
        if config.dae is None:
            dae = DenoisingAutoencoder.build(config, facts)
            return cls(config, shape, facts.steps, dae, trained=False)
        dae = _load_dae(config, config.dae, facts.image_shape)
        return cls(config, shape, facts.steps, dae, trained=True)

    def stages(self) -> list[Stage]:
        """Return the denoising autoencoder's stage, unless it came trained, and the VAE's own."""
        config = self.config
        own = super().stages()
        if self.dae_is_trained:
            return own
        first = Stage("dae", self.dae, config.dae_epochs, config.dae_learning_rate, "dae")
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
            return features @ self.feature_map

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Compare features, and a little the pixels, of the decoded picture and the frame."""
        decoded = torch.sigmoid(logits)
        with torch.no_grad():
            seen = self.perceive(pictures)
        perceptual = squared_error(self.perceive(decoded), seen).mean()
        pixel = squared_error(decoded, pictures).mean()
        loss = perceptual + self.config.pixel_weight * pixel
        return loss, {"loss/reconstruction": perceptual, "loss/pixel": pixel}

    def reconstructed_values(self) -> int:
        """Return the number of features."""
        return len(self.feature_mean)

    def settings(self) -> dict[str, Any]:
        """Return beta, the feature layer and the pixel term's weight."""
        config = self.config
        own: dict[str, Any] = {"feature_layer": self.layer, "pixel_weight": config.pixel_weight}
        own["feature_scaling"] = config.feature_scaling
        return {**super().settings(), **own, "dae": str(config.dae) if config.dae else None}


def whitening(covariance: Tensor) -> Tensor:
    """Return the map that whitens features.

    Args:
        covariance: float64 (F, F).

    Returns:
        float64 (F, F) W such that (x - mean) W has K directions of variance F / K, which hold 99%
        of the variance of the standardised features, and zeros in place of the others.
    """
    std = covariance.diagonal().clamp_min(0).sqrt().clamp_min(_SMALLEST_STD)
    variances, directions = torch.linalg.eigh(covariance / torch.outer(std, std))
    variances, directions = variances.flip(0).clamp_min(1e-12), directions.flip(1)
    explained = variances.cumsum(0) / variances.sum()
    kept = int((explained < _KEPT_VARIANCE).sum()) + 1
    scale = torch.zeros_like(variances)
    scale[:kept] = (len(variances) / kept / variances[:kept]).sqrt()
    return directions * scale / std[:, None]


def _load_dae(
    config: VisionConfig, path: Path, image_shape: tuple[int, int, int]
) -> DenoisingAutoencoder:
    """Take the networks of an earlier denoising autoencoder's bundle."""
    bundle = load_encoder(path)
    name = bundle.config["objective"]["name"]
    if name != DenoisingAutoencoder.name:
        raise ValueError(f"{path} was trained as {name!r}; --dae needs a bundle trained as 'dae'")
    if bundle.image_shape != image_shape:
        raise ValueError(
            f"{path} sees frames of {bundle.image_shape}, but the dataset's are {image_shape}; "
            "give a denoising autoencoder of that size, or none to train one here"
        )
    dae = DenoisingAutoencoder(config, bundle.encoder.shape)
    dae.encoder.load_state_dict(bundle.encoder.state_dict())
    dae.decoder.load_state_dict(bundle.decoder.state_dict())
    return dae
