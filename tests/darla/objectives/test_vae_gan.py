import math

import torch

from darla.encoder.networks import to_pictures
from darla.objectives.discriminators import PictureDiscriminator
from darla.objectives.vae_gan import VAEGAN
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(6)[0])


def make(**changes: float) -> VAEGAN:
    objective = tiny_objective("vae_gan", **changes)
    assert isinstance(objective, VAEGAN)
    return objective


def gradients(loss: torch.Tensor, network: torch.nn.Module) -> list[torch.Tensor | None]:
    parameters = list(network.parameters())
    return list(torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True))


def test_the_losses_are_those_of_the_paper() -> None:
    objective, pictures = make(beta=2.0, weight=3.0), to_pictures(FRAMES)
    torch.manual_seed(5)
    losses = objective.losses(pictures, torch.ones(()))
    torch.manual_seed(5)
    with torch.no_grad():
        mu, logvar = objective.posterior(pictures)
        latents = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        decoded, made = (
            torch.sigmoid(objective.decoder(each)) for each in (latents, torch.randn_like(latents))
        )
        (true, of_frames), (false, of_decoded), (drawn, _) = (
            objective.discriminator(each) for each in (pictures, decoded, made)
        )
    apart = (of_frames - of_decoded).square().sum(dim=1).mean() / 2
    torch.testing.assert_close(losses.terms["loss/reconstruction"], apart)
    fooled = torch.cat([false, drawn]).sigmoid()
    imitation = -torch.log(fooled).mean()
    torch.testing.assert_close(losses.terms["loss/imitation"], imitation)
    adversary = -(torch.log(true.sigmoid()).mean() + torch.log(1 - fooled).mean()) / 2
    torch.testing.assert_close(losses.adversary, adversary)
    kl = losses.terms["loss/kl"]
    torch.testing.assert_close(losses.total, apart + 2.0 * kl + 3.0 * imitation)


def test_the_contest_teaches_the_decoder_and_not_the_encoder() -> None:
    objective = make()
    losses = objective.losses(to_pictures(FRAMES), torch.ones(()))
    imitation = losses.terms["loss/imitation"]
    assert all(each is None for each in gradients(imitation, objective.encoder))
    assert all(each is None for each in gradients(imitation, objective.discriminator))
    assert all(each is not None and each.any() for each in gradients(imitation, objective.decoder))


def test_features_teach_encoder_and_decoder_and_not_the_discriminator() -> None:
    objective = make()
    losses = objective.losses(to_pictures(FRAMES), torch.ones(()))
    apart = losses.terms["loss/reconstruction"]
    assert all(each is None for each in gradients(apart, objective.discriminator))
    for network in (objective.encoder, objective.decoder):
        assert all(each is not None for each in gradients(apart, network))
    assert losses.adversary is not None
    for network in (objective.encoder, objective.decoder):
        assert all(each is None for each in gradients(losses.adversary, network))
    assert all(each is not None for each in gradients(losses.adversary, objective.discriminator))


def test_features_have_one_scale_whatever_the_weights() -> None:
    torch.manual_seed(0)
    discriminator = PictureDiscriminator(make().encoder.shape)
    pictures = to_pictures(FRAMES)
    with torch.no_grad():
        logits, features = discriminator(pictures)
        discriminator.convolutions[-1].weight.mul_(100)
        discriminator.convolutions[-1].bias.mul_(100)
        larger = discriminator(pictures)[1]
    assert logits.shape == (6,) and features.shape == (6, discriminator.features)
    assert discriminator.features == 16 * 8 * 8
    torch.testing.assert_close(features.mean(dim=1), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(larger.square().mean(dim=1), torch.ones(6), atol=1e-2, rtol=0)
    torch.testing.assert_close(larger, features, atol=0.05, rtol=0.05)


def test_an_untrained_discriminator_knows_nothing() -> None:
    objective = make()
    with torch.no_grad():
        objective.discriminator.head.weight.zero_()
        objective.discriminator.head.bias.zero_()
    losses = objective.losses(to_pictures(FRAMES), torch.ones(()))
    for tag in ("loss/adversary", "loss/imitation"):
        assert math.isclose(losses.terms[tag].item(), math.log(2), rel_tol=1e-5)
