"""The picture in an observation: where it is, taking it out, putting another in, and its size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from darla.running.names import unknown

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class PictureEntry:
    """Where the picture is in the observations of an environment, or of a batch of them."""

    key: str | None
    """Its entry in a Dict; None when the observation itself is the picture."""
    shape: tuple[int, int, int]
    """Height, width and 3."""

    def of(self, observation: Any) -> np.ndarray:
        """Return the picture, or batch of pictures, in an observation."""
        return np.asarray(observation if self.key is None else observation[self.key])

    def replaced(self, observation: Any, value: Any) -> Any:
        """Return the observation with something else for its picture; others are passed on."""
        if self.key is None:
            return value
        return {name: value if name == self.key else entry for name, entry in observation.items()}

    def replaced_space(self, space: spaces.Space[Any], value: spaces.Space[Any]) -> Any:
        """Return the space of single observations with another space for the picture's."""
        if not isinstance(space, spaces.Dict):
            return value
        return spaces.Dict(self.replaced(space, value))

    def map(
        self,
        function: Callable[[np.ndarray], np.ndarray],
        observations: Any,
        finals: Mapping[int, Any],
    ) -> tuple[Any, dict[int, Any]]:
        """Apply a function to the pictures of a step, and to the last ones of episodes, at once.

        The function, which is called once, maps pictures (N, h, w, 3) to arrays (N, ...). Finals
        are for each environment whose episode has just ended its last observation. Both come back
        with the arrays in place of pictures.
        """
        pictures = self.of(observations)
        if not finals:
            return self.replaced(observations, function(pictures)), {}
        last = np.stack([self.of(final) for final in finals.values()])
        values = function(np.concatenate([pictures, last]))
        first, rows = values[: len(pictures)].copy(), values[len(pictures) :]
        mapped = {
            index: self.replaced(final, row.copy())
            for (index, final), row in zip(finals.items(), rows, strict=True)
        }
        return self.replaced(observations, first), mapped


def has_picture(space: spaces.Space[Any]) -> bool:
    """Whether observations are a uint8 RGB picture (H, W, 3), or a Dict with one or several."""
    return _is_picture(space) or bool(_pictures_in(space))


def find_picture(space: spaces.Space[Any], key: str | None = None) -> PictureEntry:
    """Find the picture in the space of single observations: a picture's, or a Dict with one.

    The key says which entry to take, which is needed when a Dict has several pictures. A ValueError
    where there is no picture, there are several, or ``key`` is not one.
    """
    if not isinstance(space, spaces.Dict):
        if key is not None:
            raise ValueError(f"key {key!r} was given, but observations are no Dict: {space}")
        if not _is_picture(space):
            raise ValueError(f"the observation is {_no_picture(space)}")
        return _entry(None, space)
    found = _pictures_in(space)
    if key is not None:
        if key not in found and key in space.spaces:
            raise ValueError(
                f"unknown picture in the observation {key!r}: it is {_no_picture(space[key])}"
            )
        if key not in found:
            raise unknown("picture in the observation", key, found)
        return _entry(key, space[key])
    if len(found) > 1:
        raise ValueError(f"observations hold several pictures: {', '.join(found)}; give one as key")
    if not found:
        entries = ", ".join(f"{name}: {entry}" for name, entry in space.spaces.items())
        raise ValueError(f"the observation has no picture; its entries are {entries}")
    return _entry(found[0], space[found[0]])


def stack_observations(observations: Sequence[Any]) -> Any:
    """Join single observations, arrays or dictionaries of arrays, into one batch."""
    if isinstance(observations[0], dict):
        return {key: np.stack([each[key] for each in observations]) for key in observations[0]}
    return np.stack(observations)


def _entry(key: str | None, space: spaces.Space[Any]) -> PictureEntry:
    """Make the entry of a picture's space."""
    height, width, channels = space.shape or (0, 0, 0)
    return PictureEntry(key, (height, width, channels))


def _pictures_in(space: spaces.Space[Any]) -> list[str]:
    """Return the keys of the pictures in a Dict space."""
    entries = space.spaces if isinstance(space, spaces.Dict) else {}
    return [key for key, entry in entries.items() if _is_picture(entry)]


def _is_picture(space: spaces.Space[Any]) -> bool:
    """Whether a space is of uint8 RGB pictures, channels last."""
    return (
        isinstance(space, spaces.Box)
        and len(space.shape) == 3
        and space.shape[-1] == 3
        and space.dtype == np.uint8
    )


def _no_picture(space: spaces.Space[Any]) -> str:
    """Say that a space is of no picture, and what may be the matter."""
    first = space.shape is not None and len(space.shape) == 3 and space.shape[0] == 3
    remedy = "; its channels come first: wrap before the pictures are transposed" if first else ""
    return f"no uint8 RGB picture (H, W, 3) that can be encoded: {space}{remedy}"


def resize_frames(frames: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize pictures: averaging areas when both sides shrink, bilinear otherwise.

    They are (N, h, w, 3) uint8, before and after (themselves when they are of this height and width
    already); a ValueError where they have another shape or dtype.
    """
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(
            f"pictures are uint8 of shape (N, h, w, 3), not {frames.dtype} of {frames.shape}"
        )
    if frames.shape[1:3] == tuple(size):
        return frames
    import torch  # here, for most collections do without it

    pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float()
    resized = resize_pixels(pixels, size).round_().clamp_(0, 255).to(torch.uint8)
    return resized.permute(0, 2, 3, 1).contiguous().numpy()


def resize_pixels(pixels: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor":
    """Resize float pictures (N, C, h, w) to (N, C, height, width), as frames are resized."""
    from torch.nn import functional

    if pixels.shape[-2:] == tuple(size):
        return pixels
    if pixels.shape[-2] >= size[0] and pixels.shape[-1] >= size[1]:
        return functional.interpolate(pixels, size, mode="area")
    return functional.interpolate(pixels, size, mode="bilinear", align_corners=False)
