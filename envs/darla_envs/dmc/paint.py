"""A look put into a model that is compiled already: colours of materials and textures, and light.

A change of textures is shown by giving them to the graphics card again, 1 to 4 ms; nothing is
compiled again, and no state is lost.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from darla_envs.description.dmc_domains import LIGHT, PAINTED, color_factors
from darla_envs.dmc.models import texture

_MATERIALS = {"body": "self", "effector": "effector", "decoration": "decoration"}
_LAMPS = ("ambient", "diffuse", "specular")
_WHITE = 255.0


class Paint:
    """Paints the model of one environment, anew for each look.

    Args:
        physics: dm_control's, whose textures have dm_control's own colours still.
        sky: the sky in these colours, as :func:`darla_envs.dmc.models.make_dmc` returns it.
    """

    def __init__(self, physics: Any, sky: np.ndarray) -> None:
        self._physics, model = physics, physics.model
        self._sky, self._grid = (texture(model, name) for name in ("skybox", "grid"))
        self._shades, self._stars = _shades_and_stars(sky)
        self._edge = self._grid[0, 0].copy()  # keeps its colour, as in DMC-GB
        self._squares = _squares(self._grid)
        head = model.vis.headlight
        lamps = [getattr(model, f"light_{name}") for name in _LAMPS]
        lamps += [getattr(head, name) for name in _LAMPS]
        self._lamps = [(lamp, lamp.copy()) for lamp in lamps]

    def paint(self, look: Mapping[str, float]) -> None:
        """Show a look, which has a value for each of the look's factors, from now on."""
        colors = {
            name: np.array([look[factor] for factor in color_factors(name)]) for name in PAINTED
        }
        model = self._physics.model
        for name, material in _MATERIALS.items():
            model.mat_rgba[model.name2id(material, "material"), :3] = colors[name]
        for lamp, usual in self._lamps:
            lamp[:] = usual * look[LIGHT]
        for channel, share in enumerate(colors["sky"]):  # numpy is slow where the last axis is 3
            self._sky[..., channel] = self._shades * np.float32(share) + self._stars
        shown = [np.rint(_WHITE * colors[name]) for name in ("grid_1", "grid_2")]
        np.take(np.array([*shown, self._edge], np.uint8), self._squares, axis=0, out=self._grid)
        self._upload("skybox", "grid")

    def _upload(self, *names: str) -> None:
        """Let the renderer use what textures hold now."""
        import mujoco

        model, contexts = self._physics.model, self._physics.contexts
        with contexts.gl.make_current() as context:
            for name in names:
                index = model.name2id(name, "texture")
                context.call(mujoco.mjr_uploadTexture, model.ptr, contexts.mujoco.ptr, index)


def _shades_and_stars(sky: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a colour of the sky is multiplied by, and what is added: stars stay white.

    The sky goes from its colour above to black below, with white points on it: each channel is
    colour * shade + star, whose two unknowns the reddest and the bluest channel tell.
    """
    red, _, blue = PAINTED["sky"]
    shades = (sky[..., 2] - sky[..., 0]) / (blue - red)
    stars = np.maximum(sky[..., 2] - blue * shades, 0.0)
    stars += 0.5  # so that what is cut off to whole numbers is rounded
    return shades.astype(np.float32), stars.astype(np.float32)


def _squares(grid: np.ndarray) -> np.ndarray:
    """Return what each pixel (H, W) of the ground is of: 0 and 1 its colours, 2 its edge."""
    first = grid.reshape(-1, 3).min(axis=0)
    squares = np.where((grid == first).all(axis=-1), 0, 1).astype(np.uint8)
    squares[[0, -1]] = squares[:, [0, -1]] = 2
    return squares
