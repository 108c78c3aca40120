"""An encoder that has finished learning: it maps frames to latents, and never changes again."""

import copy
import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from darla.encoder.likelihoods import kl_from_standard_normal
from darla.encoder.networks import Decoder, Encoder, Posterior, to_frames, to_pictures
from darla.running.precision import choose_precision

ENCODE_CHUNK = 512  # frames at a time: bounds the memory that large batches need
ACTIVE_KL = 0.01
ACTIVE_STD = 1e-3


@dataclass(frozen=True)
class LatentStatistics:
    """What each latent's posterior means did over D_U; all float32 (z,)."""

    mean: np.ndarray
    std: np.ndarray
    kl: np.ndarray
    """KL from the prior in nats, mean over frames; 0 for models without a posterior."""
    low: np.ndarray
    """1st percentile of the posterior means."""
    high: np.ndarray
    """99th percentile of the posterior means."""

    def tensors(self) -> dict[str, Tensor]:
        """Return the statistics by name, for saving."""
        return {field.name: torch.from_numpy(getattr(self, field.name)) for field in fields(self)}

    def active(self, posterior: str) -> np.ndarray:
        """Tell which latents carry anything, bool (z,): by KL, or by std without a posterior."""
        return self.kl >= ACTIVE_KL if posterior == "gaussian" else self.std > ACTIVE_STD


@torch.no_grad()
def latent_statistics(encoder: Encoder, chunks: Iterable[Tensor]) -> LatentStatistics:
    """Measure what each latent of a float32 network does over frames, each seen by itself.

    Chunks are uint8 (n, H, W, 3), on the encoder's device; there is at least one.
    """
    pieces = (frames for chunk in chunks for frames in chunk.split(ENCODE_CHUNK))
    return statistics_of(encoder(to_pictures(frames)) for frames in pieces)


@torch.no_grad()
def statistics_of(posteriors: Iterable[Posterior]) -> LatentStatistics:
    """Measure what each latent does, given what an encoder says of frames; at least one."""
    means: list[np.ndarray] = []
    kl, count = torch.zeros((), dtype=torch.float64), 0
    for mu, logvar in posteriors:
        means.append(mu.cpu().numpy())
        count += len(mu)
        none = torch.zeros_like(mu)
        nats = none if logvar is None else kl_from_standard_normal(mu, logvar)
        kl = kl + nats.double().sum(dim=0).cpu()
    latents = np.concatenate(means)
    low, high = np.percentile(latents, [1, 99], axis=0).astype(np.float32)
    return LatentStatistics(
        mean=latents.mean(axis=0, dtype=np.float64).astype(np.float32),
        std=latents.std(axis=0, dtype=np.float64).astype(np.float32),
        kl=(kl / count).numpy().astype(np.float32),
        low=low,
        high=high,
    )


