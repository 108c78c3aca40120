"""Darla/PickColor-v0: touch the red object and leave the green one, in rooms of any other colour.

Two objects of one kind. Touching the one whose colour is in the first part of the palette (red to
orange) pays +1 and ends the episode, touching the other (green) costs 1 and takes it away; after 60
steps the episode ends. So 1 is the best return, and colour is a cause that agents must see: who
ignores all colours gets nothing, and who has learnt the room's colours too falls where these
change.
"""

from collections.abc import Mapping

from darla_envs.description.domain import WHOLE, Domain, Interval, Values, point
from darla_envs.description.layout import Spacing
from darla_envs.description.tasks import PICK_COLOR, Task
from darla_envs.description.usual_domains import (
    APART,
    DRAWN,
    NEW,
    NEW_LIGHT,
    ROOM,
    ROOM_PALETTES,
    SOURCE,
    VALIDATION,
    VALIDATION_APART,
    new_views,
    recolored,
    source_look,
    unsupervised,
    unsupervised_look,
)

_SHAPES = ("box", "ball")
_GOOD: Interval = (0.0, 0.3)
_BAD: Interval = (0.6, 0.9)
_SEEN = (_GOOD, _BAD)
_SOURCE: Mapping[str, Values] = {
    **source_look(("box",)),
    "object_color": (*point(0.1), *point(0.85)),
}


def _new(name: str, **look: Values) -> Domain:
    """Return the source with other values of some factors."""
    return Domain(name, {**_SOURCE, **look})


def _room(value: float) -> dict[str, Values]:
    """Return a value of floor and wall."""
    return dict.fromkeys(ROOM, point(value))


def _drawn_rooms() -> tuple[Domain, ...]:
    """Rooms that each episode draws anew, of seen and of other palettes, and D_U's apart from them.

    Reds and greens stay as they are in targets: they say which object pays.
    """
    drawn: dict[str, Values] = {name: DRAWN[name] for name in ROOM}
    drawn |= {"ceiling": ((0.6, 1.0),), "light": ((0.5, 0.7),)}
    anywhere = dict.fromkeys(ROOM_PALETTES, WHOLE)
    shades: Values = ((0.0, 0.2), (0.7, 0.9))  # without those of ``new_shades``
    return (
        _new("new_rooms", **drawn),
        Domain("other_palette", {**_SOURCE, **anywhere}, palettes=ROOM_PALETTES),
        _new(VALIDATION_APART, **{**APART, "object_color": shades}),
    )


TASK = Task(
    task_id=PICK_COLOR,
    objects=("object0", "object1"),
    shapes=_SHAPES,
    preferred_shapes=(_SHAPES, _SHAPES),
    good_shapes=_SHAPES,
    preferred_colors=((_GOOD,), (_BAD,)),
    good_colors=(_GOOD,),
    collects=True,
    room_size=(7.0, 5.5),
    start=Spacing(objects=1.9, agent=1.6),
    max_episode_steps=60,
    reach=0.8,
    domains=(
        Domain(SOURCE, _SOURCE),
        *unsupervised({**unsupervised_look(_SHAPES), "object_color": _SEEN}),
        Domain(VALIDATION, {**unsupervised_look(("box",)), "object_color": _SEEN}),
        recolored("new_floor", _SOURCE, "floor"),
        recolored("new_wall", _SOURCE, "wall"),
        recolored("floor_and_wall", _SOURCE, *ROOM),
        _new("new_light", light=NEW_LIGHT),
        _new(
            "new_room",
            floor=NEW["floor"],
            wall=NEW["wall"],
            ceiling=point(0.9),
            light=NEW_LIGHT,
        ),
        _new("unseen_room", **_room(0.98)),
        _new("middle_room", **_room(0.5)),
        # Other reds and greens: what is told apart must be the two parts of the palette.
        _new("new_shades", object_color=(*point(0.25), *point(0.65))),
        _new("new_shape", object_shape=("ball",)),
        *new_views(_SOURCE),
        *_drawn_rooms(),
    ),
)
