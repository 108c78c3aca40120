"""Shifts of the look: changes of pictures, and of nothing else, for any environment.

Each is a file of its own, named after it: a :class:`Shift`, which draws once an episode what stays
while it lasts, and changes pictures by a strength from 0, which leaves every byte as it is, to 1.
:func:`~darla.environments.restyled_pictures.restyled` puts them around an environment::

    env = restyled(gym.make("CarRacing-v3"), {"hue": (0.0, 1.0), "noise": 0.3})

One of another package is added by an entry point::

    [project.entry-points."darla.shifts"]
    fog = "my_package.fog:FOG"
"""

from darla.environments.restyling.registry import SHIFTS
from darla.environments.restyling.restyling import Restyling
from darla.environments.restyling.shift import Moments, Shift
from darla.environments.restyling.strengths import Strength, checked_strengths

__all__ = [
    "SHIFTS",
    "Moments",
    "Restyling",
    "Shift",
    "Strength",
    "checked_strengths",
]
