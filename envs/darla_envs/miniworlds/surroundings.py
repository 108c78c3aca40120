"""What no factor names: the camera and the textures of an episode.

As in :mod:`darla_envs.rooms.surroundings`, a fixed hash of the episode's look says which of a
domain's it has. What the domain does not name stays as MiniWorld has it.
"""

from collections.abc import Mapping

import numpy as np

from darla_envs.description.domain import Domain, Values, draw
from darla_envs.description.texture_files import SURFACES, textures_of
from darla_envs.description.view import camera_ranges


def textures_at(look: Mapping[str, float], domain: Domain) -> dict[str, str]:
    """Return the textures, or ``OWN``, of the surfaces that a domain names, at factors' values."""
    from darla_envs.kernels.look_hash import TEXTURE  # loads Numba

    return {
        surface: str(_drawn(textures_of(domain.textures[surface]), look, TEXTURE + index))
        for index, surface in enumerate(SURFACES)
        if surface in domain.textures
    }


def camera_at(look: Mapping[str, float], domain: Domain) -> dict[str, float]:
    """Return what a domain names of its cameras, at factors' values.

    That is ``height`` in metres, ``pitch`` and ``field_of_view`` in degrees.
    """
    from darla_envs.kernels.look_hash import FIELD_OF_VIEW, HEIGHT, PITCH  # loads Numba

    purposes = {"height": HEIGHT, "pitch": PITCH, "field_of_view": FIELD_OF_VIEW}
    ranges = camera_ranges(domain.camera)
    return {name: float(_drawn(ranges[name], look, purposes[name])) for name in ranges}


def _drawn(values: Values, look: Mapping[str, float], purpose: int) -> float | str:
    """Return one of the values; where there is only one, nothing is drawn."""
    first = values[0]
    if len(values) == 1 and (isinstance(first, str) or first[0] == first[1]):
        return draw(values, 0.0)
    from darla_envs.kernels.look_hash import uniform_of  # loads Numba

    return draw(values, uniform_of(np.array([*look.values()]), purpose))
