import math

import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.info_vae import InfoVAESettings, squared_mmd
from toy_frames import tiny_objective, toy_frames


def test_two_samples_are_worked_out_by_hand() -> None:
    left = torch.tensor([[0.0], [2.0]], dtype=torch.float64)
    right = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
    # Distances: 4 within each; 1, 9, 1 and 1 between.
    between = (3 * math.exp(-1 / 2) + math.exp(-9 / 2)) / 4
    expected = 2 * math.exp(-4 / 2) - 2 * between
    assert squared_mmd(left, right, "rbf", 2.0).item() == pytest.approx(expected)
    between = (3 / (1 + 1 / 2) + 1 / (1 + 9 / 2)) / 4
    expected = 2 / (1 + 4 / 2) - 2 * between
    assert squared_mmd(left, right, "imq", 2.0).item() == pytest.approx(expected)


def mmd_of_gaussians(distance: float, scale: float) -> float:
    """Return the squared MMD of N(0, 1) and N(distance, 1) under exp(-d / scale), in one dimension.

    The mean of the kernel over a Gaussian difference N(m, 2) is sqrt(scale / (scale + 4))
    exp(-m^2 / (scale + 4)).
    """
    factor = math.sqrt(scale / (scale + 4))
    return 2 * factor * (1 - math.exp(-(distance**2) / (scale + 4)))


@pytest.mark.parametrize("distance", [0.0, 1.0, 3.0])
def test_the_mmd_of_gaussians_is_found(distance: float) -> None:
    torch.manual_seed(0)
    left = torch.randn(3000, 1, dtype=torch.float64)
    right = distance + torch.randn(3000, 1, dtype=torch.float64)
    found = squared_mmd(left, right, "rbf", 2.0).item()
    assert found == pytest.approx(mmd_of_gaussians(distance, 2.0), abs=0.02)


@pytest.mark.parametrize("kernel", ["rbf", "imq"])
def test_the_estimate_has_no_bias(kernel: str) -> None:
    torch.manual_seed(0)
    found = [squared_mmd(*torch.randn(2, 4, 3), kernel, 6.0).item() for _ in range(3000)]
    assert min(found) < 0 < max(found)
    assert sum(found) / len(found) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("kernel", ["rbf", "imq"])
def test_gradients_are_those_of_the_formula(kernel: str) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: squared_mmd(x[0], x[1], kernel, 6.0), inputs)


@pytest.mark.parametrize(
    ("alpha", "weight", "kl", "mmd"),
    [(0.0, 1.0, 1.0, 0.0), (1.0, 500.0, 0.0, 500.0), (-1.0, 12.0, 2.0, 10.0)],
)
def test_the_loss_weighs_both_divergences(
    alpha: float, weight: float, kl: float, mmd: float
) -> None:
    objective = tiny_objective("info_vae", alpha=alpha, weight=weight)
    losses = objective.losses(to_pictures(torch.from_numpy(toy_frames(6)[0])), torch.zeros(()))
    terms = losses.terms
    expected = terms["loss/reconstruction"] + kl * terms["loss/kl"] + mmd * terms["loss/mmd"]
    torch.testing.assert_close(losses.total, expected)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (InfoVAESettings(alpha=1.5), r"^alpha is 1\.5; expected a number up to 1"),
        (InfoVAESettings(weight=0.5), r"^weight is 0\.5; expected at least 1 - alpha"),
        (InfoVAESettings(bandwidth=0.0), r"^bandwidth is 0\.0; expected a number above 0"),
    ],
)
def test_weights_that_would_reward_distance_are_refused(own: InfoVAESettings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        own.check()
