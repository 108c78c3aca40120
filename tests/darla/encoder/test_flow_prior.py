import math

import pytest
import torch

from darla.encoder.flow_prior import FlowPrior, standard_normal_log_density


def trained(latents: int, dtype: torch.dtype = torch.float32) -> FlowPrior:
    """Return a flow with random weights, as training gives it some."""
    torch.manual_seed(latents)
    prior = FlowPrior(latents, steps=3, units=16)
    for parameter in prior.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return prior.to(dtype)


@pytest.mark.parametrize("latents", [2, 3, 8])
def test_what_it_does_can_be_undone(latents: int) -> None:
    prior, given = trained(latents), torch.randn(64, latents)
    values, _ = prior(given)
    assert (values - given).abs().max() > 0.1
    torch.testing.assert_close(prior.inverse(values), given, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(prior(prior.inverse(given))[0], given, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("latents", [2, 3, 8])
def test_the_determinant_is_that_of_autograd_s_jacobian(latents: int) -> None:
    prior = trained(latents, torch.float64)
    given = torch.randn(4, latents, dtype=torch.float64)
    _, log_det = prior(given)
    assert log_det.abs().min() > 1e-3
    for one, expected in zip(given, log_det, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda each: prior(each[None])[0][0], one)
        torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], expected)


def test_every_latent_can_depend_on_every_other() -> None:
    prior = trained(5, torch.float64)
    given = torch.randn(5, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda each: prior(each[None])[0][0], given)
    assert (jacobian.abs() > 1e-9).all()


def test_it_begins_as_a_standard_normal() -> None:
    given = torch.randn(64, 7)
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(given).sum(dim=1)
    torch.testing.assert_close(FlowPrior(7, 3, 8).log_density(given), normal)
    torch.testing.assert_close(standard_normal_log_density(given), normal)


def test_a_density_integrates_to_one() -> None:
    axis = torch.linspace(-15, 15, 601, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        mass = trained(2, torch.float64).log_density(grid).exp().sum() * (axis[1] - axis[0]) ** 2
    assert mass == pytest.approx(1.0, abs=1e-3)


@pytest.mark.slow
def test_it_learns_a_known_density() -> None:
    """A banana: a standard normal, and a normal around a parabola of it."""
    torch.manual_seed(0)
    prior = FlowPrior(2, steps=6, units=32)
    optimizer = torch.optim.Adam(prior.parameters(), 3e-3)

    def draw(count: int) -> torch.Tensor:
        first = torch.randn(count)
        return torch.stack([first, 0.5 * first.square() + 0.3 * torch.randn(count)], dim=1)

    for _ in range(800):
        loss = -prior.log_density(draw(256)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    fresh = draw(4096)
    normal = torch.distributions.Normal
    expected = normal(0.0, 1.0).log_prob(fresh[:, 0])
    expected = expected + normal(0.5 * fresh[:, 0].square(), 0.3).log_prob(fresh[:, 1])
    with torch.no_grad():
        apart = expected - prior.log_density(fresh)
        drawn = prior.inverse(torch.randn(4096, 2))
    # The mean is the KL of the banana from the flow; that of the best Gaussian is 0.94 nats.
    assert -0.01 < apart.mean() < 0.05
    assert apart.abs().median() < 0.15
    assert drawn[:, 1].mean() == pytest.approx(0.5, abs=0.1)
    assert drawn[:, 1].std() == pytest.approx(math.sqrt(0.5 + 0.09), abs=0.1)
