"""What an objective is: a model, its loss, and the stages in which it is trained.

To add one, write a file with its settings, a frozen dataclass, and a subclass of
:class:`Objective`, such as :mod:`darla.objectives.beta_vae`, and register it by its name (see
:mod:`darla.objectives.registry`). Nothing else needs to know of it: its settings become options,
and an objective says itself how frames are put into batches, and whether a network is trained
against it. :func:`darla.checks.objectives.check_objective` says what it still lacks.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from darla.encoder.likelihoods import Likelihood, make_likelihood
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Decoder, Encoder, make_decoder, make_encoder
from darla.objectives.settings import ObjectiveSettings

FrameChunks = Callable[[], Iterable[Tensor]]
"""Call it for an iterator over (a sample of) the dataset: uint8 (n, H, W, 3) on the device."""


@dataclass(frozen=True)
class TrainingFacts:
    """What an objective is told of its training when it is built."""

    image_shape: tuple[int, int, int]
    """Height, width and channels of a frame."""
    num_frames: int
    """Frames in the dataset, N."""
    steps: int
    """How many steps the last stage takes, for schedules."""
    epochs: float = 1.0
    """How often the last stage sees each frame, on average."""
    learning_rate: float = 1e-3
    """Adam's, of the last stage."""
    has_twins: bool = False
    """Whether frames show one state in several looks."""
    factors: Mapping[str, int] = field(default_factory=dict)
    """How many numbers stand for each factor that was recorded with the frames, by name."""
    actions: tuple[int, int] | None = None
    """Of how many choices the action that led to a frame is one, and of how many numbers it is, one
    of which is 0; None where no actions were recorded."""


@dataclass(frozen=True)
class LossTerms:
    """The loss of one batch."""

    total: Tensor
    """float32 scalar that the optimiser makes small."""
    terms: dict[str, Tensor]
    """float32 scalars to log, by TensorBoard tag (see :mod:`darla.vision.log`)."""
    kl_per_latent: Tensor | None = None
    """float32 (z,) nats, mean over the batch; None where there is no posterior."""
    adversary: Tensor | None = None
    """float32 scalar that the objective's adversary makes small; None without one."""


@dataclass(frozen=True)
class Stage:
    """One part of the training, with an optimiser of its own."""

    name: str
    """What it trains; the folder of its TensorBoard events."""
    objective: "Objective"
    """Whose loss is made small; often the whole objective, sometimes a part of it."""
    epochs: float
    """How often each frame is seen, on average."""
    learning_rate: float
    bundle: str
    """The folder, in the run's folder unless it is absolute, that the encoder is saved to."""


class Objective(nn.Module, ABC):
    """A model that owns its networks and knows its loss.

    Every tensor that training needs must be a parameter or a buffer: checkpoints save those.
    Several seeds can be trained at once where a loss moves buffers in place, and asks for no value.
    """

    settings_class: ClassVar[type[ObjectiveSettings]]
    """Its settings, which also say its name; a subclass with a name has a class of its own."""
    posterior_kind: ClassVar[str] = "gaussian"
    """What its encoder says of a picture: ``posterior`` of a NetworkShape."""
    smallest_batch: ClassVar[int] = 1
    """How many frames its loss needs to compare."""
    closed_form: ClassVar[bool] = False
    """Whether it is fitted by :meth:`fit`, in passes over all frames, and takes no steps."""
    one_graph: ClassVar[bool] = True
    """Whether a step on it is the same work on any batch, which may be compiled and replayed as one
    CUDA graph: its loss asks for no value of a tensor, and makes none on another device. Those that
    are not are trained eagerly."""
    paired: bool = False
    """Whether batches hold pairs of frames of one episode, partners in the second half."""
    twinned: bool = False
    """Whether they hold squares: each half's second half are the twins of its first, the same
    states in another look. Of objectives that are paired, where the frames have twins."""
    factor: str | None = None
    """The recorded factor, one of ``TrainingFacts.factors``, that :meth:`losses_given` is given
    with the frames; None for most."""
    sequence_length: int = 1
    """How many frames that follow one another are learnt from together. Above 1 batches hold the
    first frames of all sequences, then the second ones and so on, and :meth:`losses_given` is given
    what :mod:`darla.encoder.told_actions` tells of the way to each."""
    settings: ObjectiveSettings
    facts: TrainingFacts
    """What it was told of its training."""
    encoder: Encoder
    """Pictures to latents."""
    decoder: Decoder
    """Latents to the logits of pictures."""
    likelihood: Likelihood
    """Of pixels."""
    adversary: nn.Module | None
    """A network that is trained at the same time on ``LossTerms.adversary``, such as the
    discriminator of FactorVAE; None for most. Both losses are summed for one backward pass:
    ``total`` must give the adversary no gradient, and ``adversary`` give none to the rest;
    ``detach()`` what belongs to the other."""

    def __init__(
        self, settings: ObjectiveSettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the untrained model, of the shape that its settings say unless another is given.

        A ValueError where a setting cannot be used.
        """
        super().__init__()
        self.adversary = None
        self.settings = settings
        self.facts = facts
        shape = shape or self.network_shape()
        self.encoder = make_encoder(shape)
        self.decoder = make_decoder(shape)
        self.likelihood = make_likelihood(settings.likelihood, settings.sigma)

    @property
    def name(self) -> str:
        """What it is called in bundles and logs."""
        return type(self).settings_class.objective

    def network_shape(self) -> NetworkShape:
        """Return the shape of the networks that the settings ask for."""
        settings = self.settings
        return NetworkShape(
            image_shape=self.facts.image_shape,
            channels=settings.channels,
            hidden_units=settings.hidden_units,
            latents=settings.latents,
            posterior=self.posterior_kind,
            network=settings.network,
        )

    @abstractmethod
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compute the loss of a batch of pictures, float32 (N, 3, H, W) in [0, 1].

        The step is a float32 scalar, steps done in this stage; a tensor, so that a schedule costs a
        compiled step no recompilation.
        """

    def losses_given(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        """Compute the loss of a batch whose frames have a factor of theirs beside them.

        That is ``given``, float32 (N, m), as :mod:`darla.frames.recorded_factors` has it, and None
        unless there is a ``factor``, or frames come in sequences.
        """
        return self.losses(pictures, step)

    def effective_settings(self) -> dict[str, Any]:
        """Return the objective's own settings as they took effect, for the bundle."""
        return {}

    def stages(self) -> list[Stage]:
        """Return the stages in the order in which they are trained; the last makes the encoder."""
        facts = self.facts
        return [Stage(self.name, self, facts.epochs, facts.learning_rate, "encoder")]

    def prepare(self, chunks: FrameChunks) -> None:
        """Get ready for this objective's stage, once, before its first step."""

    def fit(self, frames: FrameChunks) -> Iterator[dict[str, Tensor]]:
        """Fit what has a closed form, of objectives that are ``closed_form``.

        ``frames`` is called for a pass over all frames of the dataset. After each pass the weights
        are the best so far, and scalars to log beside the losses are yielded, by TensorBoard tag.
        """
        raise NotImplementedError(f"{self.name} is trained in steps")

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return which latents hold the ``look`` and which the ``state``, once it is trained.

        They are indices by role, none for objectives that do not know; of a hierarchy's levels the
        roles are ``level_1``, the top, and so on. ``pairs`` is called for
        pairs of frames of one episode, uint8 (2 n, H, W, 3) at a time, the partners in the second
        half; a ValueError where the dataset has none.
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
