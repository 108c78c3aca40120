import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.denoising_vae import DenoisingVAE
from toy_frames import tiny_objective, toy_frames

PICTURES = to_pictures(torch.from_numpy(toy_frames(8)[0]))


def make(**changes: float) -> DenoisingVAE:
    objective = tiny_objective("denoising_vae", **changes)
    assert isinstance(objective, DenoisingVAE)
    return objective


def test_frames_that_are_not_spoilt_leave_the_beta_vae() -> None:
    torch.manual_seed(5)
    spoilt = make(mask=0.0, noise=0.0).spoilt(PICTURES)
    assert torch.equal(spoilt, PICTURES)
    plain = tiny_objective("beta_vae", beta=1.0)
    mu, _ = plain.encoder(PICTURES)
    found = make(mask=0.0, noise=0.0).infer(PICTURES, torch.zeros(()))
    torch.testing.assert_close(found.mu, mu)


def test_noise_is_of_the_given_size_and_stays_a_picture() -> None:
    torch.manual_seed(0)
    grey = torch.full((8, 3, 32, 32), 0.5)
    spoilt = make(mask=0.0, noise=0.05).spoilt(grey)
    assert (spoilt - grey).std().item() == pytest.approx(0.05, rel=0.03)
    spoilt = make(mask=0.5, noise=2.0).spoilt(grey)
    assert spoilt.min() >= 0 and spoilt.max() <= 1
    holes = make(mask=1.0, noise=0.0).spoilt(grey)
    assert 0.1 < (holes == 0).float().mean() < 0.4  # a quarter, on average


def test_latents_are_of_the_spoilt_and_the_loss_is_of_the_whole() -> None:
    objective = make(mask=0.6, noise=0.2, beta=2.0)
    torch.manual_seed(5)
    losses = objective.losses(PICTURES, torch.zeros(()))
    torch.manual_seed(5)
    mu, logvar = objective.posterior(objective.spoilt(PICTURES))
    latents = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
    nats = objective.likelihood.negative_log(objective.decoder(latents), PICTURES).mean()
    torch.testing.assert_close(losses.terms["loss/reconstruction"], nats)
    torch.testing.assert_close(losses.total, nats + 2.0 * losses.terms["loss/kl"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mask": 1.5}, "mask is 1.5; expected a share from 0 to 1"),
        ({"noise": -1.0}, "noise is -1.0; expected a number of at least 0"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(**changes)
