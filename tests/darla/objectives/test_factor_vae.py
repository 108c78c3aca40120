import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.objectives.discriminators import Discriminator, DiscriminatorSettings, held_still
from darla.objectives.factor_vae import FactorVAE, shuffle_latents
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, toy_frames


def make() -> FactorVAE:
    own = {"gamma": 3.0, "discriminator_layers": 2, "discriminator_units": 16}
    objective = tiny_objective("factor_vae", **own)
    assert isinstance(objective, FactorVAE)
    return objective


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 1000))
def test_shuffling_keeps_the_values_of_each_latent(count: int, latents: int, seed: int) -> None:
    torch.manual_seed(seed)
    values = torch.randn(count, latents)
    shuffled = shuffle_latents(values)
    assert torch.equal(shuffled.sort(dim=0).values, values.sort(dim=0).values)


def test_latents_are_shuffled_each_on_its_own() -> None:
    torch.manual_seed(0)
    shuffled = shuffle_latents(torch.arange(500.0)[:, None].expand(500, 3))
    assert torch.corrcoef(shuffled.T).sub(torch.eye(3)).abs().max() < 0.2


def test_gamma_is_charged_for_the_mean_logit_of_true_latents() -> None:
    objective = make()
    mu, logvar, latents = torch.randn(3, 8, 4).unbind()
    torch.manual_seed(5)
    penalty = objective.penalty(mu, logvar, latents)
    with torch.no_grad():
        said = objective.discriminator(latents)
        torch.testing.assert_close(penalty.cost, 3.0 * said.mean())
        torch.manual_seed(5)
        shuffled = objective.discriminator(shuffle_latents(latents[4:]))
        true = torch.log(torch.sigmoid(said[:4])).mean()
        false = torch.log(1 - torch.sigmoid(shuffled)).mean()
        torch.testing.assert_close(penalty.adversary, -(true + false) / 2)


def test_the_discriminator_held_still_says_the_same_with_a_gradient_for_latents_alone() -> None:
    torch.manual_seed(0)
    settings = DiscriminatorSettings(discriminator_layers=2, discriminator_units=8)
    discriminator = Discriminator(3, settings).double()
    latents = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(held_still(discriminator, latents), discriminator(latents))
    held_still(discriminator, latents).sum().backward()
    assert latents.grad is not None and latents.grad.any()
    assert all(weight.grad is None for weight in discriminator.parameters())


def test_the_density_ratio_of_correlated_gaussians_is_learnt() -> None:
    torch.manual_seed(0)
    correlation = 0.9
    expected = -0.5 * math.log(1 - correlation**2)  # nats
    objective = make()
    optimizer = torch.optim.Adam(objective.discriminator.parameters(), lr=5e-3)
    mixing = torch.eye(4)
    mixing[1, :2] = torch.tensor([correlation, math.sqrt(1 - correlation**2)])
    estimates = []
    for step in range(600):
        latents = torch.randn(512, 4) @ mixing.T
        penalty = objective.penalty(latents, latents, latents)
        assert penalty.adversary is not None
        optimizer.zero_grad()
        penalty.adversary.backward()
        optimizer.step()
        if step >= 500:
            estimates.append(penalty.terms["loss/total_correlation"].item())
    assert sum(estimates) / len(estimates) == pytest.approx(expected, rel=0.2)


def test_the_discriminator_has_a_learning_rate_and_betas_of_its_own() -> None:
    objective = make()
    stage = objective.stages()[0]
    step = TrainingStep(objective, stage, torch.device("cpu"), torch.float32)
    vae, adversary = step.optimizer.param_groups
    assert (vae["lr"], vae["betas"]) == (stage.learning_rate, (0.9, 0.999))
    assert (adversary["lr"], adversary["betas"]) == (1e-3, (0.5, 0.9))
    frames = torch.from_numpy(toy_frames(16)[0])
    before = {name: value.clone() for name, value in objective.named_parameters()}
    step(frames, 0)
    for name, value in objective.named_parameters():
        assert not torch.equal(value, before[name]), name
