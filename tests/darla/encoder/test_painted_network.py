import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import make_decoder
from darla.encoder.painted_network import PaintingDecoder, evened

SHAPE = NetworkShape((32, 32, 3), network="painted", channels=(4, 4, 4, 4), hidden_units=8)


@given(gain=st.floats(0.5, 1.0), offset=st.floats(0.0, 0.3))
def test_a_picture_in_another_light_is_evened_to_nearly_the_same(
    gain: float, offset: float
) -> None:
    torch.manual_seed(0)
    pictures = torch.rand(2, 3, 8, 8) * 0.7
    torch.testing.assert_close(
        evened(gain * pictures + offset), evened(pictures), atol=0.1, rtol=0.1
    )


def test_colours_are_evened_each_by_itself() -> None:
    torch.manual_seed(0)
    pictures = torch.rand(3, 3, 16, 16) * torch.tensor([1.0, 0.5, 0.2]).view(3, 1, 1)
    std, mean = torch.std_mean(evened(pictures), dim=(2, 3))
    assert mean.abs().max() < 1e-5
    assert std.min() > 0.15 and std.max() < 0.3


def test_a_picture_of_one_colour_is_evened_to_nothing() -> None:
    assert evened(torch.full((1, 3, 8, 8), 0.4)).abs().max() < 1e-5


def test_gradients_reach_a_picture_of_one_colour_and_are_finite() -> None:
    picture = torch.zeros(1, 3, 8, 8, requires_grad=True)
    evened(picture)[0, 0, 0, 0].backward()
    assert picture.grad is not None
    assert picture.grad.isfinite().all()
    assert picture.grad[0, 0, 0, 0] > 0


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_spread_is_that_of_all_pixels_but_one(memory_format: torch.memory_format) -> None:
    pictures = torch.rand(4, 3, 16, 8).contiguous(memory_format=memory_format)
    std, mean = torch.std_mean(pictures, dim=(2, 3), keepdim=True)
    torch.testing.assert_close(evened(pictures), (pictures - mean) * 0.3 / (std + 0.03))


def test_colours_that_are_alike_paint_one_colour_whatever_the_masks() -> None:
    torch.manual_seed(0)
    decoder = make_decoder(SHAPE)
    assert isinstance(decoder, PaintingDecoder)
    with torch.no_grad():
        decoder.colors.weight.zero_()
        decoder.colors.bias.copy_(torch.tensor([0.3, -0.2, 0.1]).repeat_interleave(8))
        decoder.convolutions[-1].weight[:, 8:].zero_()
        decoder.convolutions[-1].bias[8:].zero_()
        painted = decoder(torch.randn(4, SHAPE.latents))
    expected = torch.tensor([0.3, -0.2, 0.1]).view(1, 3, 1, 1)
    assert painted == pytest.approx(expected.expand_as(painted).numpy(), abs=1e-5)
