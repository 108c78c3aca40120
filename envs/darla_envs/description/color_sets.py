"""The colours of the DMControl Generalization Benchmark: two lists of 100 sets each.

They are data of others: Hansen and Wang, "Generalization in Reinforcement Learning by Soft Data
Augmentation" (ICRA 2021, arXiv 2011.13389), under the MIT licence in ``color_sets.LICENSE``.
"""

import gzip
import json
from functools import cache
from pathlib import Path

Color = tuple[float, float, float]
ColorSet = dict[str, Color]
"""Red, green and blue in [0, 1] by what they paint: ``grid_rgb1``, ``grid_rgb2``, ``self_rgb``,
``skybox_rgb``."""

_FILE = Path(__file__).with_name("color_sets.json.gz")


@cache
def color_sets(name: str) -> tuple[ColorSet, ...]:
    """Return a list of sets: ``color_easy`` or ``color_hard``."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as file:
        read = json.load(file)[name]
    return tuple({part: (r, g, b) for part, (r, g, b) in given.items()} for given in read)
