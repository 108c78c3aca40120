"""Darla/GoToObject-v0: one object in a room; reach it.

The episode ends when the agent's centre is within 1 m of the object's, with a reward of ``1 - 0.2 *
steps / 40``, or after 40 steps with nothing.
"""

from darla_envs.description.domain import Domain
from darla_envs.description.layout import Spacing
from darla_envs.description.tasks import GO_TO_OBJECT, Task
from darla_envs.description.usual_domains import (
    NEW,
    OLD,
    drawn_targets,
    source_look,
    usual_domains,
    validation,
)

_SHAPES = ("box", "ball", "cone")
_SOURCE_SHAPES = ("box",)
_SOURCE = source_look(_SOURCE_SHAPES)


def _pairs_of_colors() -> tuple[Domain, ...]:
    """Two walls and two colours of the object; one of the four pairs is only tested in."""
    walls = [{"wall": each["wall"]} for each in (OLD, NEW)]
    colors = [{"object_color": each["object_color"]} for each in (OLD, NEW)]
    *met, held_out = [{**wall, **color} for wall in walls for color in colors]
    return (
        Domain("source_pairs", _SOURCE, tuple(met)),
        Domain("held_out_pairs", {**_SOURCE, **held_out}),
    )


TASK = Task(
    task_id=GO_TO_OBJECT,
    objects=("object",),
    shapes=_SHAPES,
    preferred_shapes=(_SHAPES,),
    good_shapes=_SHAPES,
    collects=False,
    room_size=(7.0, 5.5),
    start=Spacing(objects=0.0, agent=2.2),
    max_episode_steps=40,
    reach=1.0,
    domains=(
        *usual_domains(_SOURCE_SHAPES, seen_shapes=_SHAPES),
        validation(_SOURCE_SHAPES),
        # A ball where the source has a box: D_U has all three, so the encoder has seen it.
        Domain("new_shape", {**_SOURCE, "object_shape": ("ball",)}),
        *_pairs_of_colors(),
        *drawn_targets(_SOURCE),
    ),
)
