import math

import pytest
import torch
from torch.distributions import Bernoulli as TorchBernoulli
from torch.distributions import Normal, kl_divergence

from darla.encoder.likelihoods import (
    Bernoulli,
    Gaussian,
    kl_from_standard_normal,
    make_likelihood,
    sample_latents,
    squared_error,
)


def test_kl_of_a_gaussian_has_its_closed_form() -> None:
    mu = torch.tensor([[0.0, 2.0, 0.0, -1.0]])
    logvar = torch.tensor([[0.0, 0.0, math.log(4.0), math.log(0.25)]])
    expected = torch.tensor([[0.0, 2.0, 1.5 - math.log(2), 0.125 + math.log(2)]])
    torch.testing.assert_close(kl_from_standard_normal(mu, logvar), expected)


def test_kl_agrees_with_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    mu, logvar = torch.randn(2, 50, 3, generator=generator).unbind()
    posterior = Normal(mu, (0.5 * logvar).exp())
    expected = kl_divergence(posterior, Normal(torch.zeros(()), torch.ones(())))
    torch.testing.assert_close(kl_from_standard_normal(mu, logvar), expected)


def test_bernoulli_sums_over_pixels_and_keeps_the_batch() -> None:
    logits = torch.zeros(2, 3, 4, 4)
    losses = Bernoulli().negative_log(logits, torch.rand(2, 3, 4, 4))
    torch.testing.assert_close(losses, torch.full((2,), 48 * math.log(2)))


def test_bernoulli_agrees_with_torch_on_binary_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 3, 2, 2, generator=generator)
    pictures = (torch.rand(3, 3, 2, 2, generator=generator) > 0.5).float()
    expected = -TorchBernoulli(logits=logits).log_prob(pictures).sum(dim=(1, 2, 3))
    torch.testing.assert_close(Bernoulli().negative_log(logits, pictures), expected)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 2.0])
def test_gaussian_is_half_the_squared_error_over_the_variance(sigma: float) -> None:
    logits, pictures = torch.zeros(2, 3, 4, 4), torch.ones(2, 3, 4, 4)
    losses = Gaussian(sigma).negative_log(logits, pictures)
    torch.testing.assert_close(losses, torch.full((2,), 48 * 0.25 / (2 * sigma**2)))


def test_gaussian_differs_from_the_density_by_a_constant() -> None:
    logits, pictures = torch.randn(4, 3, 2, 2), torch.rand(4, 3, 2, 2)
    density = Normal(torch.sigmoid(logits), 0.3).log_prob(pictures).sum(dim=(1, 2, 3))
    constant = 12 * math.log(0.3 * math.sqrt(2 * math.pi))
    losses = Gaussian(0.3).negative_log(logits, pictures)
    torch.testing.assert_close(losses + constant, -density)


def test_samples_have_the_posterior_s_mean_and_deviation() -> None:
    torch.manual_seed(0)
    mu, logvar = torch.full((20_000, 1), 3.0), torch.full((20_000, 1), math.log(4.0))
    samples = sample_latents(mu, logvar)
    assert samples.mean().item() == pytest.approx(3.0, abs=0.1)
    assert samples.std().item() == pytest.approx(2.0, abs=0.1)


def test_squared_error_sums_over_all_but_the_batch() -> None:
    error = squared_error(torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5))
    torch.testing.assert_close(error, torch.full((2,), 12.0))


def test_bad_likelihoods_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'gaussian'"):
        make_likelihood("gausian", 1.0)
    with pytest.raises(ValueError, match="sigma is 0"):
        make_likelihood("gaussian", 0.0)
