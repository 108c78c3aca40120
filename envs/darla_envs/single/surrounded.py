"""Textures and a camera for any of MiniWorld's environments, drawn by OpenGL or not."""

from collections.abc import Mapping

from miniworld.miniworld import MiniWorldEnv, Room
from miniworld.opengl import Texture

from darla_envs.description.texture_files import OWN

_PARTS = {
    "floor": ("floor_tex", "floor_texcs"),
    "wall": ("wall_tex", "wall_texcs"),
    "ceiling": ("ceil_tex", "ceil_texcs"),
}
_CAMERA = {"height": "cam_height", "pitch": "cam_pitch", "field_of_view": "cam_fov_y"}


def surround(world: MiniWorldEnv, textures: Mapping[str, str], camera: Mapping[str, float]) -> None:
    """Give a world that was reset the textures and the camera of its episode.

    It keeps them until its next reset; whoever draws it must do so anew.

    Args:
        world: any environment of MiniWorld's.
        textures: for ``floor``, ``wall`` and ``ceiling`` of all rooms the name of a texture, or
            ``OWN``, which like what is not named stays as it is.
        camera: ``height`` in metres, ``pitch`` and ``field_of_view`` in degrees; what is not named
            stays as it is.
    """
    world.shadow_window.switch_to()  # textures are loaded into its context
    for room in world.rooms:
        for surface, name in textures.items():
            if name != OWN:
                _cover(room, surface, name)
    for name, value in camera.items():
        setattr(world.agent, _CAMERA[name], value)


def _cover(room: Room, surface: str, name: str) -> None:
    """Put another texture on a surface, as large on a metre as MiniWorld lays it."""
    texture_of, coordinates_of = _PARTS[surface]
    before, after = getattr(room, texture_of), Texture.get(name)
    scale = before.width / after.width, before.height / after.height
    setattr(room, texture_of, after)
    setattr(room, coordinates_of, getattr(room, coordinates_of) * scale)
