"""SSIM against its definition, place by place."""

import numpy as np
import pytest
import torch

from darla.encoder.structural_similarity import structural_similarity


def by_definition(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean over channels and places of Wang et al. (2004), eq. 13, by loops."""
    weights = np.exp(-0.5 * ((np.arange(11) - 5) / 1.5) ** 2)
    window = np.outer(weights, weights)
    window /= window.sum()
    found = []
    for first, second in zip(one, other, strict=True):
        for y in range(first.shape[0] - 10):
            for x in range(first.shape[1] - 10):
                a, b = first[y : y + 11, x : x + 11], second[y : y + 11, x : x + 11]
                mean_a, mean_b = (window * a).sum(), (window * b).sum()
                var_a = (window * (a - mean_a) ** 2).sum()
                var_b = (window * (b - mean_b) ** 2).sum()
                both = (window * (a - mean_a) * (b - mean_b)).sum()
                means = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
                found.append(means * (2 * both + 9e-4) / (var_a + var_b + 9e-4))
    return float(np.mean(found))


@pytest.mark.parametrize("noise", [0.0, 0.1, 1.0])
def test_it_is_that_of_the_definition(noise: float) -> None:
    random = np.random.default_rng(0)
    first = random.random((2, 3, 16, 20)).cumsum(axis=3) / 20
    second = np.clip(first + noise * random.normal(size=first.shape), 0, 1)
    pairs = [torch.from_numpy(each.astype(np.float32)) for each in (first, second)]
    expected = [by_definition(*pair) for pair in zip(first, second, strict=True)]
    np.testing.assert_allclose(structural_similarity(*pairs), expected, atol=2e-4)


def test_of_a_picture_with_itself_it_is_1() -> None:
    picture = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(structural_similarity(picture, picture), torch.ones(3))
