"""The domains that tasks have as a rule: the source, D_U, and targets that shift one thing each.

Every function returns data, from which a task makes its own list; see :mod:`darla_envs.tasks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from darla_envs.description.domain import WHOLE, Domain, Interval, Values, point, without
from darla_envs.description.texture_files import PLAIN, SURFACES

SOURCE, UNSUPERVISED, VALIDATION = "source", "d_u", "validation"
VALIDATION_APART = "validation_apart"
"""A part of D_U's looks that meets no target's colours; what was chosen in ``validation``, which
has those of targets too, stays comparable."""
RICH = "d_u_rich"
"""D_U whose surfaces also have textures, and whose camera is another in each look."""

SOURCE_LOOKS = "source_looks"
"""Levels that are learned in, each in a look of its own (Procgen)."""
SEEN_LEVELS = "d_u_200"
"""The looks of D_U in the levels that are learned in, and in no others (Procgen)."""

SOURCES = (SOURCE, "source_pairs", SOURCE_LOOKS)
"""Domains that agents learn in."""

SEEN_LOOKS = (UNSUPERVISED, RICH, VALIDATION, VALIDATION_APART, SEEN_LEVELS)
"""Domains whose looks are those of the encoder's frames: neither sources nor targets."""

# D_U leaves out the last tenth of every colour, so that one target can show colours that neither
# the encoder nor the policy has seen.
HELD_OUT = (0.9, 1.0)
_SEEN = without(HELD_OUT)[:1]
_UNSEEN = point(0.98)
_LITTLE = 0.02
_COLORED = ("floor", "wall", "object_color")
ROOM = ("floor", "wall")
OLD: Mapping[str, Values] = {
    "floor": point(0.15),
    "wall": point(0.05),
    "object_color": point(0.1),
}
"""The colours of sources."""

NEW: Mapping[str, Values] = {
    "floor": point(0.85),
    "wall": point(0.88),
    "object_color": point(0.85),
}
"""Colours far from the source and within D_U."""

NEW_LIGHT: Values = point(0.55)
"""Dimmer than the source's."""

# What D_U shows of each palette lies in three parts: one to choose options in, about the source's
# colours, then a gap around the middle ones, then one that targets are drawn from.
APART: Mapping[str, Values] = {
    **dict.fromkeys(_COLORED, ((0.0, 0.4),)),
    "ceiling": ((0.0, 0.5),),
    "light": ((0.75, 1.0),),
}
"""The colours and the light of D_U that no target has."""

DRAWN: Mapping[str, Values] = dict.fromkeys(_COLORED, ((0.6, HELD_OUT[0]),))
"""New colours, of which an episode draws its own."""

# Of the same light as the source's: what is new is the colour. No surface looks like another of D_U
# but ochre, which lies 0.19 from the end of floors in RGB.
ROOM_PALETTES = {"floor": "moss", "wall": "indigo", "ceiling": "ochre"}
"""Palettes that D_U never shows, for what a room is made of."""

SEEN_TEXTURES = (
    "airduct_grate", "asphalt", "brick_wall", "cardboard", "ceiling_tile_noborder", "concrete",
    "concrete_tiles", "door_doom", "grass", "lava", "stucco", "wood",
)  # fmt: skip
"""The half of MiniWorld's textures that the rich D_U shows."""

HELD_OUT_TEXTURES = (
    "ceiling_tiles", "cinder_blocks", "drywall", "floor_tiles_bw", "logo_mila", "marble",
    "metal_grill", "picket_fence", "rock", "slime", "water", "wood_planks",
)  # fmt: skip
"""The other half, which targets show."""


@dataclass(frozen=True)
class Views:
    """What a family of worlds is shown with beside its colours, apart in D_U and in targets.

    Attributes:
        own: the texture that surfaces have in the source; in the rich D_U a third keeps it.
        textured: textures that D_U does not show, for floor and wall.
        held_out: others of those, of which ``new_textures`` draws.
        cameras: of the rich D_U, about the source's; they leave out what lies around targets'.
        high: height in metres of ``new_camera_height``.
        low: height in metres of ``low_camera``.
        field_of_view: degrees of ``new_field_of_view``.
    """

    own: str
    textured: Mapping[str, str]
    held_out: tuple[str, ...]
    cameras: Mapping[str, tuple[Interval, ...]]
    high: float
    low: float
    field_of_view: float


ROOM_VIEWS = Views(
    own=PLAIN,
    # Light enough that the source's colours still show, so that the pattern is what is new.
    textured={"floor": "floor_tiles_bw", "wall": "marble"},
    held_out=HELD_OUT_TEXTURES,
    cameras={
        "height": ((1.0, 1.42), (1.58, 1.8)),
        "pitch": ((-20.0, -4.0),),
        "field_of_view": ((60.0, 66.0), (74.0, 100.0)),
    },
    high=1.5,
    low=0.9,
    field_of_view=70.0,
)
"""Those of tasks, whose cameras are 1.2 m high, look down by 12 degrees and see 85."""


