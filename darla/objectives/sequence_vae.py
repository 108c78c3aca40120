"""Sequence VAE: latents with memory, learnt from frames in their order and the actions between.

The recurrent state-space model (Hafner et al., 2019, "Learning latent dynamics for planning from
pixels", section 3; a VRNN, Chung et al., 2015, that is told of actions); for what a state is see
:mod:`darla.encoder.recurrent_state`. Loss, of each frame of a sequence:

    -log p(x_t | s_t, h_t) + dynamics max(free, KL(sg(q_t) || p_t))
                           + representation max(free, KL(q_t || sg(p_t)))

where p_t = p(s_t | h_t) is what was foretold of the frame, q_t = q(s_t | h_t, x_t), and sg stops
gradients: the KL is balanced (Hafner et al., 2023, "Mastering diverse domains through world
models", eq. 5, whose weights and free nats these are), so that what is foretold learns from what is
seen rather than the other way round. Pictures are compared as everywhere here.

What can be told of frames to come is worth remembering, and nothing else: no reward is learnt, and
a cue that never shows in any later frame is forgotten. The memory reaches back as far as sequences
do, and what it does beyond that is not learnt.

Agents see the whole state, first the mean of s and then the memory h. Sequences begin anywhere in
an episode, without a memory; so single frames can be encoded too, as first ones.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.likelihoods import kl_between, squared_error
from darla.encoder.network_shape import MemoryShape, NetworkShape
from darla.encoder.networks import MemoryEncoder
from darla.encoder.recurrent_state import Gaussian
from darla.objectives.base import LossTerms, Objective, TrainingFacts
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import AtLeastZero, PositiveInt


@dataclass(frozen=True)
class SequenceVAESettings(ObjectiveSettings):
    """Sequence VAE; see :mod:`darla.objectives.sequence_vae`."""

    objective: ClassVar[str] = "sequence_vae"

    latents: int = 32
    """Latents that tell what is new in a frame; agents see the memory beside them."""
    memory: PositiveInt = 128
    """Latents that tell what the frames before have shown."""
    sequence_length: PositiveInt = 16
    """Frames that are learnt from in a row, at least 2; a batch holds as many sequences as fit."""
    dynamics: AtLeastZero = 0.5
    """What a nat costs that was not foretold, where foretelling learns from it."""
    representation: AtLeastZero = 0.1
    """What a nat costs that was not foretold, where the encoder learns to do without it."""
    free_nats: AtLeastZero = 1.0
    """Nats of each frame that cost no more if they are fewer."""

    def check(self) -> None:
        """Check that sequences are some."""
        super().check()
        if self.sequence_length < 2:
            raise ValueError(
                f"sequence_length is {self.sequence_length}, but sequences have 2 frames or more"
            )


@dataclass(frozen=True)
class BalancedKL:
    """What it costs that frames were not foretold; float32 (N,) each."""

    nats: Tensor
    """KL(q || p) of each frame, without gradient."""
    dynamics: Tensor
    """max(free, KL(sg(q) || p)), which the prior alone learns from."""
    representation: Tensor
    """max(free, KL(q || sg(p))), which the posterior alone learns from."""
    per_latent: Tensor
    """(N, s), the nats of each latent, without gradient."""


def balanced_kl(posterior: Gaussian, prior: Gaussian, free_nats: float) -> BalancedKL:
    """Return the KL of Gaussians (mu, logvar), float32 (N, s) each, as it is charged."""
    fixed_posterior = posterior[0].detach(), posterior[1].detach()
    fixed_prior = prior[0].detach(), prior[1].detach()
    per_latent = kl_between(fixed_posterior, fixed_prior)
    return BalancedKL(
        per_latent.sum(dim=1),
        kl_between(fixed_posterior, prior).sum(dim=1).clamp_min(free_nats),
        kl_between(posterior, fixed_prior).sum(dim=1).clamp_min(free_nats),
        per_latent,
    )


class SequenceVAE(Objective):
    """A VAE of sequences, whose prior of each frame is what the frames before foretell of it."""

    settings_class = SequenceVAESettings
    posterior_kind: ClassVar[str] = "point"
    settings: SequenceVAESettings
    encoder: MemoryEncoder

    def __init__(
        self,
        settings: SequenceVAESettings,
        facts: TrainingFacts,
        shape: NetworkShape | None = None,
    ) -> None:
        """Make the networks; a ValueError where the frames have no actions."""
        super().__init__(settings, facts, shape)
        self.sequence_length = settings.sequence_length

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings and the recorded actions ask for."""
        if self.facts.actions is None:
            raise ValueError(
                "sequence_vae learns what comes of actions, but the frames were recorded without "
                "any, or not all with actions of one kind; collect them with --policy random, or "
                "agent"
            )
        choices, numbers = self.facts.actions
        units = self.settings.memory
        memory = MemoryShape(units, choices, numbers)
        return replace(
            super().network_shape(), latents=self.settings.latents + units, memory=memory
        )

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compute the loss of sequences of which nothing but the pictures is known."""
        memory = self.encoder.shape.memory
        assert memory is not None, "the shape has one"
        return self.losses_given(pictures, step, pictures.new_zeros(len(pictures), memory.told))

    def losses_given(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        """Compute the loss of n sequences of T frames, (T n, 3, H, W), first ones first.

        What is told of each is float32 (T n, m), as :mod:`darla.encoder.told_actions` has it.
        """
        if given is None:
            return self.losses(pictures, step)
        told = given.view(self.sequence_length, -1, given.shape[1]).clone()
        told[0, :, -1] = 1  # as if the first frame began its episode: nothing is known before it
        states = self.encoder.follow(pictures, told, draw=True)
        logits = self.decoder(states.latents.flatten(0, 1))
        reconstruction = self.likelihood.negative_log(logits, pictures).mean()
        posterior, prior = (
            (mu.flatten(0, 1), logvar.flatten(0, 1))
            for mu, logvar in (states.posterior, states.prior)
        )
        kl = balanced_kl(posterior, prior, self.settings.free_nats)
        dynamics, representation = kl.dynamics.mean(), kl.representation.mean()
        own = self.settings
        terms = {
            "loss/reconstruction": reconstruction,
            "loss/pixel": squared_error(torch.sigmoid(logits), pictures).mean(),
            "loss/kl": kl.nats.mean(),
            "loss/dynamics": dynamics,
            "loss/representation": representation,
        }
        total = reconstruction + own.dynamics * dynamics + own.representation * representation
        per_latent = kl.per_latent.mean(dim=0)
        # The memory follows from the past, and has nothing that could not be foretold.
        nats = torch.cat([per_latent, per_latent.new_zeros(own.memory)])
        return LossTerms(total, terms, nats)

    def effective_settings(self) -> dict[str, Any]:
        """Return what decides the loss, and how far back the memory was learnt."""
        own = self.settings
        return {
            "memory": own.memory,
            "sequence_length": own.sequence_length,
            "dynamics": own.dynamics,
            "representation": own.representation,
            "free_nats": own.free_nats,
        }
