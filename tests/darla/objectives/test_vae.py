from typing import Any

import pytest
import torch

from darla.encoder.likelihoods import charged_kl
from darla.encoder.networks import to_pictures
from darla.objectives.base import LossTerms
from toy_frames import tiny_objective, toy_frames


def losses_of(name: str, **changes: Any) -> LossTerms:
    objective = tiny_objective(name, **changes)
    pictures = to_pictures(torch.from_numpy(toy_frames(6)[0]))
    return objective.losses(pictures, torch.zeros(()))


def test_a_vae_adds_the_kl_as_it_is() -> None:
    losses = losses_of("vae")
    expected = losses.terms["loss/reconstruction"] + losses.terms["loss/kl"]
    torch.testing.assert_close(losses.total, expected)


@pytest.mark.parametrize("beta", [0.0, 1.0, 6.0])
def test_a_beta_vae_charges_beta_for_a_nat(beta: float) -> None:
    losses = losses_of("beta_vae", beta=beta)
    expected = losses.terms["loss/reconstruction"] + beta * losses.terms["loss/kl"]
    torch.testing.assert_close(losses.total, expected)


def test_beta_one_is_a_vae() -> None:
    torch.testing.assert_close(losses_of("beta_vae", beta=1.0).total, losses_of("vae").total)


def test_free_bits_are_charged_up_to_themselves() -> None:
    kl = torch.tensor([0.01, 0.3, 2.0], requires_grad=True)
    charged = charged_kl(kl, 0.25)
    assert charged.tolist() == pytest.approx([0.25, 0.3, 2.0])
    charged.sum().backward()
    assert kl.grad is not None and kl.grad.tolist() == [0.0, 1.0, 1.0]
    assert torch.equal(charged_kl(kl, 0.0), kl)


def test_a_vae_charges_for_what_is_over_its_free_bits() -> None:
    plain, freed = losses_of("beta_vae", beta=3.0), losses_of("beta_vae", beta=3.0, free_bits=0.5)
    assert plain.kl_per_latent is not None and freed.kl_per_latent is not None
    torch.testing.assert_close(freed.kl_per_latent, plain.kl_per_latent)
    expected = 3.0 * torch.clamp(plain.kl_per_latent, min=0.5).sum()
    torch.testing.assert_close(freed.total, freed.terms["loss/reconstruction"] + expected)
    torch.testing.assert_close(freed.terms["loss/kl"], plain.terms["loss/kl"])


def test_normalised_beta_is_beta_times_latents_over_values() -> None:
    terms = losses_of("beta_vae", beta=3.0, latents=5).terms
    assert terms["beta"].item() == 3.0
    assert terms["beta_normalised"].item() == pytest.approx(3.0 * 5 / (32 * 32 * 3))