def source_look(shapes: tuple[str, ...]) -> dict[str, Values]:
    """Return the look of the source, whose objects have these shapes."""
    return {**OLD, "ceiling": point(0.3), "light": point(0.9), "object_shape": shapes}


def unsupervised_look(shapes: tuple[str, ...]) -> dict[str, Values]:
    """Return the look of D_U, whose objects have these shapes."""
    colors = dict.fromkeys(_COLORED, _SEEN)
    return {**colors, "ceiling": WHOLE, "light": ((0.5, 1.0),), "object_shape": shapes}


def usual_domains(
    shapes: tuple[str, ...], seen_shapes: tuple[str, ...] | None = None
) -> tuple[Domain, ...]:
    """Return the source, D_U, and a target for each of what may be shifted.

    Objects of the source and of targets have ``shapes``, those of D_U ``seen_shapes``, if given.
    """
    source = source_look(shapes)
    return (
        Domain(SOURCE, source),
        *unsupervised(unsupervised_look(seen_shapes or shapes)),
        recolored("new_floor", source, "floor"),
        recolored("new_wall", source, "wall"),
        recolored("new_object_color", source, "object_color"),
        recolored("floor_and_wall", source, *ROOM),
        recolored("all_three", source, *_COLORED),
        Domain("new_light", {**source, "light": NEW_LIGHT}),
        Domain("unseen_colors", {**source, **dict.fromkeys(_COLORED, _UNSEEN)}),
        Domain("middle_colors", {**source, **dict.fromkeys(_COLORED, point(0.5))}),
        greyed(source),
        *new_views(source),
    )


def _around(values: Values) -> Values:
    """Return what lies around a single value."""
    middle = float(values[0][0])
    return ((middle - _LITTLE, middle + _LITTLE),)


def unsupervised(look: Mapping[str, Values], views: Views = ROOM_VIEWS) -> tuple[Domain, Domain]:
    """Return D_U, and D_U with textures and with cameras of other heights, pitches and angles."""
    textures = dict.fromkeys(SURFACES, (views.own,) * 6 + SEEN_TEXTURES)
    return (
        Domain(UNSUPERVISED, look),
        Domain(RICH, look, textures=textures, camera=views.cameras),
    )


def recolored(name: str, source: Mapping[str, Values], *factors: str) -> Domain:
    """Return a source with the new colours of some factors."""
    return Domain(name, {**source, **{factor: NEW[factor] for factor in factors}})


def greyed(source: Mapping[str, Values]) -> Domain:
    """Return a source whose pictures have no colours."""
    return Domain("grey", source, restyle={"grey": 1.0})


def new_views(
    source: Mapping[str, Values],
    near: Mapping[str, Values] | None = None,
    views: Views = ROOM_VIEWS,
) -> tuple[Domain, ...]:
    """Return the targets that leave a source's colours: textures, the camera, noise and blur.

    Which of the held-out textures an episode has follows from its look, which varies a little: it
    is ``near`` the source, by default around the colours of the room.
    """
    near = {name: _around(source[name]) for name in ROOM} if near is None else near
    held_out = dict.fromkeys(ROOM, views.held_out)
    return (
        Domain("textured", source, textures=views.textured),
        Domain("new_textures", {**source, **near}, textures=held_out),
        Domain("new_camera_height", source, camera={"height": views.high}),
        Domain("low_camera", source, camera={"height": views.low}),
        Domain("new_field_of_view", source, camera={"field_of_view": views.field_of_view}),
        Domain("noisy", source, restyle={"noise": 0.5}),
        Domain("blurred", source, restyle={"blur": 0.5}),
    )


def drawn_targets(source: Mapping[str, Values]) -> tuple[Domain, ...]:
    """Return the targets whose colours each episode draws anew, so that they speak of looks.

    One draws them from what D_U shows, far from the source, the other from other palettes. They
    come with the looks of D_U that meet neither, nor any other target: there options can be chosen.
    """
    anywhere = dict.fromkeys((*_COLORED, "ceiling"), WHOLE)
    palettes = {**ROOM_PALETTES, "object": "magenta"}
    return (
        Domain("new_colors", {**source, **DRAWN}),
        Domain("other_palette", {**source, **anywhere}, palettes=palettes),
        Domain(VALIDATION_APART, {**source, **APART}),
    )


def validation(shapes: tuple[str, ...]) -> Domain:
    """Return D_U's looks of the source's shapes: there options can be chosen without a target.

    In D_U itself the return is as much about shapes that the policy has not met as about looks.
    """
    return Domain(VALIDATION, unsupervised_look(shapes))
