"""The camera of a task, which a look may turn around what it looks at."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from darla_envs.description.dmc_domains import PITCH, YAW

_USED = 0
"""The camera that benchmarks show these tasks from."""

_PLAIN = {"shadow": False, "reflection": False}
FAST, FULL = "fast", "full"
QUALITIES = {FAST: _PLAIN, FULL: {}}
"""How pictures are drawn: without shadows, reflections and multisampling, which on a CPU is ten
times as fast, or as MuJoCo does unless told otherwise."""
_FINER = {FAST: 2, FULL: 1}
"""Of squares of how many pixels each way a pixel is the mean. What is thinner than a pixel, a pole
or a rail, is then seen wherever it is. Multisampling does the same, for four times the time."""


class TurnedCamera:
    """Draws square pictures of one environment.

    Args:
        physics: dm_control's, which has drawn nothing yet.
        size: height and width of pictures, in pixels.
        quality: ``fast`` or ``full``; see :data:`QUALITIES`.
    """

    def __init__(self, physics: Any, size: int, quality: str) -> None:
        from dm_control.mujoco.engine import Camera

        self._physics, self._flags = physics, QUALITIES[quality]
        if quality == FAST:
            physics.model.vis.quality.offsamples = 0
        self._finer, drawn = _FINER[quality], size * _FINER[quality]
        screen = physics.model.vis.global_
        screen.offwidth = max(screen.offwidth, drawn)
        screen.offheight = max(screen.offheight, drawn)
        self._camera = Camera(physics, drawn, drawn, camera_id=_USED, max_geom=200)

    def draw(self, look: Mapping[str, float]) -> np.ndarray:
        """Return the picture, (size, size, 3) uint8, from where a look has the camera."""
        import mujoco

        physics = self._physics
        mujoco.mj_camlight(physics.model.ptr, physics.data.ptr)  # where it stands by itself
        if look[YAW] or look[PITCH]:
            self._turn(look[YAW], look[PITCH])
        picture: np.ndarray = self._camera.render(render_flag_overrides=self._flags)
        return _averaged(picture, self._finer)

    def _turn(self, yaw: float, pitch: float) -> None:
        """Turn the camera around the point of the plane y = 0 that it looks at."""
        data = self._physics.data
        place, axes = data.cam_xpos[_USED].copy(), data.cam_xmat[_USED].reshape(3, 3).copy()
        ahead = -axes[:, 2]
        aim = place - ahead * place[1] / ahead[1]
        turn = _around(np.array([0.0, 0.0, 1.0]), yaw) @ _around(axes[:, 0], -pitch)
        data.cam_xpos[_USED] = aim + turn @ (place - aim)
        data.cam_xmat[_USED] = (turn @ axes).ravel()


def _averaged(picture: np.ndarray, times: int) -> np.ndarray:
    """Return the means over squares of pixels, uint8, of a picture (times s, times s, 3) uint8."""
    sums = np.zeros((len(picture) // times, len(picture) // times, 3), np.uint16)
    for row, column in np.ndindex(times, times):
        sums += picture[row::times, column::times]
    means: np.ndarray = (sums // times**2).astype(np.uint8)
    return means


def _around(axis: np.ndarray, angle: float) -> np.ndarray:
    """Return the rotation by an angle around an axis of length 1, (3, 3); Rodrigues' formula."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: np.ndarray = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return rotation
