from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives.ml_vae import MLVAE, MLVAESettings, product
from darla.objectives.recoloring import recolor
from darla.objectives.vae import BatchPosterior, Penalty
from darla.vision.train import train_vision
from toy_frames import tiny_config, tiny_objective, toy_frames, write_toy_dataset


def make(**changes: Any) -> MLVAE:
    objective = tiny_objective("ml_vae", **changes)
    assert isinstance(objective, MLVAE)
    return objective


def values(inferred: BatchPosterior) -> tuple[torch.Tensor, torch.Tensor, Penalty | None]:
    return inferred.mu, inferred.logvar, inferred.penalty


def test_the_product_of_two_gaussians_is_worked_out_by_hand() -> None:
    first = torch.tensor([[0.0, 1.0]]), torch.log(torch.tensor([[1.0, 4.0]]))
    second = torch.tensor([[2.0, 1.0]]), torch.log(torch.tensor([[1.0, 4.0 / 3.0]]))
    mu, logvar = product(first, second)
    torch.testing.assert_close(mu, torch.tensor([[1.0, 1.0]]))
    torch.testing.assert_close(logvar.exp(), torch.tensor([[0.5, 1.0]]))


def test_the_product_s_density_is_that_of_both_up_to_a_factor() -> None:
    torch.manual_seed(0)
    first, second = (tuple(torch.randn(2, 1, 3, dtype=torch.float64)) for _ in range(2))
    points = torch.linspace(-3, 3, 7, dtype=torch.float64)[:, None]

    def log_density(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        return torch.distributions.Normal(mu, (logvar / 2).exp()).log_prob(points)

    ratio = log_density(*product(first, second)) - log_density(*first) - log_density(*second)
    torch.testing.assert_close(ratio, ratio[:1].expand_as(ratio))


def test_extreme_certainty_is_no_trouble() -> None:
    sure, vague = (torch.full((1, 1), 3.0), torch.tensor([[-100.0]])), (torch.zeros(1, 1),) * 2
    mu, logvar = product(sure, vague)
    assert mu.item() == 3.0 and logvar.item() == pytest.approx(-100.0)


def test_its_gradient_is_that_of_the_formula() -> None:
    torch.manual_seed(0)
    inputs = torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: product((x[0], x[1]), (x[2], x[3])), inputs)


def test_pairs_share_the_first_latents_alone() -> None:
    objective = make(look_latents=3)
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    own_mu, own_logvar = objective.encoder(pictures)
    assert own_logvar is not None
    mu, logvar, _ = values(objective.infer(pictures, torch.zeros(())))
    expected = product((own_mu[:4], own_logvar[:4]), (own_mu[4:], own_logvar[4:]))
    for half in (slice(0, 4), slice(4, 8)):
        torch.testing.assert_close(mu[half, :3], expected[0][:, :3])
        torch.testing.assert_close(logvar[half, :3], expected[1][:, :3])
    assert torch.equal(mu[:, 3:], own_mu[:, 3:])
    assert torch.equal(logvar[:, 3:], own_logvar[:, 3:])


def test_the_state_is_inferred_from_recoloured_copies_alone() -> None:
    objective = make(look_latents=3, recolored=0.8)
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    last = torch.tensor(float(objective.facts.steps))
    torch.manual_seed(5)
    mu, logvar, penalty = values(objective.infer(pictures, last))
    torch.manual_seed(5)
    copies = recolor(pictures, torch.tensor(0.8))
    plain = make(look_latents=3)
    plain.load_state_dict(objective.state_dict())
    look_mu, look_logvar, _ = values(plain.infer(pictures, last))
    state_mu, state_logvar = objective.encoder(copies)
    assert state_logvar is not None
    assert not torch.allclose(look_mu[:, 3:], state_mu[:, 3:])
    torch.testing.assert_close(mu, torch.cat([look_mu[:, :3], state_mu[:, 3:]], dim=1))
    torch.testing.assert_close(logvar, torch.cat([look_logvar[:, :3], state_logvar[:, 3:]], dim=1))
    assert penalty is None


