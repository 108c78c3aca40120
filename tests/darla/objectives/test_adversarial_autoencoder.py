import dataclasses

import pytest
import torch
from torch import Tensor

from darla.encoder.networks import to_pictures
from darla.objectives.adversarial_autoencoder import AdversarialAutoencoder
from darla.objectives.info_vae import squared_mmd
from darla.vision.training_step import Decay, TrainingStep
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(8)[0])


def make(**changes: float) -> AdversarialAutoencoder:
    own = {"discriminator_layers": 2, "discriminator_units": 32}
    objective = tiny_objective("adversarial_autoencoder", **{**own, **changes})
    assert isinstance(objective, AdversarialAutoencoder)
    return objective


def test_the_losses_are_those_of_the_paper() -> None:
    objective, pictures = make(weight=3.0), to_pictures(FRAMES)
    torch.manual_seed(5)
    losses = objective.losses(pictures, torch.zeros(()))
    torch.manual_seed(5)
    with torch.no_grad():
        latents = objective.encoder(pictures).mu
        samples = torch.randn_like(latents)
        of_samples = torch.sigmoid(objective.discriminator(samples))
        of_latents = torch.sigmoid(objective.discriminator(latents))
        logits = objective.decoder(latents)
        nats = objective.likelihood.negative_log(logits, pictures).mean()
    adversary = -(torch.log(of_samples).mean() + torch.log(1 - of_latents).mean()) / 2
    torch.testing.assert_close(losses.adversary, adversary)
    imitation = -torch.log(of_latents).mean()
    torch.testing.assert_close(losses.terms["loss/imitation"], imitation)
    torch.testing.assert_close(losses.total, nats + 3.0 * imitation)


def test_what_is_not_charged_for_moves_no_encoder() -> None:
    objective, pictures = make(weight=0.0), to_pictures(FRAMES)
    plain = tiny_objective("autoencoder")
    plain.load_state_dict(objective.state_dict(), strict=False)
    for each in (objective, plain):
        each.losses(pictures, torch.zeros(())).total.backward()
    for own, other in zip(objective.encoder.parameters(), plain.encoder.parameters(), strict=True):
        torch.testing.assert_close(own.grad, other.grad)


def trained(weight: float, steps: int) -> tuple[AdversarialAutoencoder, Tensor]:
    """Train two latents on a thousand toy frames; returns what its discriminator lost at last."""
    objective = make(weight=weight, latents=2)
    stage = dataclasses.replace(objective.stages()[0], learning_rate=3e-3)
    cpu, decay = torch.device("cpu"), Decay(steps, 0.5)
    step = TrainingStep(objective, stage, cpu, torch.float32, decay=decay)
    frames, lost = torch.from_numpy(toy_frames(1024)[0]), []
    for number in range(steps):
        losses = step(frames[torch.randint(1024, (64,))], number)
        lost.append(losses.terms["loss/adversary"])
    return objective, torch.stack(lost[-50:]).mean()


@pytest.mark.slow
def test_trained_latents_are_distributed_as_the_prior() -> None:
    pictures = to_pictures(torch.from_numpy(toy_frames(512, seed=1)[0]))
    prior = torch.randn(2, 100, 512, 2, generator=torch.Generator().manual_seed(1))
    between = [squared_mmd(one, other, "rbf", 4.0) for one, other in zip(*prior, strict=True)]
    apart = {}
    for weight, steps in ((0.0, 100), (100.0, 800)):
        objective, lost = trained(weight, steps)
        with torch.no_grad():
            latents = objective.encoder(pictures).mu
        apart[weight] = squared_mmd(latents, prior[0, 0], "rbf", 4.0).item()
    assert apart[100.0] < 2 * max(between) < 0.01 < apart[0.0]
    assert lost.item() == pytest.approx(0.693, abs=0.03)  # ln 2: at chance
