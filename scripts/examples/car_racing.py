"""CarRacing whose road and grass may have any colour: somebody else's environment, with looks.

``pip install "gymnasium[box2d]"``, and from the root of a clone::

    CAR="--env scripts.examples.car_racing:Recolored --looks scripts/examples/car_racing.toml"
    darla collect $CAR --num-frames 20000 --out data/car
    darla train-vision --data data/car --objective look_state_nce --out runs/car
    darla train-agent $CAR --kind latent --encoder runs/car/encoder --mask-look
    darla evaluate-transfer --trust scripts.examples.car_racing --random-episodes 20

The wheel is turned in steps, every action lasts four frames of the game, and only the last of them
is drawn. ``starts="anywhere"`` is for frames to learn to see from: episodes of ``LONGEST_LOOK``
actions that begin on any part of the track, so that looks and places change often.
"""

import math
from typing import Any

import numpy as np
from gymnasium.envs.box2d import car_racing

from darla.running.names import lookup

FRAMES_PER_ACTION = 4
LONGEST_LOOK = 8
"""Actions of an episode that begins anywhere."""
LONGEST_RACE = 250
"""Actions of a race."""

_ROAD, _GRASS = (102, 102, 102), (102, 204, 102)
_BRIGHTEST, _APART = 210, 60  # of 255: of a colour, and between road and grass
_PATCHES = 20  # by how much one channel of the grass's squares differs
_COLORS = {"usual": False, "any": True}
_STARTS = {"line": False, "anywhere": True}


class Recolored(car_racing.CarRacing):
    """CarRacing with five actions, in colours of one's choice.

    Observations are uint8 (96, 96, 3). ``road`` and ``grass`` are ``usual`` or ``any``, drawn anew
    in each episode; ``starts`` is ``line`` or ``anywhere``. A ValueError for another word.
    """

    def __init__(
        self, road: str = "usual", grass: str = "usual", starts: str = "line", **kwargs: Any
    ) -> None:
        self._new_road, self._new_grass = (
            lookup("colour", each, _COLORS) for each in (road, grass)
        )
        self._anywhere = lookup("start", starts, _STARTS)
        self._drawing = True
        self._actions = 0
        super().__init__(domain_randomize=True, continuous=False, **kwargs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode on a new track."""
        self._actions = 0
        observation, info = super().reset(seed=seed, options=options)
        if self._anywhere:
            self._put_anywhere()
            observation = self.state = self._render("state_pixels")
        return observation, info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act for some frames; None, of a reset, for one."""
        if action is None:
            return super().step(None)
        total, truncated = 0.0, False
        for frame in range(FRAMES_PER_ACTION):
            self._drawing = frame == FRAMES_PER_ACTION - 1
            observation, reward, terminated, truncated, info = super().step(action)
            total += float(reward)
            if terminated or truncated:
                break
        self._drawing = True
        self._actions += 1
        longest = LONGEST_LOOK if self._anywhere else LONGEST_RACE
        return observation, total, terminated, truncated or self._actions >= longest, info

    def _render(self, mode: str) -> Any:
        """Draw, unless nobody will see it."""
        return super()._render(mode) if self._drawing else self.state

    def _reinit_colors(self, randomize: bool) -> None:
        """Paint road and grass: what the game calls when an episode begins."""
        road, grass = np.array(_ROAD), np.array(_GRASS)
        while True:
            if self._new_road:
                road = self.np_random.integers(0, _BRIGHTEST, 3, endpoint=True)
            if self._new_grass:
                grass = self.np_random.integers(0, _BRIGHTEST, 3, endpoint=True)
            if np.linalg.norm(road - grass) >= _APART:
                break
        patches = grass.copy()
        patches[self.np_random.integers(3) if self._new_grass else 1] += _PATCHES
        self.road_color, self.bg_color, self.grass_color = road, grass, patches

    def _put_anywhere(self) -> None:
        """Put the car at speed somewhere on the track or a little beside it."""
        random = self.np_random
        _, along, x, y = self.track[random.integers(len(self.track))]
        aside = random.uniform(-1.1, 1.1) * car_racing.TRACK_WIDTH
        heading = along + 0.25 * random.normal()
        speed = random.uniform(0, 60)
        self.car.destroy()
        place = heading, x + aside * math.cos(along), y + aside * math.sin(along)
        self.car = car_racing.Car(self.world, *place)
        for body in (self.car.hull, *self.car.wheels):
            body.linearVelocity = (-speed * math.sin(heading), speed * math.cos(heading))
        for wheel in self.car.wheels:
            wheel.omega = 2 * speed
        self.t = 1.0  # the game zooms in during its first second
