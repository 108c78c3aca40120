"""Darla/HiddenCatch-v0: catch a ball that falls behind a curtain; it is seen at the start alone.

A ball falls a row in each step, in one of eight columns, each as likely as the others. It is seen
in the first two rows, then a curtain hides it, and in the last row it comes out. There a paddle can
catch it, which moves a column to the left, stays, or moves to the right; while the ball is in sight
it is tied. The episode ends with the ball in the last row, after seven steps, and pays 1 where the
paddle is below it and else nothing.

So whoever sees single pictures, or takes random actions, catches one ball in eight on average,
whatever it does: where it can act, nothing that it sees depends on where the ball is. Who remembers
catches all. ("Catch" with the ball in sight: Mnih et al., 2014, "Recurrent models of visual
attention", section 4.2.)
"""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.running.names import lookup
from darla_envs.description.factors import Factor
from darla_envs.description.palettes import Line
from darla_envs.description.usual_domains import SOURCE, UNSUPERVISED

COLUMNS = ROWS = 8
CELL = 8
"""Pixels of a column, and of a row."""
SEEN_ROWS = 2
"""Rows in which the ball is in sight from the start."""
_THICKNESS = 3  # pixels of the paddle, in front of the ball
_PADDLE = (255, 255, 255)

_PALETTES = {
    "ground": Line((0.05, 0.10, 0.35), (0.40, 0.20, 0.05)),
    "curtain": Line((0.25, 0.45, 0.65), (0.65, 0.40, 0.35)),
    "ball": Line((1.00, 0.85, 0.10), (0.75, 1.00, 0.60)),
}
_DOMAINS: Mapping[str, tuple[float, float]] = {
    SOURCE: (0.2, 0.2),
    UNSUPERVISED: (0.0, 1.0),
    "new_colors": (0.8, 0.8),
}
"""Where the colours of an episode are drawn from, by domain; as far along their palettes."""


class HiddenCatch(gym.Env[np.ndarray, np.int64]):
    """The world; observations are pictures, (64, 64, 3) uint8, and actions 0, 1 and 2.

    ``info["factors"]`` holds the columns of ball and paddle, the ball's row, and the colours.

    Attributes:
        factors: all factors by name.
        column: of the ball.
        row: of the ball.
        paddle: the paddle's column.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 4}  # noqa: RUF012 - of every environment

    def __init__(self, domain: str = SOURCE, render_mode: str | None = None) -> None:
        """Make the world, with colours of a domain: source, d_u or new_colors.

        A ValueError where there is no such domain.
        """
        self._colors = lookup("domain of Darla/HiddenCatch-v0", domain, _DOMAINS)
        self.render_mode = render_mode
        shape = (ROWS * CELL, COLUMNS * CELL, 3)
        self.observation_space = spaces.Box(0, 255, shape, np.uint8)
        self.action_space = spaces.Discrete(3)
        places = {"ball_column": COLUMNS, "ball_row": ROWS, "paddle_column": COLUMNS}
        self.factors = {
            **{
                name: Factor(name, "continuous", "state", 0.0, count - 1.0)
                for name, count in places.items()
            },
            **{name: Factor(name, "continuous", "look", 0.0, 1.0) for name in _PALETTES},
        }
        self.column = self.row = self.paddle = 0
        self._look = dict.fromkeys(_PALETTES, self._colors[0])

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Draw a column for the ball and colours, and put the paddle in the middle."""
        super().reset(seed=seed)
        random = self.np_random
        self.column, self.row = int(random.integers(COLUMNS)), 0
        self.paddle = int(random.integers(COLUMNS // 2 - 1, COLUMNS // 2 + 1))
        self._look = {name: float(random.uniform(*self._colors)) for name in _PALETTES}
        return self._picture(), self._info()

    def step(self, action: np.int64) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Move the paddle unless it is tied, and let the ball fall a row."""
        if self.row >= SEEN_ROWS:
            self.paddle = min(max(self.paddle + int(action) - 1, 0), COLUMNS - 1)
        self.row += 1
        over = self.row == ROWS - 1
        caught = over and self.paddle == self.column
        info = self._info() | ({"is_success": caught} if over else {})
        return self._picture(), float(caught), over, False, info

    def render(self) -> np.ndarray:
        """Return the picture."""
        return self._picture()

    def _picture(self) -> np.ndarray:
        """Draw ground, curtain, paddle and the ball where it is in sight."""
        colors = {
            name: np.round(255 * palette.rgb(self._look[name])).astype(np.uint8)
            for name, palette in _PALETTES.items()
        }
        picture = np.empty((ROWS * CELL, COLUMNS * CELL, 3), np.uint8)
        picture[:] = colors["ground"]
        picture[SEEN_ROWS * CELL : (ROWS - 1) * CELL] = colors["curtain"]
        if self.row < SEEN_ROWS or self.row == ROWS - 1:
            top, left = self.row * CELL, self.column * CELL
            picture[top : top + CELL, left : left + CELL] = colors["ball"]
        left = self.paddle * CELL
        picture[-_THICKNESS:, left : left + CELL] = _PADDLE
        return picture

    def _info(self) -> dict[str, Any]:
        """Return the factors."""
        places = (self.column, self.row, self.paddle)
        names = ("ball_column", "ball_row", "paddle_column")
        return {"factors": {**dict(zip(names, map(float, places), strict=True)), **self._look}}
