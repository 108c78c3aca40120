"""Factors that are known, and codes of them whose scores are known too."""

from collections.abc import Callable

import numpy as np

from darla.metrics import FactorColumn

Code = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def ten_factors(count: int = 2000, seed: int = 0) -> list[FactorColumn]:
    """Draw ten independent factors, each uniform on 1 to 10."""
    values = np.random.default_rng(seed).integers(1, 11, size=(count, 10))
    return [
        FactorColumn(f"factor_{index}", "continuous", column, 1.0, 10.0)
        for index, column in enumerate(values.T)
    ]


def mixed_factors(count: int = 2000, seed: int = 0) -> list[FactorColumn]:
    """Draw a distance, a yaw, whether a lamp is on, and a shape; all uniform and independent."""
    rng = np.random.default_rng(seed)
    return [
        FactorColumn("distance", "continuous", rng.uniform(0, 5, count), 0.0, 5.0),
        FactorColumn("yaw", "circular", rng.uniform(-np.pi, np.pi, count), -np.pi, np.pi),
        FactorColumn("lamp", "categorical", rng.integers(0, 2, count), 0.0, 1.0),
        FactorColumn("shape", "categorical", rng.integers(0, 3, count), 0.0, 2.0),
    ]


def stacked(factors: list[FactorColumn]) -> np.ndarray:
    """Return the factors' values as float64 (N, factors)."""
    return np.stack([factor.values for factor in factors], axis=1)


def identity(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give each factor a latent."""
    return values.astype(np.float64)


def zero(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Say nothing at all."""
    return np.zeros(values.shape)


def duplicated(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give each factor two latents that are equal."""
    return np.concatenate([values, values], axis=1).astype(np.float64)


def permuted(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give each factor a latent, but another one in every sample."""
    return rng.permuted(values, axis=1).astype(np.float64)


class ToyWorld:
    """Factors that can be held, each uniform on 1 to 10, seen through a code."""

    def __init__(self, code: Code, factors: int = 10) -> None:
        self.code = code
        self.factors = [f"factor_{index}" for index in range(factors)]

    def encode_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        values = self._draw((batches, batch_size), rng)
        values[..., self._index(factor)] = values[:, :1, self._index(factor)]
        return self._encode(values, rng)

    def encode_pairs_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        values = self._draw((batches, 2, batch_size), rng)
        values[..., self._index(factor)] = values[:, :1, :, self._index(factor)]
        return self._encode(values, rng)

    def encode(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return self._encode(self._draw((count,), rng), rng)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.integers(1, 11, size=(*shape, len(self.factors)))

    def _index(self, factor: str) -> int:
        return self.factors.index(factor)

    def _encode(self, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        codes = self.code(values.reshape(-1, len(self.factors)), rng)
        return codes.reshape(*values.shape[:-1], -1).astype(np.float32)
