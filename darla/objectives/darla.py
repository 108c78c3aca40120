"""DARLA's objective: a beta-VAE judged by what a denoising autoencoder sees (Higgins et al., 2017).

Loss: E_q |J(x^) - J(x)|^2 + pixel_weight |x^ - x|^2 + beta KL(q(z | x) || N(0, I)), where J are
features of a frozen denoising autoencoder, to which no noise is ever added here (arXiv 1707.08475,
eq. 8, whose pixel term has weight 0). Two things are our own:

- Features are standardised, each to mean 0 and variance 1 over the dataset, so that beta means the
  same whatever the autoencoder's scale. A decoder that always paints the mean picture's features
  loses as many units as there are features.
- The small pixel term keeps pictures readable. Without it they are covered in checkerboards, which
  the autoencoder cannot tell from the frame.
"""

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.bundle import load_encoder
from darla.likelihoods import squared_error
from darla.names import lookup
from darla.networks import NetworkShape, to_pictures
from darla.objectives.base import FrameChunks, Stage, network_shape
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.dae import DenoisingAutoencoder
from darla.vision_config import VisionConfig

_SMALLEST_STD = 1e-3  # a feature that never varies says nothing: do not blow its noise up


class Darla(BetaVAE):
    """The beta-VAE with a perceptual loss."""

    name: ClassVar[str] = "darla"
    default_beta: ClassVar[float] = 1.0

    def __init__(
        self, config: VisionConfig, shape: NetworkShape, dae: DenoisingAutoencoder, trained: bool
    ) -> None:
        """Put ``dae`` beside the networks; ``trained`` says that it needs no training here."""
        super().__init__(config, shape)
        self.dae = dae
        self.dae_is_trained = trained
        layers = {layer: layer for layer in dae.encoder.layers()}
        self.layer = lookup("feature_layer", config.feature_layer, layers)
        with torch.no_grad():
            picture = torch.zeros(1, 3, *shape.image_shape[:2])
            features = dae.encoder.features(picture, self.layer).shape[1]
        self.feature_mean: Tensor
        self.feature_std: Tensor
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_std", torch.ones(features))

    @classmethod
    def build(cls, config: VisionConfig, image_shape: tuple[int, int, int], steps: int) -> "Darla":
        """Make the untrained model, with the denoising autoencoder of ``config.dae`` if given."""
        shape = network_shape(config, image_shape, posterior="gaussian")
        if config.dae is None:
            return cls(config, shape, DenoisingAutoencoder.build(config, image_shape, 0), False)
        return cls(config, shape, _load_dae(config, config.dae, image_shape), True)

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
        """Measure each feature's mean and standard deviation over the dataset."""
        count = 0
        total, squares = (torch.zeros_like(self.feature_mean, dtype=torch.float64) for _ in "ab")
        for frames in chunks():
            features = self.dae.encoder.features(to_pictures(frames), self.layer).double()
            count += len(features)
            total += features.sum(dim=0)
            squares += features.square().sum(dim=0)
        mean = total / count
        variance = (squares / count - mean.square()).clamp_min(0)
        self.feature_mean.copy_(mean)
        self.feature_std.copy_(variance.sqrt().clamp_min(_SMALLEST_STD))

    def perceive(self, pictures: Tensor) -> Tensor:
        """Return the standardised features of float pictures (N, 3, H, W); (N, features)."""
        features = self.dae.encoder.features(pictures, self.layer)
        return (features - self.feature_mean) / self.feature_std

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
        own = {"feature_layer": self.layer, "pixel_weight": config.pixel_weight}
        return {**super().settings(), **own, "dae": str(config.dae) if config.dae else None}


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
