"""A MuJoCo task from pixels whose colours, textures, light and camera are factors.

``pip install "gymnasium[mujoco]"``, and from the root of a clone::

    POLE="--env scripts.examples.inverted_pendulum:PaintedPendulum"
    POLE="$POLE --looks scripts/examples/inverted_pendulum.toml"
    darla collect $POLE --num-frames 20000 --out data/pole
    darla train-vision --data data/pole --out runs/pole
    darla train-agent $POLE --kind latent --encoder runs/pole/encoder --mask-look
    darla evaluate-transfer --trust scripts.examples.inverted_pendulum

Gymnasium's InvertedPendulum with a room of its own (``inverted_pendulum.xml``), and a bob on its
pole, which is too thin to be seen well in so small a picture. Observations are a Dict: a picture,
and beside it the two velocities, which no single picture shows.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.running.names import lookup

if sys.platform == "linux" and "DISPLAY" not in os.environ:
    os.environ.setdefault("MUJOCO_GL", "egl")

from gymnasium.envs.mujoco.inverted_pendulum_v5 import InvertedPendulumEnv

MODEL = Path(__file__).with_suffix(".xml")
SIDE = 64
"""Of pictures, in pixels."""
LONGEST_LOOK = 3
"""Actions of an episode in which cart and pole are anywhere."""
LONGEST_BALANCE = 250
"""Actions of an episode otherwise, and the best return."""

_LOOK = ("floor_brightness", "wall_brightness", "light")
_PAINTED = ("floor", "wall", "rail", "cart", "pole")
_SURFACES = ("plain", "checks", "fade")
_CAMERA_MOVES = 0.15  # metres
_CHOICES = {"usual": False, "any": True}
_STARTS = {"upright": False, "anywhere": True}


class PaintedPendulum(gym.Wrapper[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]):
    """InvertedPendulum in a room whose look is drawn anew in each episode where it may be any.

    Observations hold ``picture``, uint8 (64, 64, 3), and ``velocities``, float32 (2,), in metres
    and radians a second, cut off at 10. ``colors``, ``texture``, ``light`` and ``camera`` are
    ``usual`` or ``any``; ``starts`` is ``upright``, or ``anywhere`` for frames to learn to see
    from: then cart and pole are put anywhere in every step, so that frames of one look show what
    moves in places far apart. A ValueError for another word.
    """

    factors: ClassVar = {name: SimpleNamespace(role="look") for name in _LOOK}
    """What is to be said of those in ``info``: which of them are of the look."""

    def __init__(
        self,
        colors: str = "usual",
        texture: str = "usual",
        light: str = "usual",
        camera: str = "usual",
        starts: str = "upright",
        render_mode: str | None = None,
    ) -> None:
        given = {"colors": colors, "texture": texture, "light": light, "camera": camera}
        self._drawn = {name: lookup(name, word, _CHOICES) for name, word in given.items()}
        self._anywhere = lookup("start", starts, _STARTS)
        super().__init__(
            InvertedPendulumEnv(
                xml_file=str(MODEL),
                render_mode="rgb_array",
                camera_name="side",
                width=SIDE,
                height=SIDE,
            )
        )
        self.observation_space = spaces.Dict(
            {
                "picture": spaces.Box(0, 255, (SIDE, SIDE, 3), np.uint8),
                "velocities": spaces.Box(-10.0, 10.0, (2,), np.float32),
            }
        )
        self._model = self.env.unwrapped.model
        self._usual = {name: array.copy() for name, array in self._parts().items()}
        self._actions = 0

    def _parts(self) -> dict[str, np.ndarray]:
        """Return the model's arrays that make up its look."""
        model = self._model
        return {
            "colors": model.geom_rgba,
            "texture": model.geom_matid,
            "light": model.light_diffuse,
            "camera": model.cam_pos,
        }

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Begin an episode in another look."""
        self._actions = 0
        self.env.reset(seed=seed, options=options)
        world = self.env.unwrapped
        random, place, speed = world.np_random, world.data.qpos.copy(), world.data.qvel.copy()
        self._paint(random)
        if self._anywhere:
            self._put_anywhere(random)
        else:
            world.set_state(place, speed)  # which moves the camera, too
        return self._observation(), self._info()

    def step(
        self, action: np.ndarray
    ) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        """Act once."""
        _, reward, fell, _, _ = self.env.step(action)
        self._actions += 1
        if self._anywhere:
            self._put_anywhere(self.env.unwrapped.np_random)
        longest = LONGEST_LOOK if self._anywhere else LONGEST_BALANCE
        fell = fell and not self._anywhere
        return self._observation(), reward, fell, self._actions >= longest, self._info()

    def _put_anywhere(self, random: np.random.Generator) -> None:
        """Put cart and pole where a learner may get to."""
        place = random.uniform((-0.95, -0.5), (0.95, 0.5))
        self.env.unwrapped.set_state(place, random.normal(scale=0.5, size=2))

    def _paint(self, random: np.random.Generator) -> None:
        """Draw what may be any, and leave the rest as it was."""
        parts = self._parts()
        for name, array in parts.items():
            array[:] = self._usual[name]
        ids = [self._model.geom(name).id for name in _PAINTED]
        if self._drawn["colors"]:
            parts["colors"][ids, :3] = random.uniform(size=(len(ids), 3))
            bob, pole = (self._model.geom(name).id for name in ("bob", "pole"))
            parts["colors"][bob] = parts["colors"][pole]
        if self._drawn["texture"]:
            materials = [self._model.material(name).id for name in _SURFACES]
            parts["texture"][ids[:2]] = random.choice(materials, 2)
        if self._drawn["light"]:
            parts["light"][:] = random.uniform(0.3, 1.0)
        if self._drawn["camera"]:
            parts["camera"][:] += random.uniform(-_CAMERA_MOVES, _CAMERA_MOVES, 3)

    def _observation(self) -> dict[str, np.ndarray]:
        """Draw the room, and read the velocities."""
        velocities = self.env.unwrapped.data.qvel.clip(-10.0, 10.0).astype(np.float32)
        return {"picture": self.env.render(), "velocities": velocities}

    def _info(self) -> dict[str, Any]:
        """Return the true factors of the picture."""
        cart, angle = self.env.unwrapped.data.qpos
        colors = (self._model.geom(name).rgba[:3] for name in _PAINTED[:2])
        look = [float(each.mean()) for each in (*colors, self._model.light_diffuse)]
        state = {"cart": float(cart), "angle": float(angle)}
        return {"factors": {**state, **dict(zip(_LOOK, look, strict=True))}}
