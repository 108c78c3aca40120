"""The state of a network with memory: one part follows from the past, one tells what is new.

The recurrent state-space model of Hafner et al. (2019, "Learning latent dynamics for planning from
pixels", section 3); a VRNN (Chung et al., 2015, "A recurrent latent variable model for sequential
data", eq. 5 to 9) whose recurrence sees frames through their latents alone, and actions beside
these. Of frame t

- h_t = GRU(h_t-1, [s_t-1, a_t]), the memory, follows from the state before and the action that led
  here; at the beginning of an episode both are 0;
- p(s_t | h_t) is Gaussian: what is foretold of the frame;
- q(s_t | h_t, x_t) is Gaussian: what the frame says, given what was known.

The state is [s_t, h_t], in this order. A frame that no memory helps with is one that begins an
episode.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from darla.encoder.likelihoods import sample_latents

_SMALLEST_STD = 0.1
"""Of s: the KL does not say how large s is, and no sample may be told from another by a hair."""

Gaussian = tuple[Tensor, Tensor]
"""mu and logvar, both float32 (..., s)."""


class States(NamedTuple):
    """What is known of frames, and what was foretold of them; (..., size) each."""

    latents: Tensor
    """[s, h], with s the mean of the posterior or a sample of it."""
    prior: Gaussian
    """p(s | h)."""
    posterior: Gaussian
    """q(s | h, x)."""


class RecurrentState(nn.Module):
    """How states follow one another.

    Attributes:
        size: numbers in s.
        units: numbers in h.
    """

    def __init__(self, size: int, units: int, told: int, seen: int, hidden: int) -> None:
        """Make the layers.

        ``told`` numbers say how a frame was come by (see :mod:`darla.encoder.told_actions`), and
        ``seen`` numbers what is in it; ``hidden`` are the units of the layers between.
        """
        super().__init__()
        self.size, self.units = size, units
        self.told = nn.Sequential(
            nn.Linear(size + told - 1, hidden), nn.LayerNorm(hidden), nn.SiLU()
        )
        self.cell = nn.GRUCell(hidden, units)
        self.foretold = _layers(units, hidden, 2 * size)
        self.inferred = _layers(units + seen, hidden, 2 * size)

    def remember(self, before: Tensor, told: Tensor) -> Tensor:
        """Return h, (N, units), after states [s, h], (N, size + units), and what was told, (N, m).

        The last number told is 1 where an episode begins, before which nothing is known.
        """
        known = 1 - told[:, -1:]
        action, state = told[:, :-1] * known, before * known
        latents, memory = state.split([self.size, self.units], dim=1)
        inputs = self.told(torch.cat([latents, action], dim=1))
        remembered: Tensor = self.cell(inputs, memory)
        return remembered

    def foretell(self, memory: Tensor) -> Gaussian:
        """Return p(s | h) of memories (N, units)."""
        return _gaussian(self.foretold(memory))

    def infer(self, memory: Tensor, seen: Tensor) -> Gaussian:
        """Return q(s | h, x) of memories (N, units) and what is seen (N, seen)."""
        return _gaussian(self.inferred(torch.cat([memory, seen], dim=1)))

    def follow(self, seen: Tensor, told: Tensor, before: Tensor, draw: bool) -> States:
        """Return the states of T frames of n sequences, each from that before it.

        Args:
            seen: (T, n, seen), what is in the frames.
            told: (T, n, m), how they were come by.
            before: (n, size + units), the states before the first of them.
            draw: whether s is a sample of the posterior, or its mean.
        """
        found = []
        with torch.autocast(seen.device.type, enabled=False):
            for frame, way in zip(seen.float(), told.float(), strict=True):
                memory = self.remember(before, way)
                prior, posterior = self.foretell(memory), self.infer(memory, frame)
                chosen = sample_latents(*posterior) if draw else posterior[0]
                before = torch.cat([chosen, memory], dim=1)
                found.append((before, *prior, *posterior))
        latents, *gaussians = (torch.stack(each) for each in zip(*found, strict=True))
        return States(latents, (gaussians[0], gaussians[1]), (gaussians[2], gaussians[3]))

    def predict(self, before: Tensor, told: Tensor) -> Tensor:
        """Return what is foretold without seeing any frame, (T, n, size + units).

        From states (n, size + units), and what would be told of T frames, (T, n, m). Each s is the
        mean of what is foretold.
        """
        found = []
        with torch.autocast(before.device.type, enabled=False):
            for way in told.float():
                memory = self.remember(before, way)
                before = torch.cat([self.foretell(memory)[0], memory], dim=1)
                found.append(before)
        return torch.stack(found) if found else before.new_zeros(0, *before.shape)


def _layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Make two layers."""
    first = nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.SiLU()
    return nn.Sequential(*first, nn.Linear(hidden, outputs))


def _gaussian(outputs: Tensor) -> Gaussian:
    """Cut a last layer's outputs into mu and logvar."""
    mu, raw = outputs.chunk(2, dim=1)
    return mu, 2 * (functional.softplus(raw) + _SMALLEST_STD).log()
