import pytest
import torch

from darla.encoder.conv_network import ConvEncoder
from darla.objectives.dae import DAESettings, DenoisingAutoencoder, mask_rectangles
from toy_frames import toy_facts


def test_holes_are_rectangles_within_their_limits() -> None:
    torch.manual_seed(0)
    pictures = torch.ones(200, 3, 32, 48)
    holes = mask_rectangles(pictures, largest=0.5) == 0
    areas = []
    for hole in holes:
        assert torch.equal(hole[0], hole[1]) and torch.equal(hole[0], hole[2])
        rows, columns = hole[0].any(dim=1), hole[0].any(dim=0)
        assert torch.equal(hole[0], rows[:, None] & columns[None, :]), "not a rectangle"
        assert rows.sum() <= 16 and columns.sum() <= 24
        areas.append(int(hole[0].sum()))
    assert len(set(areas)) > 50, "holes hardly differ"
    covered = holes[:, 0].float().mean(dim=0)
    assert covered.mean().item() == pytest.approx(0.0625, abs=0.015)
    assert (covered > 0).float().mean() > 0.9, "parts of the picture are never masked"


def test_what_is_not_masked_stays() -> None:
    pictures = torch.rand(10, 3, 32, 32)
    masked = mask_rectangles(pictures, largest=0.5)
    assert torch.all((masked == pictures) | (masked == 0))
    torch.testing.assert_close(mask_rectangles(pictures, largest=1e-9), pictures)


def test_its_bottleneck_is_the_paper_s() -> None:
    encoder = DenoisingAutoencoder(DAESettings(dae_units=128), toy_facts(size=64)).encoder
    assert isinstance(encoder, ConvEncoder) and encoder.hidden is None
    assert encoder.head.weight.shape == (128, 64 * 4 * 4)
