"""Pictures in other colours."""

import pytest
import torch

from darla.objectives.recoloring import in_one_hue, recolor, repaint_freely

EVERY, NONE = torch.tensor(1.0), torch.tensor(0.0)


def two_colored(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures of two colours each, and where the second one is, bool (H, W)."""
    torch.manual_seed(3)
    first, second = torch.rand(2, count, 3, 1, 1)
    where = torch.rand(6, 8) < 0.5
    return torch.where(where, second, first), where


def test_what_had_one_colour_has_one_and_nothing_moves() -> None:
    pictures, where = two_colored(40)
    painted = recolor(pictures, EVERY)
    assert painted.shape == pictures.shape and painted.dtype == torch.float32
    assert painted.min() >= 0 and painted.max() <= 1
    for part in (where, ~where):
        colors = painted[:, :, part]
        torch.testing.assert_close(colors, colors[:, :, :1].expand_as(colors))
    contrast = (painted[:, :, where][..., 0] - painted[:, :, ~where][..., 0]).abs().amax(dim=1)
    assert (contrast > 0.02).float().mean() > 0.9


def test_each_picture_has_a_map_of_its_own() -> None:
    pictures = two_colored(1)[0].expand(50, 3, 6, 8)
    painted = recolor(pictures, EVERY)[:, :, 0, 0]
    assert (torch.cdist(painted, painted) + torch.eye(50)).min() > 0
    assert (painted.std(dim=0) > 0.2 * pictures[0, :, 0, 0].amax()).all()


def test_of_two_shades_of_one_colour_the_darker_stays_the_darker() -> None:
    pictures, where = two_colored(200)
    first = pictures[:, :, where][..., :1, None]
    shaded = torch.where(where, first, 0.6 * first)
    painted = recolor(shaded, EVERY)
    lit, dark = painted[:, :, where][..., 0], painted[:, :, ~where][..., 0]
    assert (dark < lit).all()


def test_a_share_stays_as_it_was() -> None:
    pictures, _ = two_colored(2000)
    assert torch.equal(recolor(pictures, NONE), pictures)
    same = (recolor(pictures, torch.tensor(0.3)) == pictures).flatten(1).all(dim=1)
    assert same.float().mean().item() == pytest.approx(0.7, abs=0.05)


def test_the_same_seed_paints_the_same() -> None:
    pictures, _ = two_colored(5)
    painted = []
    for _ in range(2):
        torch.manual_seed(1)
        painted.append(recolor(pictures, EVERY))
    assert torch.equal(*painted)


def test_free_repainting_keeps_surfaces_whole_and_moves_nothing() -> None:
    pictures, where = two_colored(60)
    painted = repaint_freely(pictures)
    assert painted.shape == pictures.shape and painted.dtype == torch.float32
    assert painted.min() >= 0 and painted.max() <= 1
    for part in (where, ~where):
        colors = painted[:, :, part]
        torch.testing.assert_close(colors, colors[:, :, :1].expand_as(colors))


def test_free_repainting_makes_the_brighter_surface_the_darker_one_as_often_as_not() -> None:
    torch.manual_seed(0)
    green, red = torch.tensor([0.1, 0.9, 0.2]), torch.tensor([0.5, 0.1, 0.1])
    where = (torch.arange(8) < 4).view(1, 1, 1, 8)
    pictures = torch.where(where, green.view(1, 3, 1, 1), red.view(1, 3, 1, 1))
    painted = repaint_freely(pictures.expand(500, 3, 6, 8)).mean(dim=(1, 2))
    assert 0.2 < (painted[:, 0] < painted[:, -1]).float().mean() < 0.6


def test_free_repainting_keeps_the_darker_of_two_shades_the_darker() -> None:
    pictures, where = two_colored(200)
    first = pictures[:, :, where][..., :1, None]
    painted = repaint_freely(torch.where(where, first, 0.6 * first))
    assert (painted[:, :, ~where][..., 0] <= painted[:, :, where][..., 0]).all()


def test_a_share_of_pictures_is_shown_in_shades_of_one_colour_that_is_not_grey() -> None:
    torch.manual_seed(0)
    pictures = torch.rand(400, 3, 6, 8)
    shown = in_one_hue(pictures, 0.25)
    changed = (shown != pictures).flatten(1).any(dim=1)
    assert 60 < changed.sum() < 140
    luma = (pictures * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(dim=1)
    tints = shown[changed] / luma[changed][:, None]
    spread = tints.amax(dim=(2, 3)) - tints.amin(dim=(2, 3))
    assert spread.max() < 1e-4  # one tint for all pixels of a picture
    tint = tints.mean(dim=(2, 3))
    assert torch.allclose(tint.amax(dim=1), torch.ones(len(tint)), atol=1e-3)
    assert tint.amin(dim=1).max() <= 0.8 + 1e-3 and tint.amin(dim=1).min() >= 0.4 - 1e-3
    assert torch.equal(in_one_hue(pictures, 0.0), pictures)
