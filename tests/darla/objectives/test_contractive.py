import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.contractive import (
    ContractiveAutoencoder,
    random_directions,
    squared_pull,
)
from toy_frames import tiny_objective, toy_frames

PICTURES = to_pictures(torch.from_numpy(toy_frames(3)[0]))


def make(weight: float = 0.1, projections: int = 1) -> ContractiveAutoencoder:
    objective = tiny_objective("contractive", weight=weight, projections=projections)
    assert isinstance(objective, ContractiveAutoencoder)
    return objective


def whole_norm(objective: ContractiveAutoencoder) -> torch.Tensor:
    """Return the squared norm of each picture's whole Jacobian, (N,)."""

    def latents_of(picture: torch.Tensor) -> torch.Tensor:
        return objective.encoder(picture[None]).mu[0]

    jacobians = [torch.autograd.functional.jacobian(latents_of, each) for each in PICTURES]
    return torch.stack([jacobian.square().sum() for jacobian in jacobians])


@pytest.mark.parametrize("projections", [4, 9])
def test_as_many_directions_as_latents_give_the_whole_jacobian(projections: int) -> None:
    objective = make(weight=3.0, projections=projections)
    losses = objective.losses(PICTURES, torch.zeros(()))
    contraction = losses.terms["loss/contraction"]
    torch.testing.assert_close(contraction, whole_norm(objective).mean())
    expected = losses.terms["loss/reconstruction"] + 3.0 * contraction
    torch.testing.assert_close(losses.total, expected)


@pytest.mark.parametrize("projections", [1, 2])
def test_few_directions_are_right_on_average(projections: int) -> None:
    torch.manual_seed(0)
    jacobian = torch.randn(4, 7)
    directions = random_directions(20_000, 4, projections, torch.device("cpu"))
    estimates = squared_pull(lambda each: (each @ jacobian,), directions)
    expected = jacobian.square().sum().item()
    assert estimates.std() > 0
    assert estimates.mean().item() == pytest.approx(expected, rel=0.03)


def test_directions_are_orthogonal_and_of_one_length() -> None:
    torch.manual_seed(0)
    drawn = random_directions(5, 6, 3, torch.device("cpu"))
    products = torch.einsum("inz,jnz->nij", drawn, drawn)
    torch.testing.assert_close(products, (2.0 * torch.eye(3)).expand(5, 3, 3))


def test_the_penalty_s_gradient_reaches_the_encoder() -> None:
    torch.manual_seed(0)
    weights = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    inputs = torch.randn(2, 5, dtype=torch.float64)
    directions = torch.randn(2, 2, 3, dtype=torch.float64)

    def penalty(given: torch.Tensor) -> torch.Tensor:
        _, pull_back = torch.func.vjp(lambda x: torch.tanh(x @ given.T), inputs)
        return squared_pull(pull_back, directions)

    assert torch.autograd.gradcheck(penalty, (weights,))


def test_a_high_price_makes_latents_move_less() -> None:
    norms = []
    for weight in (0.0, 1e3):
        objective = make(weight, projections=4)
        optimizer = torch.optim.Adam(objective.parameters(), lr=3e-3)
        for step in range(20):
            optimizer.zero_grad()
            objective.losses(PICTURES, torch.tensor(float(step))).total.backward()
            optimizer.step()
        norms.append(whole_norm(objective).mean().item())
    assert norms[1] < 0.2 * norms[0]
