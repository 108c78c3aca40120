from typing import Any

import pytest
import torch

from darla.encoder.conv_network import ConvDecoder, ConvEncoder
from darla.encoder.ladder_network import LadderDecoder, LadderEncoder
from darla.encoder.likelihoods import kl_between, kl_from_standard_normal
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import make_encoder

PICTURES = torch.rand(3, 3, 32, 64, generator=torch.Generator().manual_seed(0))


def shape(levels: tuple[int, ...] = (3, 2, 1), **changes: Any) -> NetworkShape:
    plain = {"image_shape": (32, 64, 3), "channels": (4, 8, 8), "hidden_units": 16, "latents": 6}
    return NetworkShape(**{**plain, "network": "ladder", "levels": levels, **changes})


def trained(decoder: LadderDecoder) -> LadderDecoder:
    """Give the priors of the lower levels weights, as training does."""
    for level in decoder.below:
        torch.nn.init.normal_(level.open.weight, std=0.3)
        torch.nn.init.normal_(level.open.bias, std=0.3)
    return decoder


@pytest.mark.parametrize("levels", [(), (6,)])
def test_one_level_is_the_convolutional_network(levels: tuple[int, ...]) -> None:
    for ladder, plain, given in (
        (LadderEncoder, ConvEncoder, PICTURES),
        (LadderDecoder, ConvDecoder, torch.randn(3, 6)),
    ):
        torch.manual_seed(0)
        one = ladder(shape(levels))
        torch.manual_seed(0)
        other = plain(shape(levels))
        assert one.state_dict().keys() == other.state_dict().keys()
        for left, right in zip(one(given), other(given), strict=True):
            assert torch.equal(left, right)


def test_a_level_is_told_those_above_it_and_no_other() -> None:
    torch.manual_seed(0)
    encoder = LadderEncoder(shape())
    noises = [torch.randn(3, size) for size in (3, 2, 1)]

    def drawn(changed: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return means and latents, where other noise is drawn in one level."""
        given = iter(noise + (number == changed) for number, noise in enumerate(noises))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch, "randn_like", lambda _: next(given))
            posterior, latents = encoder.sampled(PICTURES)
        return posterior.mu, latents

    before, latents = drawn(changed=-1)
    assert not torch.allclose(latents, before)
    for level, end in enumerate((3, 5)):
        after, _ = drawn(changed=level)
        assert torch.equal(after[:, :end], before[:, :end])
        assert (after[:, end:] != before[:, end:]).all()
    assert torch.equal(drawn(changed=2)[0], before)


def test_means_are_told_the_means_above_them() -> None:
    encoder = LadderEncoder(shape())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "randn_like", torch.zeros_like)  # a draw without noise is the mean
        (mu, _), latents = encoder.sampled(PICTURES)
    assert torch.equal(latents, mu)
    assert torch.equal(encoder(PICTURES).mu, mu)


def test_every_kind_of_posterior_has_levels() -> None:
    for posterior, codes in (("point", 0), ("fsq", 4), ("codebook", 4)):
        mu, logvar = make_encoder(shape(posterior=posterior, codes=codes))(PICTURES)
        assert mu.shape == (3, 6) and logvar is None


def test_levels_with_shorter_weights_say_much_the_same_in_float32() -> None:
    encoder = LadderEncoder(shape())
    before = encoder(PICTURES).mu
    after = encoder.lower(torch.bfloat16)(PICTURES).mu
    assert after.dtype == torch.float32
    torch.testing.assert_close(after, before, atol=0.05, rtol=0.05)


def test_lower_levels_see_shallower_convolutions() -> None:
    encoder = LadderEncoder(shape())
    second, third = encoder.below
    assert second.seen.in_features == 8 * 8 * 16 and third.seen.in_features == 4 * 16 * 32
    decoder = LadderDecoder(shape())
    assert [level.grid for level in decoder.below] == [(8, 8, 16), (4, 16, 32)]


def test_latents_are_what_the_levels_above_leave_open() -> None:
    torch.manual_seed(0)
    decoder = trained(LadderDecoder(shape()))
    latents = torch.randn(5, 6)
    above = latents.clone()
    above[:, 3:] += 1.0
    (second, third), (same, other) = decoder.priors(latents), decoder.priors(above)
    assert torch.equal(second[0], same[0]) and not torch.equal(third[0], other[0])

    # Moved by as much as the prior's mean does, a level decodes to the same picture.
    moved = latents.clone()
    moved[:, 0] += 0.5
    (mean, logvar), (new_mean, new_logvar) = decoder.priors(latents)[0], decoder.priors(moved)[0]
    absolute = mean + latents[:, 3:5] * (0.5 * logvar).exp()
    moved[:, 3:5] = (absolute - new_mean) / (0.5 * new_logvar).exp()
    level = decoder.below[0]
    torch.testing.assert_close(
        level(moved[:, 3:5], moved[:, :3]), level(latents[:, 3:5], latents[:, :3])
    )


def test_the_kl_from_the_prior_of_a_level_is_that_from_a_standard_normal() -> None:
    torch.manual_seed(0)
    decoder = trained(LadderDecoder(shape()))
    for mean, logvar in decoder.priors(torch.randn(5, 6)):
        mu, spread = torch.randn_like(mean), torch.randn_like(mean)
        absolute = (mean + mu * (0.5 * logvar).exp(), spread + logvar)
        torch.testing.assert_close(
            kl_between(absolute, (mean, logvar)), kl_from_standard_normal(mu, spread)
        )
        normal = torch.distributions.Normal
        expected = torch.distributions.kl_divergence(
            normal(absolute[0], (0.5 * absolute[1]).exp()), normal(mean, (0.5 * logvar).exp())
        )
        torch.testing.assert_close(kl_from_standard_normal(mu, spread), expected)


def test_an_untrained_hierarchy_has_a_standard_normal_prior() -> None:
    for mean, logvar in LadderDecoder(shape()).priors(torch.randn(5, 6)):
        assert not mean.any() and not logvar.any()
