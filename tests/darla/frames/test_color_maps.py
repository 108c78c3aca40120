"""Random maps of colours, in NumPy and in torch."""

import numpy as np
import torch

from darla.frames.color_maps import ColorMap, draw_color_map
from darla.objectives.recoloring import ColorMaps, draw_color_maps, repaint


def test_both_engines_paint_the_same() -> None:
    colors = np.random.default_rng(0).random((4, 5, 6, 3), dtype=np.float32)
    colors[0] = 0  # black has no chromaticity
    maps = [draw_color_map(np.random.default_rng(seed)) for seed in range(4)]
    stacked = ColorMaps(
        torch.from_numpy(np.stack([each.inner for each in maps])),
        torch.from_numpy(np.stack([each.inner_bias for each in maps]))[..., None],
        torch.from_numpy(np.stack([each.outer for each in maps])),
        torch.from_numpy(np.stack([each.outer_bias for each in maps]))[..., None],
        torch.tensor([each.gamma for each in maps]).reshape(4, 1, 1),
    )
    painted = repaint(torch.from_numpy(colors).permute(0, 3, 1, 2), stacked).permute(0, 2, 3, 1)
    for color_map, picture, expected in zip(maps, colors, painted, strict=True):
        np.testing.assert_allclose(color_map(picture), expected, atol=2e-6)


def test_both_engines_draw_from_one_distribution() -> None:
    rng = np.random.default_rng(0)
    ours = [draw_color_map(rng) for _ in range(4000)]
    torch.manual_seed(0)
    theirs = draw_color_maps(4000, torch.device("cpu"))
    for name in ColorMap.__dataclass_fields__:
        first = np.stack([getattr(each, name) for each in ours]).reshape(4000, -1)
        second = getattr(theirs, name).numpy().reshape(4000, -1)
        np.testing.assert_allclose(first.mean(axis=0), second.mean(axis=0), atol=0.3)
        np.testing.assert_allclose(first.std(axis=0), second.std(axis=0), rtol=0.08)
