"""Darla/SeekAvoid-v0: collect the good objects and avoid the bad ones, as in DARLA's task.

Touch boxes and balls, avoid cones and cylinders; colour means nothing. A touched object vanishes
and pays +1 when it is good and -1 when it is bad. The episode ends when no good object is left, or
after 100 steps. Two objects are good and two are bad, so that 2 is the best return.
"""

from darla_envs.description.domain import Domain
from darla_envs.description.layout import Spacing
from darla_envs.description.tasks import SEEK_AVOID, Task
from darla_envs.description.usual_domains import (
    NEW,
    OLD,
    drawn_targets,
    source_look,
    usual_domains,
)

_GOOD, _BAD = ("box", "ball"), ("cone", "cylinder")


def _pairs_of_kinds() -> tuple[Domain, ...]:
    """DARLA's protocol: half of the kinds are met in one room only, and tested in the other."""
    source = source_look(("box",))
    first, second = {"wall": OLD["wall"]}, {"wall": NEW["wall"]}
    anywhere, one_room = {"object_shape": ("ball", "cylinder")}, {"object_shape": ("box", "cone")}
    cases = ({**first, **one_room}, {**first, **anywhere}, {**second, **anywhere})
    return (
        Domain("source_pairs", source, cases),
        Domain("held_out_pairs", {**source, **second, **one_room}),
    )


TASK = Task(
    task_id=SEEK_AVOID,
    objects=("object0", "object1", "object2", "object3"),
    shapes=_GOOD + _BAD,
    preferred_shapes=(_GOOD, _GOOD, _BAD, _BAD),
    good_shapes=_GOOD,
    collects=True,
    room_size=(8.0, 6.5),
    start=Spacing(objects=1.9, agent=1.6),
    max_episode_steps=100,
    reach=0.8,
    domains=(
        *usual_domains(_GOOD + _BAD),
        *_pairs_of_kinds(),
        *drawn_targets(source_look(_GOOD + _BAD)),
    ),
)
