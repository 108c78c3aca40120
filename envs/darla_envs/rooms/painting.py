"""Palettes as arrays, so that many rooms are painted without Python.

``palette_color`` repeats :mod:`darla_envs.description.palettes` number for number.
"""

from typing import NamedTuple

import numpy as np

from darla_envs.description.domain import Domain
from darla_envs.description.palettes import Arc, Palette, with_palettes
from darla_envs.description.tasks import Task
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.setting_rows import CEILING, COLOR, FLOOR, LIGHT, OBJECTS, PER_OBJECT, WALL

_FLOOR, _WALL, _CEILING, _OBJECT = range(4)
_SURFACES = ("floor", "wall", "ceiling", "object")


class PaletteTable(NamedTuple):
    """The palettes of floor, wall, ceiling and objects, and the walls' shades.

    Attributes:
        is_arc: (4,) bool.
        numbers: (4, 6) float64: both ends' RGB of a line; of an arc start, end, saturation and
            brightness.
        shades: (4,) float64, of the east, north, west and south wall.
    """

    is_arc: np.ndarray
    numbers: np.ndarray
    shades: np.ndarray


def palette_table(domain: Domain, task: Task) -> PaletteTable:
    """Return the palettes of a task's domain as arrays."""
    named = with_palettes(task.palettes, domain.palettes)
    palettes = [named[name] for name in _SURFACES]
    numbers = np.array([_numbers(palette) for palette in palettes])
    is_arc = np.array([isinstance(palette, Arc) for palette in palettes])
    return PaletteTable(is_arc, numbers, np.array(task.wall_shades))


def _numbers(palette: Palette) -> list[float]:
    """Return the six numbers of a palette, see :class:`PaletteTable`."""
    if isinstance(palette, Arc):
        return [palette.start, palette.end, palette.saturation, palette.brightness, 0.0, 0.0]
    return [*palette.start, *palette.end]


@kernel
def paint(chosen: np.ndarray, state: RoomState, palettes: PaletteTable) -> None:
    """Give the chosen worlds the look that their settings ask for."""
    walls, object_colors = state.walls, state.object_colors
    color = np.empty(3)
    for world in chosen:
        row = state.settings[world]
        state.lights[world] = row[LIGHT]
        palette_color(palettes, _FLOOR, row[FLOOR], state.floors[world])
        palette_color(palettes, _CEILING, row[CEILING], state.ceilings[world])
        palette_color(palettes, _WALL, row[WALL], color)
        for wall in range(4):
            for channel in range(3):
                walls[world, wall, channel] = color[channel] * palettes.shades[wall]
        for index in range(object_colors.shape[1]):
            value = row[OBJECTS + PER_OBJECT * index + COLOR]
            palette_color(palettes, _OBJECT, value, object_colors[world, index])


@kernel
def palette_color(palettes: PaletteTable, surface: int, value: float, color: np.ndarray) -> None:
    """Look up in the palette of a surface which ``color``, (3,) RGB, is at a value in [0, 1]."""
    numbers = palettes.numbers[surface]
    if palettes.is_arc[surface]:
        hue = (numbers[0] + value * (numbers[1] - numbers[0])) % 1.0
        _hsv_to_rgb(hue, numbers[2], numbers[3], color)
        return
    for channel in range(3):
        color[channel] = (1.0 - value) * numbers[channel] + value * numbers[3 + channel]


@kernel
def _hsv_to_rgb(hue: float, saturation: float, brightness: float, color: np.ndarray) -> None:
    """Repeat ``colorsys.hsv_to_rgb``."""
    sixth = int(hue * 6.0)
    part = hue * 6.0 - sixth
    low = brightness * (1.0 - saturation)
    falling = brightness * (1.0 - saturation * part)
    rising = brightness * (1.0 - saturation * (1.0 - part))
    sixth = sixth % 6
    if saturation == 0.0:
        color[:] = brightness
    elif sixth == 0:
        color[0], color[1], color[2] = brightness, rising, low
    elif sixth == 1:
        color[0], color[1], color[2] = falling, brightness, low
    elif sixth == 2:
        color[0], color[1], color[2] = low, brightness, rising
    elif sixth == 3:
        color[0], color[1], color[2] = low, falling, brightness
    elif sixth == 4:
        color[0], color[1], color[2] = rising, low, brightness
    else:
        color[0], color[1], color[2] = brightness, low, falling
