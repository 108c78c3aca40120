"""Let an episode of a room go on in another look, with everything where it is."""

import numpy as np

from darla_envs.rooms.room_worlds import RoomWorlds

_ROOM = np.zeros(1, np.int64)
_KEPT = ("agents", "yaws", "objects", "present", "steps", "success")


def enter_look(rooms: RoomWorlds, domain: str, seed: int) -> None:
    """Put the first room into a look of a domain; later episodes are drawn from it too.

    What the domain says of colours, light, textures, camera and pictures is taken over, and of
    what kind an object is where there is one: among several the kinds decide what an agent must do.
    A ValueError where there is no such domain.
    """
    state = rooms.state
    before = {name: getattr(state, name)[_ROOM].copy() for name in _KEPT}
    (setting,) = rooms.settings_from(state.settings[_ROOM])
    rooms.set_domain(domain)
    rooms.reset(_ROOM, [seed])
    (drawn,) = rooms.settings_from(state.settings[_ROOM])
    several = len(rooms.task.objects) > 1
    look = {
        name: drawn[name]
        for name, factor in rooms.factors.items()
        if factor.role == "look" and not (several and factor.categories)
    }
    rooms.reset(_ROOM, None, [{**setting, **look}])
    for name, values in before.items():
        getattr(state, name)[_ROOM] = values
