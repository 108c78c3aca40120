"""The repainting that encoders of look and state learn from, for policies on pictures."""

import numpy as np
import torch
from torch import Tensor

from darla.encoder.networks import to_frames, to_pictures
from darla.frames.color_maps import UNITS
from darla.objectives.recoloring import ColorMaps, draw_free_maps, repaint_freely
from darla_agents.agent.augmentations.base import Augmentation, check_pictures

_SHAPES = ((UNITS, 3), (UNITS, 1), (3, UNITS), (3, 1), (1, 1), (1, UNITS), (1, 1, 1))
"""Of a picture's A, a, B, b, g, albedo and mean brightness, in the order of parameters."""
NUMBERS = sum(int(np.prod(shape)) for shape in _SHAPES)
"""Parameters of a picture."""


def draw_maps(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw maps from colours to colours: float32 (count, NUMBERS), see :data:`_SHAPES`.

    They are those of :func:`darla.objectives.recoloring.repaint_freely`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        maps, brightness = draw_free_maps(count, torch.device("cpu"))
    parts = [maps.inner, maps.inner_bias, maps.outer, maps.outer_bias, maps.gamma, maps.albedo]
    flat = [part.flatten(1) for part in (*parts, brightness) if part is not None]
    return torch.cat(flat, dim=1).numpy()


def recolor(frames: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Repaint pictures, uint8 (n, H, W, 3), each with its map, float32 (n, NUMBERS)."""
    check_pictures(frames, maps, (NUMBERS,))
    ends = np.cumsum([int(np.prod(shape)) for shape in _SHAPES])[:-1]
    numbers = torch.from_numpy(maps).tensor_split(ends.tolist(), dim=1)
    parts: list[Tensor] = [
        part.reshape(-1, *shape) for part, shape in zip(numbers, _SHAPES, strict=True)
    ]
    drawn = ColorMaps(*parts[:-1]), parts[-1]
    painted = repaint_freely(to_pictures(torch.from_numpy(frames)), drawn)
    return np.ascontiguousarray(to_frames(painted).numpy())


RECOLOR = Augmentation("repainted as encoders' frames are", draw_maps, recolor)
