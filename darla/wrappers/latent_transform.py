"""From pictures of any size to the latents that agents see.

It is the one way for learning, evaluating, collecting and measuring: the wrappers for
``gymnasium.Env``, ``gymnasium.vector.VectorEnv`` and the ``VecEnv`` of Stable-Baselines3 put it
behind a :class:`~darla.wrappers.picture_observer.PictureObserver`, and so does who acts with an
agent that was saved.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from darla.encoder.bundle import FrozenEncoder, load_encoder
from darla.encoder.shipped_encoders import shipped_encoders
from darla.frames.pictures import resize_frames
from darla.running.device import resolve_device
from darla.wrappers.latent_options import LatentOptions

DEFAULT_OPTIONS = LatentOptions()

SMALLEST_STD = 1e-6
"""Standard deviations below this are raised to it: nothing may be divided by zero."""


class LatentTransform:
    """Turns batches of pictures into latents, ready to be observed by an agent.

    Pictures of another size than the encoder's are resized. Latents are standardised, and those
    that carry nothing are zero, unless the options say otherwise.

    Args:
        encoder: a bundle's folder, or an encoder that is already loaded.
        options: how latents are shown.
        device: where a bundle given by its folder is put: "cpu", "cuda" or "auto" (a GPU when
            there is one). An encoder that is already loaded stays where it is.

    Attributes:
        encoder: the frozen encoder, in the precision of the options.
        loaded: the same as it was given or loaded.
        options: as they were given.
        shift: (z,) float32, subtracted from latents.
        scale: (z,) float32, which they are then multiplied by.
        removed: (k, z) float32, orthonormal: what is then projected out.

    Raises:
        ValueError: the encoder is neither a folder nor an encoder, the device is unknown, there is
            no latent of a masked index, or directions have another length.
        FileNotFoundError: there is no bundle in that folder.
    """

    def __init__(
        self,
        encoder: FrozenEncoder | str | Path,
        options: LatentOptions = DEFAULT_OPTIONS,
        *,
        device: str = "cpu",
    ) -> None:
        self.options = options
        self.loaded = _as_encoder(encoder, device)
        self.encoder = self.loaded.in_precision(options.precision)
        statistics = self.encoder.statistics
        latents = self.encoder.latent_dim
        std = np.maximum(statistics.std, SMALLEST_STD)
        alive = self.encoder.active.copy() if options.zero_dead else np.ones(latents, dtype=bool)
        masked = list(options.masked)
        if any(not 0 <= index < latents for index in masked):
            raise ValueError(f"masked latents are {masked}, but must be 0 to {latents - 1}")
        alive[masked] = False
        standardize = options.standardize
        self.shift = statistics.mean if standardize else np.zeros(latents, np.float32)
        self.scale = (alive / (std if standardize else 1.0)).astype(np.float32)
        self.removed = _orthonormal(options.removed, latents)

    @property
    def latent_dim(self) -> int:
        """The number of latents."""
        return self.encoder.latent_dim

    @property
    def path(self) -> str | None:
        """The bundle's folder as text, which a spec can hold; None when none holds this encoder.

        A bundle that comes with the package goes by its name, which every machine knows.
        """
        untrained = self.encoder.config["objective"]["name"] == "random"  # its folder's is trained
        path = self.encoder.path
        if untrained or path is None:
            return None
        return path.name if shipped_encoders().get(path.name) == path else str(path)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Encode pictures as :meth:`encode` does, and return them as :meth:`observe` does."""
        return self.observe(self.encode(frames))

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """Encode pictures (N, h, w, 3) uint8 of any size; (N, z) float32, not standardised.

        An encoder with memory sees each as the first of an episode; see
        :mod:`darla.wrappers.latent_memory`. A ValueError where the pictures have another shape or
        dtype.
        """
        encoded: np.ndarray = self.encoder.encode(self.sized(frames))
        return encoded

    def sized(self, frames: np.ndarray) -> np.ndarray:
        """Return pictures (N, h, w, 3) uint8 of any size in the encoder's; the same errors."""
        height, width, _ = self.encoder.image_shape
        return resize_frames(frames, (height, width))

    def observe(self, latents: np.ndarray) -> np.ndarray:
        """Return latents (N, z) as agents see them: standardised, and some of them zero."""
        shown: np.ndarray = ((latents - self.shift) * self.scale).astype(np.float32)
        if len(self.removed):
            shown -= (shown @ self.removed.T) @ self.removed
        return shown


def _orthonormal(directions: Sequence[Sequence[float]], latents: int) -> np.ndarray:
    """Return an orthonormal basis, (k, z) float32, of the space that directions span."""
    if not len(directions):
        return np.zeros((0, latents), np.float32)
    rows = np.asarray(directions, dtype=np.float64)
    if rows.shape[1] != latents:
        raise ValueError(
            f"directions to remove have shape {rows.shape}; give (k, {latents}) finite numbers"
        )
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    kept: np.ndarray = basis[sizes > 1e-6 * max(sizes.max(), 1e-12)].astype(np.float32)
    return kept


def _as_encoder(encoder: Any, device: str) -> FrozenEncoder:
    """Load an encoder from its bundle, unless it is one already."""
    if isinstance(encoder, FrozenEncoder):
        return encoder
    if isinstance(encoder, str | Path):
        return load_encoder(encoder, device=resolve_device(device))
    raise ValueError(
        f"an encoder is a bundle's folder or what load_encoder() returns, not {encoder!r}"
        + ("; this one was never saved, so no spec can bring it back" if encoder is None else "")
    )
