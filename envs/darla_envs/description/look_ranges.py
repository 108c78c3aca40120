"""The looks of MiniWorld's environments: the lines that colours are on, and the domains on them.

A domain says where on its line each colour is drawn from, in [0, 1], and the factor on the light.
Colours of floor and wall multiply textures; objects are painted. Why these:

- **Lines between two colours of one brightness** (luma, Rec. 601), and not boxes of tints. A box
  has three dimensions for each surface, one of which is brightness, which nothing in a picture
  tells from the light; a variational autoencoder follows a line with one latent, whatever the
  light is.
- **The source is inside the range of D_U.** MiniWorld gives surfaces no tint, that is white. The
  lines of floor (orange to azure) and wall (green to pink) join complementary colours, so that
  they pass through grey, near 0.5 and 0.6: white in less light. Objects, most of which are red in
  the stock tasks, begin with red. So an encoder that has seen D_U has seen the source, and no
  frame needs to be drawn in a look that is not on the lines.
- **New colours at 0.05** of floor and wall and at 0.65 of objects, far from the source and inside
  D_U: seen by the encoder, not by the policy. **Unseen colours at 1**, beyond the end of D_U at
  0.75 and, for floor and wall, on the other side of grey than new ones: seen by neither.
- **The goal stays visible.** Objects go from red over purple to blue. Within D_U floors are orange
  to a pale blue and walls green to a pale pink, so that no light makes an object look like them,
  like the grey of the source or like black tiles.
- **Light from half to the whole** of MiniWorld's; OpenGL adds a constant that is not dimmed. More
  light than MiniWorld's would clip colours of floors that face it.
- **Ranges of new colours** that D_U shows, and a part of it that meets none of them, nor any other
  target's, in which options can be chosen: looks are what is new, not one colour.
- **Other palettes** are drawn in no other domain, as bright as the lines, and at least 0.36 in RGB
  from all that D_U shows of the same surface.
- **Ceiling and sky stay** as they are: no stock task depends on them, and whatever varies costs a
  latent. In the rich D_U ceilings have textures, as in rooms.
- **A third of the rich D_U keeps MiniWorld's own textures**, which are those of the source.
  Targets show none that any of MiniWorld's rooms has, and ``textured`` greys, of which only the
  pattern is new.
- **New textures follow from the light**, which varies by 3%, less than anybody sees: any colour on
  the lines would have shifted the white of the source.
- **Cameras about MiniWorld's own**, which is 1.5 m high, level, and sees 60 degrees. The target's
  field of view is wider: in a narrower one objects would be out of sight, which is no look.

MiniWorld clips the light on floors at 1, so that a floor of the source looks like grey of 0.77
in full light; its walls are a quarter brighter than grey on their line.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from darla_envs.description.domain import WHOLE, Domain, Values, point
from darla_envs.description.palettes import Line
from darla_envs.description.texture_files import OWN
from darla_envs.description.usual_domains import (
    HELD_OUT_TEXTURES,
    VALIDATION_APART,
    Views,
    greyed,
    new_views,
    unsupervised,
)

_T = TypeVar("_T")

SURFACES = ("floor", "wall", "objects")
FACTORS = (*SURFACES, "light")
"""What domains of MiniWorld's environments name, in the order in which it is reported."""

LINES: Mapping[str, Line] = {
    "floor": Line((1.0, 0.55, 0.15), (0.25, 0.77, 1.0)),
    "wall": Line((0.5, 1.0, 0.5), (1.0, 0.66, 1.0)),
    "objects": Line((1.0, 0.04, 0.1), (0.15, 0.29, 1.0)),
}
"""Where the colours of surfaces and objects are."""

STOCK: Mapping[str, Values] = {
    "floor": point(0.5),
    "wall": point(0.6),
    "objects": point(0.0),
    "light": point(1.0),
}
"""Where the look that MiniWorld gives comes nearest to the lines: greys, red, and all of its
light."""

_SEEN: Values = ((0.0, 0.75),)
_DRAWN: Mapping[str, Values] = {
    "floor": ((0.0, 0.2),),
    "wall": ((0.0, 0.2),),
    "objects": ((0.5, 0.75),),
}
"""Where new colours are drawn from: in D_U's ranges, far from the source."""
_APART: Mapping[str, Values] = {
    "floor": ((0.4, 0.75),),
    "wall": ((0.4, 0.75),),
    "objects": ((0.0, 0.3),),
    "light": ((0.75, 1.0),),
}
"""The part of D_U that meets no target."""
_OTHER_PALETTE = {"floor": "rose", "wall": "amber", "objects": "leaf"}
_NEW = {"floor": point(0.05), "wall": point(0.05), "objects": point(0.65)}

_NEARLY_ALL_LIGHT: Mapping[str, Values] = {"light": ((0.97, 1.0),)}

# Some of MiniWorld's rooms have these by themselves, so that D_U shows them where they are.
_OF_THE_SOURCE = ("cinder_blocks", "floor_tiles_bw", "slime")
_VIEWS = Views(
    own=OWN,
    textured={"floor": "rock", "wall": "marble"},
    held_out=tuple(name for name in HELD_OUT_TEXTURES if name not in _OF_THE_SOURCE),
    cameras={
        "height": ((1.3, 1.72), (1.88, 2.1)),
        "pitch": ((-8.0, 8.0),),
        "field_of_view": ((50.0, 71.0), (79.0, 95.0)),
    },
    high=1.8,
    low=1.2,
    field_of_view=75.0,
)

D_U, _RICH = unsupervised({**dict.fromkeys(SURFACES, _SEEN), "light": ((0.5, 1.0),)}, _VIEWS)
"""Where frames for encoders come from: a look in each episode."""


def _changed(name: str, *surfaces: str) -> Domain:
    """Return a domain with new colours of some surfaces."""
    return Domain(name, {surface: _NEW[surface] for surface in surfaces})


LOOKS: tuple[Domain, ...] = (
    Domain("source"),
    D_U,
    _RICH,
    _changed("new_floor", "floor"),
    _changed("new_wall", "wall"),
    _changed("new_objects", "objects"),
    _changed("floor_and_wall", "floor", "wall"),
    _changed("all_three", *SURFACES),
    Domain("new_light", {"light": point(0.55)}),
    Domain("unseen_colors", dict.fromkeys(SURFACES, point(1.0))),
    greyed({}),
    *new_views({}, _NEARLY_ALL_LIGHT, _VIEWS),
    Domain("new_colors", _DRAWN),
    Domain("other_palette", dict.fromkeys(SURFACES, WHOLE), palettes=_OTHER_PALETTE),
    Domain(VALIDATION_APART, _APART),
)
"""All domains of an environment whose objects can be told apart without their colours."""


def without_objects(looks: tuple[Domain, ...] = LOOKS) -> tuple[Domain, ...]:
    """Return the domains of an environment whose task is said in colours of objects.

    Objects keep their own colours in all of them, and those that would only paint objects, or
    claim to, are left out, as is the one that has no colours.
    """
    return tuple(
        replace(look, look=_less("objects", look.look), palettes=_less("objects", look.palettes))
        for look in looks
        if look.name not in ("new_objects", "all_three", "grey")
    )


def without_floor_textures(looks: tuple[Domain, ...] = LOOKS) -> tuple[Domain, ...]:
    """Return the domains of an environment whose task is said in textures of floors."""
    return tuple(replace(look, textures=_less("floor", look.textures)) for look in looks)


def _less(left_out: str, named: Mapping[str, _T]) -> dict[str, _T]:
    """Return what a domain says of surfaces, less what it says of one."""
    return {name: value for name, value in named.items() if name != left_out}
