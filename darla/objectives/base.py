"""What an objective is: a model, its loss, and the stages in which it is trained.

To add one, write a file beside this one with a subclass of :class:`Objective`, and name it in
``OBJECTIVES`` in this package's ``__init__.py``. Nothing else needs to know of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from darla.likelihoods import Likelihood, make_likelihood
from darla.networks import Decoder, Encoder, NetworkShape
from darla.vision_config import VisionConfig

FrameChunks = Callable[[], Iterable[Tensor]]
"""Call it for an iterator over (a sample of) the dataset: uint8 (n, H, W, 3) on the device."""


@dataclass(frozen=True)
class LossTerms:
    """The loss of one batch.

    Attributes:
        total: float32 scalar that the optimiser makes small.
        terms: float32 scalars to log, by TensorBoard tag (see :mod:`darla.vision_log`).
        kl_per_latent: float32 (z,) nats, mean over the batch; None where there is no posterior.
    """

    total: Tensor
    terms: dict[str, Tensor]
    kl_per_latent: Tensor | None = None


@dataclass(frozen=True)
class Stage:
    """One part of the training, with an optimiser of its own.

    Attributes:
        name: what it trains; the folder of its TensorBoard events.
        objective: whose loss is made small; often the whole objective, sometimes a part of it.
        epochs: how often each frame is seen, on average.
        learning_rate: Adam's.
        bundle: the folder, in the run's folder, that the trained encoder is saved to.
    """

    name: str
    objective: "Objective"
    epochs: float
    learning_rate: float
    bundle: str


class Objective(nn.Module, ABC):
    """A model that owns its networks and knows its loss.

    Every tensor that training needs must be a parameter or a buffer: checkpoints save those.
    """

    name: ClassVar[str]
    takes_beta: ClassVar[bool] = False
    """Whether ``beta`` can be configured."""
    encoder: Encoder
    decoder: Decoder
    likelihood: Likelihood

    def __init__(self, config: VisionConfig, shape: NetworkShape) -> None:
        """Make an encoder and a decoder of ``shape``, and the configured pixel likelihood."""
        super().__init__()
        self.config = config
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.likelihood = make_likelihood(config.likelihood, config.sigma)

    @classmethod
    @abstractmethod
    def build(
        cls, config: VisionConfig, image_shape: tuple[int, int, int], steps: int
    ) -> "Objective":
        """Make the untrained model.

        Args:
            config: the run's configuration.
            image_shape: height, width and channels of a frame.
            steps: how many steps the last stage takes, for schedules.

        Raises:
            ValueError: a setting cannot be used.
        """

    @abstractmethod
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compute the loss of one batch.

        Args:
            pictures: float32 (N, 3, H, W) in [0, 1].
            step: float32 scalar, steps done in this stage; a tensor, so that a schedule costs a
                compiled step no recompilation.
        """

    def settings(self) -> dict[str, Any]:
        """Return the objective's own settings as they took effect, for the bundle."""
        return {}

    def stages(self) -> list[Stage]:
        """Return the stages in the order in which they are trained; the last makes the encoder."""
        config = self.config
        return [Stage(self.name, self, config.epochs, config.learning_rate, "encoder")]

    def prepare(self, chunks: FrameChunks) -> None:
        """Get ready for this objective's stage, once, before its first step."""

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return Adam's parameter groups; parameters in none of them stay frozen."""
        trained = [*self.encoder.parameters(), *self.decoder.parameters()]
        return [{"params": trained, "lr": learning_rate}]

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Decode the posterior means of float pictures (N, 3, H, W); same shape, in [0, 1]."""
        return torch.sigmoid(self.decoder(self.encoder(pictures).mu))


def network_shape(
    config: VisionConfig, image_shape: tuple[int, int, int], posterior: str
) -> NetworkShape:
    """Return the configured shape of the networks for frames of ``image_shape``."""
    return NetworkShape(
        image_shape=image_shape,
        channels=config.channels,
        hidden_units=config.hidden_units,
        latents=config.latents,
        posterior=posterior,
    )
