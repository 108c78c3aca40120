import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from darla.encoder.likelihoods import kl_from_standard_normal, log_normal
from darla.encoder.networks import to_pictures
from darla.objectives.vamp_vae import VampVAE, log_mixture
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(6)[0])


def make(**changes: float) -> VampVAE:
    objective = tiny_objective("vamp_vae", **{"pseudo_inputs": 3, **changes})
    assert isinstance(objective, VampVAE)
    return objective


def mixture() -> tuple[Tensor, Tensor]:
    """Return means and logarithms of variances of five Gaussians of three latents."""
    torch.manual_seed(0)
    mu = 2 * torch.randn(5, 3, dtype=torch.float64)
    return mu, torch.randn(5, 3, dtype=torch.float64)


def test_the_mixture_s_density_is_that_of_torch() -> None:
    mu, logvar = mixture()
    parts = Independent(Normal(mu, (0.5 * logvar).exp()), 1)
    known = MixtureSameFamily(Categorical(torch.ones(5, dtype=torch.float64)), parts)
    latents = 3 * torch.randn(40, 3, dtype=torch.float64)
    found = log_mixture(latents, mu, logvar)
    torch.testing.assert_close(found.sum(dim=1), known.log_prob(latents))


def test_each_latent_has_its_density_given_those_before() -> None:
    mu, logvar = mixture()
    latents = torch.randn(7, 3, dtype=torch.float64)
    found = log_mixture(latents, mu, logvar)
    first, two = (log_mixture(latents[:, :k], mu[:, :k], logvar[:, :k]).sum(dim=1) for k in (1, 2))
    torch.testing.assert_close(found[:, 0], first)
    torch.testing.assert_close(found[:, 1], two - first)
    # A density: it sums to one over the second latent, whatever the first is.
    grid = torch.linspace(-15, 15, 4001, dtype=torch.float64)
    line = torch.stack([torch.full_like(grid, 0.7), grid], dim=1)
    density = log_mixture(line, mu[:, :2], logvar[:, :2])[:, 1].exp()
    assert torch.trapezoid(density, grid).item() == pytest.approx(1.0, abs=1e-6)


def test_the_kl_by_samples_is_that_by_quadrature() -> None:
    mu, logvar = (each[:, :1] for each in mixture())
    own_mu, own_logvar = torch.tensor([[0.5]]).double(), torch.tensor([[-0.4]]).double()
    grid = torch.linspace(-12, 12, 20001, dtype=torch.float64)[:, None]
    own = log_normal(grid, own_mu, own_logvar)
    integrand = (own.exp() * (own - log_mixture(grid, mu, logvar)))[:, 0]
    expected = torch.trapezoid(integrand, grid[:, 0]).item()
    samples = own_mu + (0.5 * own_logvar).exp() * torch.randn(200_000, 1, dtype=torch.float64)
    apart = log_normal(samples, own_mu, own_logvar) - log_mixture(samples, mu, logvar)
    assert expected > 0.1
    assert apart.mean().item() == pytest.approx(expected, abs=0.01)


def test_one_standard_normal_pseudo_posterior_has_the_beta_vae_s_kl() -> None:
    objective = make(pseudo_inputs=1)
    with torch.no_grad():
        objective.encoder.head.weight.zero_()
        objective.encoder.head.bias.zero_()
    mu = torch.tensor([[0.0, 1.0, -2.0, 0.3]]).expand(100_000, 4)
    logvar = torch.tensor([[0.0, -1.0, 0.5, -3.0]]).expand(100_000, 4)
    latents = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
    found = objective.divergence(mu, logvar, latents)
    torch.testing.assert_close(
        found, kl_from_standard_normal(mu, logvar).mean(dim=0), atol=0.03, rtol=0
    )


def test_a_frame_that_is_the_only_pseudo_input_costs_nothing() -> None:
    objective = make(pseudo_inputs=1)
    pictures = to_pictures(FRAMES[:1])
    with torch.no_grad():
        objective.encoder.head.weight.mul_(30)  # frames that differ have posteriors that do
        objective.pseudo_logits.copy_(pictures.clamp(1e-6, 1 - 1e-6).logit())
    kl = objective.losses(pictures, torch.ones(())).terms["loss/kl"]
    assert kl.item() == pytest.approx(0.0, abs=1e-3)
    assert objective.losses(pictures.flip(1), torch.ones(())).terms["loss/kl"].abs() > 1e-2


def test_the_kl_teaches_every_pseudo_input() -> None:
    objective = make()
    objective.losses(to_pictures(FRAMES), torch.ones(())).total.backward()
    gradient = objective.pseudo_logits.grad
    assert gradient is not None
    assert (gradient.flatten(1).norm(dim=1) > 0).all()


@pytest.mark.parametrize("beta", [0.0, 1.0, 6.0])
def test_it_charges_beta_for_a_nat(beta: float) -> None:
    losses = make(beta=beta).losses(to_pictures(FRAMES), torch.ones(()))
    expected = losses.terms["loss/reconstruction"] + beta * losses.terms["loss/kl"]
    torch.testing.assert_close(losses.total, expected)


@pytest.mark.parametrize("count", [3, 20])
def test_pseudo_inputs_begin_as_frames(count: int) -> None:
    objective = make(pseudo_inputs=count)
    objective.prepare(lambda: FRAMES.split(4))
    pictures = torch.sigmoid(objective.pseudo_logits).detach()
    apart = (pictures[:, None] - to_pictures(FRAMES)).abs().flatten(2).amax(dim=2)
    assert apart.amin(dim=1).max() < 0.021
    assert len(apart.argmin(dim=1).unique()) == min(count, len(FRAMES))


def test_no_pseudo_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="pseudo_inputs is 0; expected a number above 0"):
        make(pseudo_inputs=0)


def test_the_density_of_a_normal_is_known() -> None:
    found = log_normal(torch.tensor(3.0), torch.tensor(1.0), torch.tensor(2 * math.log(2.0)))
    assert found.item() == pytest.approx(-0.5 - math.log(2 * math.sqrt(2 * math.pi)))
