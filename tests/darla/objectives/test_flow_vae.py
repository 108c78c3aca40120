from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder, save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.encoder.likelihoods import sample_latents
from darla.encoder.networks import to_pictures
from darla.objectives.flow_vae import FlowVAE
from toy_frames import tiny_objective, toy_frames, write_toy_bundle

FRAMES = toy_frames(6)[0]
PICTURES = to_pictures(torch.from_numpy(FRAMES))


def make(bent: bool = True, **changes: Any) -> FlowVAE:
    """Return a tiny objective whose flow has random weights, or is the identity."""
    objective = tiny_objective("flow_vae", flow_steps=2, flow_units=16, **changes)
    assert isinstance(objective, FlowVAE) and objective.encoder.prior is not None
    if bent:
        for parameter in objective.encoder.prior.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    return objective


@pytest.mark.parametrize("step", [0.0, 2.0, 9.0])
def test_with_the_identity_it_is_the_beta_vae(step: float) -> None:
    same = {"beta": 3.0, "beta_warmup": 0.5, "free_bits": 0.1}
    ours, plain = make(bent=False, **same), tiny_objective("beta_vae", **same)
    plain.load_state_dict(
        {key: value for key, value in ours.state_dict().items() if ".prior." not in key}
    )
    totals = []
    for objective in (ours, plain):
        torch.manual_seed(1)
        totals.append(objective.losses(PICTURES, torch.tensor(step)).total)
    torch.testing.assert_close(*totals)


@pytest.mark.parametrize("normal", [0.0, 0.25, 1.0])
def test_the_loss_charges_for_the_kl_from_the_flow(normal: float) -> None:
    terms = (losses := make(beta=3.0, normal=normal).losses(PICTURES, torch.zeros(()))).terms
    assert terms["prior_gain"].abs() > 0.1
    kl = terms["loss/kl"] - (1 - normal) * terms["prior_gain"]
    torch.testing.assert_close(losses.total, terms["loss/reconstruction"] + 3.0 * kl)


def test_what_is_charged_is_the_kl_on_average() -> None:
    objective, draws = make(), 20_000
    with torch.no_grad():
        mu, logvar = (each[:1].expand(draws, -1) for each in objective.posterior(PICTURES))
        latents = sample_latents(mu, logvar)
        posterior = torch.distributions.Normal(mu, (0.5 * logvar).exp()).log_prob(latents)
        plain = posterior.sum(dim=1) - objective.log_density(latents)
        torch.manual_seed(1)
        pictures = PICTURES[:1].expand(500, -1, -1, -1)
        terms = [objective.losses(pictures, torch.zeros(())).terms for _ in range(4)]
    split = np.array([float(each["loss/kl"] - each["prior_gain"]) for each in terms])
    assert split.mean() == pytest.approx(float(plain.mean()), abs=0.05)


def test_the_prior_lies_in_the_bundle(tmp_path: Path) -> None:
    objective = make()
    statistics = latent_statistics(objective.encoder, [torch.from_numpy(FRAMES)])
    described = {"objective": {"name": "flow_vae", "settings": objective.effective_settings()}}
    save_bundle(tmp_path, objective.encoder, objective.decoder, statistics, FRAMES, described)
    frozen, latents = load_encoder(tmp_path), np.random.default_rng(0).normal(size=(7, 4))
    found = frozen.log_density(latents)
    assert found.shape == (7,) and found.dtype == np.float32
    expected = objective.log_density(torch.from_numpy(latents).float()).detach().numpy()
    np.testing.assert_array_equal(found, expected)
    normal = -0.5 * (np.square(latents) + np.log(2 * np.pi)).sum(axis=1)
    assert np.abs(found - normal).max() > 0.1


def test_every_encoder_with_a_prior_says_how_likely_latents_are(tmp_path: Path) -> None:
    latents = np.random.default_rng(0).normal(size=(7, 4))
    plain = load_encoder(write_toy_bundle(tmp_path / "plain"))
    normal = -0.5 * (np.square(latents) + np.log(2 * np.pi)).sum(axis=1)
    np.testing.assert_allclose(plain.log_density(latents), normal, rtol=1e-5)
    with pytest.raises(ValueError, match=r"latents are \(7, 3\); expected \(N, 4\)"):
        plain.log_density(latents[:, :3])
    point = load_encoder(write_toy_bundle(tmp_path / "point", posterior="point"))
    with pytest.raises(ValueError, match="of posterior 'point' have no prior, and no density"):
        point.log_density(latents)