@functools.cache
def _survive_forks() -> None:
    """Let processes that are forked from this one compute with one thread each.

    OpenMP's threads are not forked with a process, and a child that waits for them waits for ever.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


class FrozenEncoder(nn.Module):
    """Frames to latents and back, with weights that never change.

    It stays in eval mode and without gradients whatever is called on it; a network to fine-tune is
    made by :meth:`trainable_copy`.

    Attributes:
        config: the bundle's ``config.json``.
        path: the bundle's folder; None when it has none.
        statistics: what each latent did over D_U.
        reference_frames: uint8 (64 or fewer, H, W, 3), frames of D_U.
        encoder: the network behind :meth:`encode`.
        decoder: the network behind :meth:`decode`.
    """

    def __init__(
        self,
        encoder: Encoder,
        decoder: Decoder,
        statistics: LatentStatistics,
        reference_frames: np.ndarray,
        config: dict[str, Any],
        path: Path | None = None,
    ) -> None:
        super().__init__()
        _survive_forks()
        self.encoder = encoder
        self.decoder = decoder
        self.statistics = statistics
        self.reference_frames = reference_frames
        self.config = config
        self.path = path
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> "FrozenEncoder":
        """Stay in eval mode: frozen means frozen."""
        return super().train(False)

    def requires_grad_(self, requires_grad: bool = True) -> "FrozenEncoder":
        """Stay without gradients: frozen means frozen."""
        return super().requires_grad_(False)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the frames that it encodes."""
        return self.encoder.shape.image_shape

    @property
    def latent_dim(self) -> int:
        """Number of latents, z."""
        return self.encoder.shape.latents

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.encoder.parameters()).device

    @property
    def active(self) -> np.ndarray:
        """Which latents carry anything, bool (z,): KL of at least 0.01 nats.

        Models without a posterior have no KL: there, a standard deviation above 0.001.
        """
        return self.statistics.active(self.encoder.shape.posterior)

    @property
    def latent_roles(self) -> dict[str, np.ndarray]:
        """Which latents hold what: sorted int64 indices by role, ``look`` and ``state``.

        Of a hierarchy ``level_1``, the top, and so on. Empty when the objective did not tell them
        apart.
        """
        roles = self.config.get("latent_roles", {})
        return {name: np.array(sorted(found), dtype=np.int64) for name, found in roles.items()}

    @property
    def failure(self) -> str | None:
        """Why it is of no use, and what to do, as the run that trained it found; None if it may be.

        Bundles of version 0.1 do not say.
        """
        verdict: dict[str, Any] = self.config.get("verdict", {})
        return verdict.get("failure")

    def encode(self, frames: np.ndarray | Tensor) -> np.ndarray:
        """Encode uint8 frames (N, H, W, 3), as an array or a tensor on any device.

        Latents are float32 (N, z), a fresh array: the posterior mean, never a sample, not
        standardised. An encoder with memory sees each frame as the first of an episode; for frames
        in their order see :mod:`darla.encoder.remembered`. A ValueError where the frames have
        another shape or dtype.
        """
        tensor = (
            torch.from_numpy(np.require(frames, requirements=["C", "W"]))
            if isinstance(frames, np.ndarray)
            else frames
        )
        return self.encode_tensor(tensor).cpu().numpy()

    @torch.no_grad()
    def encode_tensor(self, frames: Tensor) -> Tensor:
        """Encode a uint8 tensor as :meth:`encode` does, to one on the encoder's device."""
        self.check_frames(frames)
        chunks = frames.split(ENCODE_CHUNK)
        return torch.cat([self.encoder(to_pictures(chunk.to(self.device))).mu for chunk in chunks])

    @torch.no_grad()
    def posteriors(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the variance of each latent of uint8 frames (N, H, W, 3).

        Both are float32 (N, z), from one pass through the network; means are what :meth:`encode`
        returns, and the variance of a posterior without spread is 0. A ValueError where the frames
        have another shape or dtype.
        """
        tensor = torch.from_numpy(np.require(frames, requirements=["C", "W"]))
        self.check_frames(tensor)
        none = np.zeros((0, self.latent_dim), np.float32)
        means, variances = [none], [none]
        for chunk in tensor.split(ENCODE_CHUNK):
            mu, logvar = self.encoder(to_pictures(chunk.to(self.device)))
            means.append(mu.cpu().numpy())
            spread = np.zeros_like(means[-1]) if logvar is None else logvar.exp().cpu().numpy()
            variances.append(spread)
        return np.concatenate(means), np.concatenate(variances)

    def forward(self, frames: Tensor) -> Tensor:
        """Do what :meth:`encode_tensor` does."""
        return self.encode_tensor(frames)

    @torch.no_grad()
    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (N, z) into uint8 frames (N, H, W, 3); a ValueError for other shapes."""
        chunks = self._to_tensor(latents).split(ENCODE_CHUNK)
        frames = [to_frames(torch.sigmoid(self.decoder(chunk))) for chunk in chunks]
        return torch.cat(frames).contiguous().cpu().numpy()

    @torch.no_grad()
    def log_density(self, latents: np.ndarray) -> np.ndarray:
        """Return how likely latents (N, z) are under the prior, log p(z) in nats; float32 (N,).

        The prior is N(0, I), or what was learnt in its place. Means are likelier than samples. A
        ValueError for other shapes, or where the objective has no prior.
        """
        tensor = self._to_tensor(latents)
        return self.encoder.log_density(tensor).cpu().numpy()

    def in_precision(self, precision: str) -> "FrozenEncoder":
        """Return an encoder that computes as :func:`darla.running.precision.choose_precision` says.

        It is this one itself for float32, and otherwise one that shares all but the network. In
        bfloat16, in which most encoders are trained, latents differ by about a hundredth of their
        spread, and are float32 as ever; small batches take half to two thirds of the time. A
        ValueError where the precision is unknown.
        """
        dtype = choose_precision(precision, self.device)
        if dtype == torch.float32:
            return self
        encoder = copy.deepcopy(self.encoder).lower(dtype)
        statistics, frames = self.statistics, self.reference_frames
        return FrozenEncoder(encoder, self.decoder, statistics, frames, self.config, self.path)

    def trainable_copy(self) -> Encoder:
        """Return a copy of the network that can be trained further.

        It takes float pictures (N, 3, H, W) in [0, 1] and returns a
        :class:`darla.encoder.networks.Posterior`, whose ``mu`` is what :meth:`encode` returns.
        """
        return copy.deepcopy(self.encoder).float().requires_grad_(True).train()

    def check_frames(self, frames: Tensor) -> None:
        """Raise a ValueError unless frames are of the encoder's shape and uint8."""
        fits = frames.ndim == 4 and tuple(frames.shape[1:]) == self.image_shape
        if not fits or frames.dtype != torch.uint8:
            expected = ", ".join(str(side) for side in self.image_shape)
            size = self.image_shape[:2]
            raise ValueError(
                f"frames are {frames.dtype} of shape {tuple(frames.shape)}, but the encoder "
                f"{self.path or ''} takes uint8 frames of shape (N, {expected}); resize them "
                f"with darla.frames.pictures.resize_frames(frames, {size})"
            )

    def _to_tensor(self, latents: np.ndarray) -> Tensor:
        """Put latents on the encoder's device; a ValueError where they are not (N, z)."""
        if latents.ndim != 2 or latents.shape[1] != self.latent_dim:
            raise ValueError(f"latents are {latents.shape}; expected (N, {self.latent_dim})")
        return torch.from_numpy(np.asarray(latents, dtype=np.float32)).to(self.device)
