"""CarRacing whose road and grass may have any colour: somebody else's environment, with looks.

``pip install "gymnasium[box2d]"``, and from the root of a clone::

    CAR="--env scripts.examples.car_racing:Recolored --looks scripts/examples/car_racing.toml"
    darla collect $CAR --num-frames 20000 --out data/car
    darla train-vision --data data/car --out runs/car
    WIDE='policy_kwargs={"net_arch":[256,256],"activation_fn":"relu"}'
    AGENT="--frame-stack 2 --reward-scale 0.1 --settings $WIDE"
    darla train-agent $CAR $AGENT --kind latent --encoder runs/car/encoder --mask-look
    darla evaluate-transfer --trust scripts.examples.car_racing

The wheel is turned in steps, every action lasts four frames of the game, and only the last of them
is drawn, which is most of the time that the game takes. ``starts="anywhere"`` is for frames to
learn to see from: episodes of ``LONGEST_LOOK`` actions that begin on any part of the track, so that
looks and places change often, and a third of them off it or facing any way, as drivers do who still
learn.
"""

import math
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from gymnasium.envs.box2d import car_racing
from pygame import gfxdraw

from darla.running.names import lookup

FRAMES_PER_ACTION = 4
LONGEST_LOOK = 3
"""Actions of an episode that begins anywhere."""
LONGEST_RACE = 250
"""Actions of a race."""

_ROAD, _GRASS = (102, 102, 102), (102, 204, 102)
_BRIGHTEST, _APART = 210, 60  # of 255: of a colour, and between road and grass
_OTHER_GREEN = 20  # by how much one channel of the grass's squares differs
_LOOK = ("road_brightness", "grass_brightness")
_AHEAD, _FAR_ASIDE = 6, 30.0
_AROUND = ((1, -1), (-1, -1), (-1, 1), (1, 1))
_CORNERS = [(car_racing.PLAYFIELD * x, car_racing.PLAYFIELD * y) for x, y in _AROUND]
_PATCHES = car_racing.GRASS_DIM * np.array(
    [
        [(x + (dx + 1) / 2, y + (dy + 1) / 2) for dx, dy in _AROUND]
        for x in range(-20, 20, 2)
        for y in range(-20, 20, 2)
    ]
)
"""Squares of another green: float (400, 4, 2), in units of the track."""
_ASTRAY = 0.35
"""The share of episodes from anywhere that begin off the track or in any direction."""
_COLORS = {"usual": False, "any": True}
_STARTS = {"line": False, "anywhere": True}


class Recolored(car_racing.CarRacing):
    """CarRacing with five actions, in colours of one's choice.

    Observations are uint8 (96, 96, 3), and ``info`` holds true ``factors``. ``road`` and ``grass``
    are ``usual`` or ``any``, drawn anew in each episode; ``starts`` is ``line`` or ``anywhere``.
    A ValueError for another word.
    """

    factors: ClassVar = {name: SimpleNamespace(role="look") for name in _LOOK}
    """What is to be said of those in ``info``: which of them are of the look."""

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
        return observation, {**info, "factors": self._factors()}

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
        info["factors"] = self._factors()
        return observation, total, terminated, truncated or self._actions >= longest, info

    def _create_track(self) -> bool:
        """Lay out a track, and note its middle and the corners of all that lies on the ground."""
        laid = bool(super()._create_track())
        if laid:
            road = [[corner[:2] for corner in (*tile, tile[-1])[:4]] for tile, _ in self.road_poly]
            self._ground = np.concatenate([_PATCHES, road])
            self._middle = np.array(self.track)[:, 1:]  # heading and place of each tile
        return laid

    def _render(self, mode: str) -> Any:
        """Draw, unless nobody will see it."""
        return super()._render(mode) if self._drawing else self.state

    def _render_road(self, zoom: float, translation: Any, angle: float) -> None:
        """Draw what is in sight of grass and road: the game's own pictures, but all at once."""
        super()._draw_colored_polygon(
            self.surf, _CORNERS, self.bg_color, zoom, translation, angle, clip=False
        )
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        corners = self._ground @ turn * zoom + np.array(translation)
        size = np.array((car_racing.WINDOW_W, car_racing.WINDOW_H))
        near = np.abs(corners - size / 2) <= size / 2 + car_racing.MAX_SHAPE_DIM
        for index in np.flatnonzero(near.all(axis=2).any(axis=1)):
            tile = index - len(_PATCHES)
            color = self.grass_color if tile < 0 else self.road_poly[tile][1]
            shape, paint = corners[index].tolist(), [int(value) for value in color]
            gfxdraw.aapolygon(self.surf, shape, paint)
            gfxdraw.filled_polygon(self.surf, shape, paint)

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
        patches[self.np_random.integers(3) if self._new_grass else 1] += _OTHER_GREEN
        self.road_color, self.bg_color, self.grass_color = road, grass, patches

    def _factors(self) -> dict[str, float]:
        """Return what there is to see.

        Speed and place beside the middle of the track are in units of the track (and a second),
        heading and the track's curve over the next ``_AHEAD`` tiles in radians, colours from 0 to
        255.
        """
        track = self._middle
        place = np.array(self.car.hull.position)
        nearest = int(np.linalg.norm(track[:, 1:] - place, axis=1).argmin())
        along, x, y = track[nearest]
        ahead = track[(nearest + _AHEAD) % len(track), 0]
        aside = (place[0] - x) * math.cos(along) + (place[1] - y) * math.sin(along)
        return {
            "speed": float(np.linalg.norm(self.car.hull.linearVelocity)),
            "side": float(np.clip(aside, -_FAR_ASIDE, _FAR_ASIDE)),
            "heading": _turn(self.car.hull.angle - along),
            "curve": _turn(ahead - along),
            **dict(zip(_LOOK, map(_brightness, (self.road_color, self.bg_color)), strict=True)),
        }

    def _put_anywhere(self) -> None:
        """Put the car at speed somewhere near the track, or astray as those are who learn."""
        random = self.np_random
        _, along, x, y = self.track[random.integers(len(self.track))]
        astray = random.random() < _ASTRAY
        aside = random.uniform(-1, 1) * car_racing.TRACK_WIDTH * (4.0 if astray else 1.1)
        heading = along + (random.uniform(-math.pi, math.pi) if astray else 0.25 * random.normal())
        speed = random.uniform(0, 60)
        self.car.destroy()
        place = heading, x + aside * math.cos(along), y + aside * math.sin(along)
        self.car = car_racing.Car(self.world, *place)
        for body in (self.car.hull, *self.car.wheels):
            body.linearVelocity = (-speed * math.sin(heading), speed * math.cos(heading))
        for wheel in self.car.wheels:
            wheel.omega = 2 * speed
        self.t = 1.0  # the game zooms in during its first second


def _brightness(color: np.ndarray) -> float:
    """Return the mean of red, green and blue."""
    return float(np.mean(color))


def _turn(angle: float) -> float:
    """Return an angle between -pi and pi."""
    return float((angle + math.pi) % (2 * math.pi) - math.pi)
