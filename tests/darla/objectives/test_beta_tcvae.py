import math

import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.beta_tcvae import log_weights, total_correlation
from toy_frames import tiny_objective, toy_frames

ESTIMATES = ("weighted", "stratified")


def posteriors(batch: int, spread: float, correlation: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return narrow posteriors whose samples together are correlated Gaussians of two latents."""
    torch.manual_seed(0)
    mixing = torch.tensor([[1.0, 0.0], [correlation, math.sqrt(1 - correlation**2)]])
    mu = torch.randn(batch, 2, dtype=torch.float64) @ mixing.T.double()
    return mu, torch.full_like(mu, 2 * math.log(spread))


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_two_frames_are_worked_out_by_hand(estimate: str) -> None:
    latents = torch.tensor([[0.5, -1.0], [2.0, 0.3]], dtype=torch.float64)
    mu = torch.tensor([[0.0, -1.0], [1.5, 1.0]], dtype=torch.float64)
    logvar = torch.tensor([[0.2, -0.4], [0.0, 0.6]], dtype=torch.float64)
    count = 10
    own, other = (1 / 20, 1 / 20) if estimate == "weighted" else (1 / 10, 9 / 10)

    def density(sample: int, frame: int, latent: int) -> float:
        variance = math.exp(logvar[frame, latent])
        away = float(latents[sample, latent] - mu[frame, latent]) ** 2
        return math.exp(-away / (2 * variance)) / math.sqrt(2 * math.pi * variance)

    expected = 0.0
    for sample in range(2):
        weights = [own if frame == sample else other for frame in range(2)]
        joint = sum(
            weights[frame] * density(sample, frame, 0) * density(sample, frame, 1)
            for frame in range(2)
        )
        alone = [
            sum(weights[frame] * density(sample, frame, latent) for frame in range(2))
            for latent in range(2)
        ]
        expected += (math.log(joint) - sum(map(math.log, alone))) / 2
    found = total_correlation(latents, mu, logvar, count, estimate)
    assert found.item() == pytest.approx(expected)


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_the_total_correlation_of_gaussians_is_found(correlation: float) -> None:
    mu, logvar = posteriors(1500, 0.2, correlation)
    latents = mu + torch.randn_like(mu) * (logvar / 2).exp()
    sample = torch.corrcoef(latents.T)[0, 1].item()
    expected = -0.5 * math.log(1 - sample**2)
    # With the whole dataset as the batch the stratified weights are uniform: no bias but of a
    # finite sample, which counts its own posterior too.
    found = total_correlation(latents, mu, logvar, 1500, "stratified").item()
    assert found == pytest.approx(expected, abs=0.12)


def test_stratified_densities_are_right_on_average() -> None:
    mu, logvar = posteriors(30, 0.5, 0.5)
    at = mu[0] + 0.3

    def densities(frames: torch.Tensor) -> torch.Tensor:
        away = (at - mu[frames]).square() * (-logvar[frames]).exp()
        return torch.exp(-0.5 * (away + logvar[frames] + math.log(2 * math.pi)).sum(dim=1))

    exact = densities(torch.arange(30)).mean()
    found = []
    weights = log_weights(5, 30, "stratified", mu)[0].exp()
    for _ in range(4000):
        others = 1 + torch.randperm(29)[:4]
        found.append((weights * densities(torch.cat([torch.zeros(1).long(), others]))).sum())
    torch.testing.assert_close(torch.stack(found).mean(), exact, rtol=0.05, atol=0)


def test_weights_sum_to_one_or_to_the_share_of_the_batch() -> None:
    like = torch.zeros(4, 2)
    torch.testing.assert_close(
        log_weights(4, 100, "stratified", like).exp().sum(dim=1), torch.ones(4)
    )
    torch.testing.assert_close(
        log_weights(4, 100, "weighted", like).exp().sum(dim=1), torch.full((4,), 0.01)
    )


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_gradients_are_those_of_the_formula(estimate: str) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(3, 4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: total_correlation(*x, 50, estimate), inputs)


@pytest.mark.parametrize(("beta", "share"), [(1.0, 0.0), (4.0, 3.0)])
def test_the_loss_is_a_vae_s_with_a_price_on_total_correlation(beta: float, share: float) -> None:
    objective = tiny_objective("beta_tcvae", estimate="stratified", beta=beta)
    losses = objective.losses(to_pictures(torch.from_numpy(toy_frames(6)[0])), torch.zeros(()))
    terms = losses.terms
    expected = terms["loss/reconstruction"] + terms["loss/kl"]
    torch.testing.assert_close(losses.total, expected + share * terms["loss/total_correlation"])
