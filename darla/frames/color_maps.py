"""A random map from colours to colours: its form and its distribution.

A pixel x of brightness v = max(x) becomes v^g sigmoid(B tanh(A x / v + a) + b): a small random
network of the chromaticity, wide enough to turn any room into any other, and the outcome is as
bright as the pixel was, up to a random gamma. So what had one colour still has one, what differed
mostly still does, nothing moves, and of two walls of one colour the darker one stays the darker.

Here it is one map, in NumPy; :mod:`darla.objectives.recoloring` draws one for every picture of a
minibatch, in torch, from the same distribution.
"""

from dataclasses import dataclass

import numpy as np

UNITS = 8
"""Rows of A."""
CENTRE = 0.6
"""A usual chromaticity: there the network is steepest."""
INNER, INNER_BIAS, OUTER, OUTER_BIAS = 2.5, 0.8, 0.8, 0.5
"""Standard deviations of A, a, B and b."""
GAMMA = 0.3
"""Standard deviation of the logarithm of g."""
DARKEST = 0.02
"""The least brightness that a pixel is taken to have."""
LUMA = (0.299, 0.587, 0.114)
"""What red, green and blue count for where a colour becomes a grey (ITU-R BT.601)."""


@dataclass(frozen=True)
class ColorMap:
    """One map of colours, float32: A (UNITS, 3), a (UNITS,), B (3, UNITS), b (3,), and g."""

    inner: np.ndarray
    inner_bias: np.ndarray
    outer: np.ndarray
    outer_bias: np.ndarray
    gamma: float

    def __call__(self, colors: np.ndarray) -> np.ndarray:
        """Return what colours, float32 (..., 3) from 0 to 1, become: new ones of that kind."""
        # Channels first, and in place: four times as fast.
        channels = np.ascontiguousarray(colors.reshape(-1, 3).T)
        brightness = np.maximum(channels.max(axis=0), np.float32(DARKEST))
        hidden = self.inner @ (channels / brightness)
        hidden += self.inner_bias[:, None]
        np.tanh(hidden, out=hidden)
        painted = self.outer @ hidden
        painted += self.outer_bias[:, None]
        painted *= 0.5  # sigmoid(x) = (1 + tanh(x / 2)) / 2, which never overflows
        np.tanh(painted, out=painted)
        painted += 1
        painted *= 0.5 * brightness ** np.float32(self.gamma)
        mapped: np.ndarray = painted.T.reshape(colors.shape)
        return mapped


def draw_color_map(rng: np.random.Generator) -> ColorMap:
    """Draw a map."""
    inner = INNER * rng.standard_normal((UNITS, 3), dtype=np.float32)
    inner_bias = INNER_BIAS * rng.standard_normal(UNITS, dtype=np.float32)
    return ColorMap(
        inner=inner,
        inner_bias=inner_bias - CENTRE * inner.sum(axis=1),
        outer=OUTER * rng.standard_normal((3, UNITS), dtype=np.float32),
        outer_bias=OUTER_BIAS * rng.standard_normal(3, dtype=np.float32),
        gamma=float(np.exp(GAMMA * rng.standard_normal())),
    )
