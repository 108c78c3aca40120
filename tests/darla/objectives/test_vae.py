from pathlib import Path
from typing import Any

import pytest
import torch
from toy_frames import tiny_config, toy_frames

from darla.networks import to_pictures
from darla.objectives import make_objective
from darla.objectives.base import LossTerms


def losses_of(name: str, **changes: Any) -> LossTerms:
    config = tiny_config(Path("data"), Path("run"), objective=name, **changes)
    torch.manual_seed(0)
    objective = make_objective(config, (32, 32, 3), steps=10)
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


def test_normalised_beta_is_beta_times_latents_over_values() -> None:
    terms = losses_of("beta_vae", beta=3.0, latents=5).terms
    assert terms["beta"].item() == 3.0
    assert terms["beta_normalised"].item() == pytest.approx(3.0 * 5 / (32 * 32 * 3))
