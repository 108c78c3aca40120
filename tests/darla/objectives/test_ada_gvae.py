from typing import Any

import pytest
import torch

from darla.encoder.likelihoods import kl_between
from darla.encoder.networks import to_pictures
from darla.objectives.ada_gvae import AdaGVAE, average, hardly_differ
from toy_frames import tiny_objective, toy_frames


def make(**changes: Any) -> AdaGVAE:
    objective = tiny_objective("ada_gvae", **changes)
    assert isinstance(objective, AdaGVAE)
    return objective


def test_the_threshold_is_the_midpoint_of_each_pair() -> None:
    # With variance 1 the KL is half the squared distance: 0, 2, 4.5 and 8, so the midpoint is 4;
    # then 0.5, 0.5, 0.5 and 2, whose midpoint is 1.25.
    ones = torch.zeros(2, 4)
    first = torch.tensor([[0.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 2.0]]), ones
    second = torch.zeros(2, 4), ones
    expected = [[True, True, False, False], [True, True, True, False]]
    assert hardly_differ(first, second).tolist() == expected


def test_frames_that_are_alike_have_nothing_to_share() -> None:
    same = torch.randn(3, 4), torch.randn(3, 4)
    assert not hardly_differ(same, same).any()


def test_means_and_variances_are_averaged() -> None:
    first = torch.tensor([[0.0, 5.0]]), torch.log(torch.tensor([[1.0, 2.0]]))
    second = torch.tensor([[1.0, 5.0]]), torch.log(torch.tensor([[3.0, 2.0]]))
    mu, logvar = average(first, second)
    torch.testing.assert_close(mu, torch.tensor([[0.5, 5.0]]))
    torch.testing.assert_close(logvar.exp(), torch.tensor([[2.0, 2.0]]))


def test_the_kl_between_gaussians_is_torch_s() -> None:
    torch.manual_seed(0)
    left, right = (tuple(torch.randn(2, 6, 3, dtype=torch.float64)) for _ in range(2))
    normals = [torch.distributions.Normal(mu, (logvar / 2).exp()) for mu, logvar in (left, right)]
    expected = torch.distributions.kl_divergence(*normals)
    torch.testing.assert_close(kl_between(left, right), expected)


@pytest.mark.parametrize("function", [average, kl_between])
def test_gradients_are_those_of_the_formulas(function: Any) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: function((x[0], x[1]), (x[2], x[3])), inputs)


def test_pairs_share_only_what_hardly_differs() -> None:
    objective = make()
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    own_mu, own_logvar = objective.encoder(pictures)
    assert own_logvar is not None
    first, second = (own_mu[:4], own_logvar[:4]), (own_mu[4:], own_logvar[4:])
    shared = hardly_differ(first, second)
    assert shared.any() and not shared.all()
    inferred = objective.infer(pictures, torch.zeros(()))
    mu, logvar = inferred.mu, inferred.logvar
    common_mu, common_logvar = average(first, second)
    for half in (slice(0, 4), slice(4, 8)):
        torch.testing.assert_close(mu[half], torch.where(shared, common_mu, own_mu[half]))
        expected = torch.where(shared, common_logvar, own_logvar[half])
        torch.testing.assert_close(logvar[half], expected)


def test_roles_are_what_most_pairs_share() -> None:
    objective = make()
    frames = torch.from_numpy(toy_frames(60, seed=3)[0])
    chunks = [torch.cat([part[:10], part[10:]]) for part in frames.split(20)]
    mu, logvar = objective.encoder(to_pictures(frames))
    assert logvar is not None
    halves = [(part[:10], part[10:]) for part in torch.arange(60).split(20)]
    one, other = (torch.cat(side) for side in zip(*halves, strict=True))
    shares = hardly_differ((mu[one], logvar[one]), (mu[other], logvar[other])).double().mean(dim=0)
    roles = objective.latent_roles(lambda: chunks)
    assert roles["look"] == [index for index in range(4) if shares[index] > 0.5]
    assert sorted(roles["look"] + roles["state"]) == [0, 1, 2, 3]