def test_frames_learn_the_state_of_their_copies_and_teach_them_nothing() -> None:
    objective = make(look_latents=3, recolored=1.0, state_likeness=0.5)
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    torch.manual_seed(5)
    penalty = objective.infer(pictures, torch.tensor(float(objective.facts.steps))).penalty
    torch.manual_seed(5)
    copies = objective.posterior(recolor(pictures, torch.tensor(1.0)))
    frames = objective.posterior(pictures)
    teacher, pupil = (
        torch.distributions.Normal(mu[:, 3:], (logvar[:, 3:] / 2).exp())
        for mu, logvar in ([part.detach() for part in copies], frames)
    )
    apart = torch.distributions.kl_divergence(teacher, pupil).sum(dim=1).mean()
    assert penalty is not None
    torch.testing.assert_close(penalty.terms["loss/state_likeness"], apart)
    torch.testing.assert_close(penalty.cost, 0.5 * apart)
    weights = list(objective.encoder.parameters())
    found = torch.autograd.grad(penalty.cost, weights)
    for one, other in zip(found, torch.autograd.grad(0.5 * apart, weights), strict=True):
        torch.testing.assert_close(one, other)


def test_what_changes_comes_between_a_fifth_and_three_fifths_of_the_steps() -> None:
    objective = make()
    places = torch.tensor([0.0, 0.2, 0.4, 0.6, 1.0])
    shares = objective.changed(places * objective.facts.steps)
    torch.testing.assert_close(shares, torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]))


def test_nats_of_the_look_come_to_cost_their_own_price() -> None:
    objective = make(look_latents=1, beta=2.0, beta_look=6.0)
    kl = torch.tensor([1.0, 10.0, 100.0, 1000.0])
    for place, look in ((0.0, 2.0), (0.4, 4.0), (1.0, 6.0)):
        cost, terms = objective.kl_cost(kl, torch.tensor(place * objective.facts.steps))
        assert cost.item() == pytest.approx(look * 1.0 + 2.0 * 1110.0)
        assert terms["beta"].item() == 2.0


def test_by_default_all_nats_cost_the_same() -> None:
    objective = make(look_latents=1, beta=3.0)
    assert objective.kl_cost(torch.ones(4), torch.tensor(5.0))[0].item() == pytest.approx(12.0)


def test_half_of_the_latents_are_shared_by_default() -> None:
    assert make().effective_settings()["look_latents"] == 2


@pytest.mark.parametrize("look_latents", [4, 5])
def test_look_and_state_both_need_latents(look_latents: int) -> None:
    settings = MLVAESettings(latents=4, look_latents=look_latents)
    with pytest.raises(ValueError, match=f"look_latents is {look_latents} of 4 latents; give a"):
        settings.check()


def explained(latents: np.ndarray, factor: np.ndarray) -> float:
    """Return the share of a factor's variance that is linear in latents, on held-out rows."""
    inputs = np.column_stack([latents, np.ones(len(latents))])
    half = len(latents) // 2
    weights = np.linalg.lstsq(inputs[:half], factor[:half], rcond=None)[0]
    return float(1 - np.mean((inputs[half:] @ weights - factor[half:]) ** 2) / factor.var())


@pytest.mark.parametrize("name", ["ml_vae", "ada_gvae"])
def test_pairs_tell_look_and_state_apart(name: str, tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 320, chunk_size=160, per_look=4)
    own = {"look_latents": 1} if name == "ml_vae" else {}
    config = tiny_config(
        data, tmp_path / "run", objective=name, epochs=16.0, likelihood="gaussian", sigma=0.2, **own
    )
    frozen = load_encoder(train_vision(config).bundle)
    roles = frozen.latent_roles
    assert sorted(np.concatenate(list(roles.values()))) == [0, 1, 2, 3]
    frames, factors = toy_frames(200, seed=5)
    latents = frozen.encode(frames)
    hue, x = factors[:, 0], factors[:, 1]
    # What is known to be shared knows nothing of the state; what is known to differ, of the look.
    pure, in_it, not_in_it = ("look", hue, x) if name == "ml_vae" else ("state", x, hue)
    assert explained(latents[:, roles[pure]], in_it) > 0.5
    assert explained(latents[:, roles[pure]], not_in_it) < 0.3
