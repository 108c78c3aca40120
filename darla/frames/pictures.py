"""The picture in an observation: where it is, taking it out, putting another in, and its size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from darla.frames.picture_forms import PictureForm, form_of, why_no_picture
from darla.running.names import unknown

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class PictureEntry:
    """Where the picture is in the observations of an environment, or of a batch of them."""

    key: str | None
    """Its entry in a Dict; None when the observation itself is the picture."""
    shape: tuple[int, int, int]
    """Height, width and 3, of what :meth:`of` returns."""
    form: PictureForm
    """How it is arranged in observations."""

    def of(self, observation: Any) -> np.ndarray:
        """Return the picture, or batch of pictures, in an observation: uint8 (..., H, W, 3).

        Whatever form it has there, it becomes RGB; see :mod:`darla.frames.picture_forms`.
        """
        found = np.asarray(observation if self.key is None else observation[self.key])
        return self.form.to_rgb(found)

    def repainted(self, observation: Any, pictures: np.ndarray) -> Any:
        """Return the observation with other pictures, uint8 (..., H, W, 3), in the picture's form.

        Its space is that of the observation.
        """
        found = np.asarray(observation if self.key is None else observation[self.key])
        return self.replaced(
            observation, self.form.from_rgb(pictures).astype(found.dtype, copy=False)
        )

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
    """Whether observations are a picture, or a Dict with one or several, in any form.

    What only seems to be one counts too, for :func:`find_picture` to say what is wrong with it.
    """
    entries = list(space.values()) if isinstance(space, spaces.Dict) else [space]
    return any(form_of(each) or why_no_picture(each) for each in entries)


def find_picture(space: spaces.Space[Any], key: str | None = None) -> PictureEntry:
    """Find the picture in the space of single observations: a picture's, or a Dict with one.

    The key says which entry to take, which is needed when a Dict has several pictures; a uint8 RGB
    picture, channels last, goes before those of other forms. A ValueError where there is no
    picture, there are several, or ``key`` is not one.
    """
    if not isinstance(space, spaces.Dict):
        if key is not None:
            raise ValueError(f"key {key!r} was given, but observations are no Dict: {space}")
        return _entry(None, space, "the observation is")
    found = _pictures_in(space)
    if key is not None:
        if key not in space.spaces:
            raise unknown("picture in the observation", key, found)
        return _entry(key, space[key], f"unknown picture in the observation {key!r}: it is")
    if len(found) > 1:
        raise ValueError(f"observations hold several pictures: {', '.join(found)}; give one as key")
    if not found:
        reasons = {name: why_no_picture(entry) for name, entry in space.spaces.items()}
        why = "".join(f"; {name}: {reason}" for name, reason in reasons.items() if reason)
        entries = ", ".join(f"{name}: {entry}" for name, entry in space.spaces.items())
        raise ValueError(f"the observation has no picture; its entries are {entries}{why}")
    return _entry(found[0], space[found[0]], "the observation is")


def stack_observations(observations: Sequence[Any]) -> Any:
    """Join single observations, arrays or dictionaries of arrays, into one batch."""
    if isinstance(observations[0], dict):
        return {key: np.stack([each[key] for each in observations]) for key in observations[0]}
    return np.stack(observations)


def _entry(key: str | None, space: spaces.Space[Any], what: str) -> PictureEntry:
    """Make the entry of a picture's space; a ValueError that says what it is where it is none."""
    form = form_of(space)
    if form is None:
        why = why_no_picture(space)
        raise ValueError(
            f"{what} no picture (uint8 from 0 to 255 or float from 0 to 1, grey, RGB or RGBA): "
            f"{space}{'' if why is None else f'; {why}'}"
        )
    return PictureEntry(key, (*form.size(space.shape or ()), 3), form)


def _pictures_in(space: spaces.Dict) -> list[str]:
    """Return the keys of the RGB pictures in a Dict space; without any, of those of other forms."""
    forms = {key: form_of(entry) for key, entry in space.spaces.items()}
    rgb = [key for key, form in forms.items() if form is not None and form.is_rgb]
    return rgb or [key for key, form in forms.items() if form is not None]


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
