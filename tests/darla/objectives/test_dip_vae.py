import numpy as np
import pytest
import torch

from darla.objectives.dip_vae import DIPVAEI, covariance, covariance_cost
from toy_frames import tiny_objective


def make(name: str, **own: float) -> DIPVAEI:
    objective = tiny_objective(name, **own)
    assert isinstance(objective, DIPVAEI)
    return objective


def test_the_covariance_is_numpy_s() -> None:
    torch.manual_seed(0)
    values = torch.randn(9, 4, dtype=torch.float64)
    np.testing.assert_allclose(covariance(values).numpy(), np.cov(values.T, bias=True))


def test_the_cost_is_worked_out_by_hand() -> None:
    matrix = torch.tensor([[1.5, 0.2], [0.2, 0.0]])
    cost = covariance_cost(matrix, lambda_od=3.0, lambda_d=7.0)
    assert cost.item() == pytest.approx(3.0 * 2 * 0.04 + 7.0 * (0.25 + 1.0))
    assert covariance_cost(torch.eye(5), 3.0, 7.0).item() == 0.0


def test_the_second_kind_counts_the_posteriors_variances() -> None:
    mu, logvar = torch.randn(2, 6, 4).unbind()
    means = covariance(mu)
    whole = means + torch.diag(logvar.exp().mean(dim=0))
    for name, matrix in (("dip_vae_i", means), ("dip_vae_ii", whole)):
        penalty = make(name, lambda_od=2.0, lambda_d=5.0).penalty(mu, logvar, mu)
        torch.testing.assert_close(penalty.cost, covariance_cost(matrix, 2.0, 5.0))


@pytest.mark.parametrize(("name", "expected"), [("dip_vae_i", 40.0), ("dip_vae_ii", 4.0)])
def test_the_diagonal_s_price_follows_the_other_by_default(name: str, expected: float) -> None:
    assert make(name, lambda_od=4.0).effective_settings()["lambda_d"] == expected
    assert make(name, lambda_od=4.0, lambda_d=0.5).effective_settings()["lambda_d"] == 0.5


def test_gradients_are_those_of_the_formula() -> None:
    torch.manual_seed(0)
    values = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: covariance_cost(covariance(x), 2.0, 3.0), values)
