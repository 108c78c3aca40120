"""What an objective is: a model, its loss, and the stages in which it is trained.

To add one, write a file beside this one with a subclass of :class:`Objective`, and name it in
``OBJECTIVES`` in this package's ``__init__.py``. Nothing else needs to know of it: an objective
says itself which settings are its own, how frames are put into batches, and whether a network is
trained against it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from darla.encoder.likelihoods import Likelihood, make_likelihood
from darla.encoder.networks import Decoder, Encoder, NetworkShape
from darla.vision.config import VisionConfig

FrameChunks = Callable[[], Iterable[Tensor]]
"""Call it for an iterator over (a sample of) the dataset: uint8 (n, H, W, 3) on the device."""


@dataclass(frozen=True)
class TrainingFacts:
    """What an objective is told of its training when it is built.

    Attributes:
        image_shape: height, width and channels of a frame.
        num_frames: frames in the dataset, N.
        steps: how many steps the last stage takes, for schedules.
    """

    image_shape: tuple[int, int, int]
    num_frames: int
    steps: int


@dataclass(frozen=True)
class LossTerms:
    """The loss of one batch.

    Attributes:
        total: float32 scalar that the optimiser makes small.
        terms: float32 scalars to log, by TensorBoard tag (see :mod:`darla.vision.log`).
        kl_per_latent: float32 (z,) nats, mean over the batch; None where there is no posterior.
        adversary: float32 scalar that the objective's adversary makes small; None without one.
    """

    total: Tensor
    terms: dict[str, Tensor]
    kl_per_latent: Tensor | None = None
    adversary: Tensor | None = None


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

    Attributes:
        adversary: a network that is trained at the same time on ``LossTerms.adversary``, such as
            the discriminator of FactorVAE; None for most. Both losses are summed for one backward
            pass: ``total`` must give the adversary no gradient, and ``adversary`` give none to the
            rest; ``detach()`` what belongs to the other.
    """

    name: ClassVar[str]
    uses: ClassVar[frozenset[str]] = frozenset()
    """Settings that only some objectives have, and this is one of them."""
    smallest_batch: ClassVar[int] = 1
    """How many frames its loss needs to compare."""
    paired: ClassVar[bool] = False
    """Whether batches hold pairs of frames of one episode, partners in the second half."""
    encoder: Encoder
    decoder: Decoder
    likelihood: Likelihood
    adversary: nn.Module | None

    def __init__(self, config: VisionConfig, shape: NetworkShape) -> None:
        """Make an encoder and a decoder of ``shape``, and the configured pixel likelihood."""
        super().__init__()
        self.adversary = None
        self.config = config
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.likelihood = make_likelihood(config.likelihood, config.sigma)

    @classmethod
    @abstractmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "Objective":
        """Make the untrained model.

        Args:
            config: the run's configuration.
            facts: what is known of the training.

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

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return which latents hold the ``look`` and which the ``state``, once it is trained.

        Args:
            pairs: call it for pairs of frames of one episode, uint8 (2 n, H, W, 3) at a time, the
                partners in the second half; a ValueError where the dataset has none.

        Returns:
            Indices by role; empty for objectives that do not know.
        """
        return {}

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return Adam's parameter groups; parameters in none of them stay frozen.

        An adversary's are a group of their own, with a learning rate and betas of its own.
        """
        trained = [*self.encoder.parameters(), *self.decoder.parameters()]
        return [{"params": trained, "lr": learning_rate}]

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Decode the posterior means of float pictures (N, 3, H, W); same shape, in [0, 1]."""
        return torch.sigmoid(self.decoder(self.encoder(pictures).mu))


def network_shape(config: VisionConfig, facts: TrainingFacts, posterior: str) -> NetworkShape:
    """Return the configured shape of the networks for the dataset's frames."""
    return NetworkShape(
        image_shape=facts.image_shape,
        channels=config.channels,
        hidden_units=config.hidden_units,
        latents=config.latents,
        posterior=posterior,
    )
