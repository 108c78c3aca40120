"""Checks of what a domain shifts beside factors: textures, cameras, and pictures as a whole."""

from typing import Any

from darla.environments.restyling.strengths import checked_strengths
from darla_envs.description.domain import Domain
from darla_envs.description.texture_files import check_textures, textures_of
from darla_envs.description.view import camera_ranges


def check_surroundings(domain: Domain, further_textures: tuple[str, ...] = ()) -> None:
    """Check that surfaces, textures, cameras and shifts of pictures are known and can be drawn.

    ``further_textures`` may be named beside those of MiniWorld's files.

    Raises:
        ValueError: one is unknown (the nearest is suggested) or out of range, or several are
            offered for a look that never changes, from which they follow.
    """
    check_textures(domain.textures, further_textures)
    checked_strengths(domain.restyle)
    camera_ranges(domain.camera)
    several = [name for name, names in domain.textures.items() if len(set(textures_of(names))) > 1]
    several += [name for name, given in domain.camera.items() if _is_range(given)]
    values = [each for look in (domain.look, *domain.cases) for each in look.items()]
    if several and not any(name != "object_shape" and _is_range(given) for name, given in values):
        raise ValueError(
            f"domain {domain.name!r} offers several values for {', '.join(several)}, but its look "
            "never changes, from which they follow; let a colour or the light vary a little"
        )


def _is_range(values: Any) -> bool:
    """Whether intervals hold more than one value."""
    return isinstance(values, list | tuple) and len({end for pair in values for end in pair}) > 1
