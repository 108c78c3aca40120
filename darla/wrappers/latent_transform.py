"""From pictures of any size to the latents that agents see.

The three wrappers (for ``gymnasium.Env``, ``gymnasium.vector.VectorEnv`` and the ``VecEnv`` of
Stable-Baselines3) share what is here: which part of an observation is the picture, what the space
of the latents is, and how a batch of pictures becomes a batch of latents.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch.nn import functional

from darla.encoder.bundle import FrozenEncoder, load_encoder
from darla.running.names import unknown
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
        encoder: the frozen encoder.
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
        self.encoder = _as_encoder(encoder, device).in_precision(options.precision)
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
        """The bundle's folder as text, which a spec can hold; None when none holds this encoder."""
        untrained = self.encoder.config["objective"]["name"] == "random"  # its folder's is trained
        return None if untrained or self.encoder.path is None else str(self.encoder.path)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Encode pictures, all in one batch.

        Args:
            frames: (N, h, w, 3) uint8 RGB pictures of any size.

        Returns:
            (N, z) float32, a fresh array.

        Raises:
            ValueError: the pictures have another shape or dtype.
        """
        return self.observe(self.encode(frames))

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """Encode pictures (N, h, w, 3) uint8 of any size; (N, z) float32, not standardised.

        Raises:
            ValueError: the pictures have another shape or dtype.
        """
        height, width, _ = self.encoder.image_shape
        encoded: np.ndarray = self.encoder.encode(resize_frames(frames, (height, width)))
        return encoded

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
    if isinstance(encoder, FrozenEncoder):
        return encoder
    if isinstance(encoder, str | Path):
        return load_encoder(encoder, device=resolve_device(device))
    raise ValueError(
        f"an encoder is a bundle's folder or what load_encoder() returns, not {encoder!r}"
        + ("; this one was never saved, so no spec can bring it back" if encoder is None else "")
    )


def resolve_device(device: str) -> str:
    """Turn "auto" into "cuda" when there is a GPU and into "cpu" otherwise.

    Raises:
        ValueError: torch does not know the device, or it is a GPU and there is none.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ValueError(f"unknown device {device!r}; give auto, cpu or cuda") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {device!r} was asked for, but there is no GPU here; give cpu")
    return device


def resize_frames(frames: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize pictures: averaging areas when both sides shrink, bilinear otherwise.

    Args:
        frames: (N, h, w, 3) uint8.
        size: height and width to have.

    Returns:
        (N, height, width, 3) uint8; ``frames`` itself when the size is already right.

    Raises:
        ValueError: the pictures have another shape or dtype.
    """
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(
            f"pictures are uint8 of shape (N, h, w, 3), not {frames.dtype} of {frames.shape}"
        )
    if frames.shape[1:3] == tuple(size):
        return frames
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float()
    resized = resize_pixels(pixels, size).round_().clamp_(0, 255).to(torch.uint8)
    return resized.permute(0, 2, 3, 1).contiguous().numpy()


def resize_pixels(pixels: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize float pictures (N, C, h, w) to (N, C, height, width), as frames are resized."""
    if pixels.shape[-2:] == tuple(size):
        return pixels
    if pixels.shape[-2] >= size[0] and pixels.shape[-1] >= size[1]:
        return functional.interpolate(pixels, size, mode="area")
    return functional.interpolate(pixels, size, mode="bilinear", align_corners=False)


def find_image(space: spaces.Space[Any], key: str | None = None) -> str | None:
    """Find the picture in an observation space.

    Args:
        space: an image space, or a Dict space with an image among its entries.
        key: the entry to take; needed when a Dict has several images.

    Returns:
        The key of the picture in a Dict, or None when the observation is the picture.

    Raises:
        ValueError: there is no picture, there are several, or ``key`` is not one.
    """
    if not isinstance(space, spaces.Dict):
        if key is not None:
            raise ValueError(f"key {key!r} was given, but observations are no Dict: {space}")
        _check_image("the observation", space)
        return None
    if key is not None:
        if key not in space.spaces:
            raise unknown("observation key", key, space.spaces)
        _check_image(f"observation entry {key!r}", space.spaces[key])
        return key
    images = [name for name, entry in space.spaces.items() if _is_image(entry)]
    if len(images) != 1:
        entries = ", ".join(f"{name}: {entry}" for name, entry in space.spaces.items())
        problem = f"several pictures ({', '.join(images)}); give key=" if images else "no picture"
        raise ValueError(f"the observation has {problem}; its entries are {entries}")
    return images[0]


def _is_image(space: spaces.Space[Any]) -> bool:
    return (
        isinstance(space, spaces.Box)
        and len(space.shape) == 3
        and space.shape[-1] == 3
        and space.dtype == np.uint8
    )


def _check_image(what: str, space: spaces.Space[Any]) -> None:
    if _is_image(space):
        return
    shape = getattr(space, "shape", None)
    hint = ""
    if shape is not None and len(shape) == 3 and shape[0] == 3:
        hint = "; its channels come first: wrap before the pictures are transposed"
    raise ValueError(f"{what} is no uint8 RGB picture (H, W, 3) that can be encoded: {space}{hint}")


def latent_space(space: spaces.Space[Any], key: str | None, latent_dim: int) -> spaces.Space[Any]:
    """Return ``space`` with its picture replaced by float32 latents (z,) without bounds.

    Args:
        space: the space of single observations.
        key: what :func:`find_image` returned for it.
        latent_dim: the number of latents z.
    """
    latents = spaces.Box(-np.inf, np.inf, (latent_dim,), np.float32)
    if key is None:
        return encoded
    assert isinstance(space, spaces.Dict)
    entries = {name: latents if name == key else entry for name, entry in space.spaces.items()}
    return spaces.Dict(entries)


def image_of(observation: Any, key: str | None) -> np.ndarray:
    """Return the picture, or batch of pictures, in an observation."""
    return np.asarray(observation if key is None else observation[key])


def with_latents(observation: Any, key: str | None, latents: np.ndarray) -> Any:
    """Return the observation with its picture replaced by latents; other entries are passed on."""
    if key is None:
        return encoded
    assert isinstance(observation, Mapping)
    return {name: latents if name == key else value for name, value in observation.items()}


def encode_with_final(
    transform: Callable[[np.ndarray], np.ndarray],
    key: str | None,
    observations: Any,
    finals: Mapping[int, Any],
) -> tuple[Any, dict[int, Any]]:
    """Encode the observations of all environments and the last ones of episodes in one batch.

    Args:
        transform: makes latents (N, z) of pictures (N, h, w, 3).
        key: where the picture is in an observation.
        observations: batched observations of the n environments.
        finals: for each environment whose episode has just ended, its last observation.

    Returns:
        The batched observations and the last ones, with latents in place of pictures.
    """
    pictures = image_of(observations, key)
    if not finals:
        return with_latents(observations, key, transform(pictures)), {}
    last = np.stack([image_of(final, key) for final in finals.values()])
    latents = transform(np.concatenate([pictures, last]))
    encoded = with_latents(observations, key, latents[: len(pictures)].copy())
    rows = latents[len(pictures) :]
    last_encoded = {
        index: with_latents(final, key, row.copy())
        for (index, final), row in zip(finals.items(), rows, strict=True)
    }
    return encoded, last_encoded
