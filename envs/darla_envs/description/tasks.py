"""What each task is, as data: its room, its objects, what the agent can do, and how it looks.

The single environments (on MiniWorld) and the batched worlds (without it) read the same
descriptions. Nothing here needs MiniWorld.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from darla_envs.description.domains import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.description.factors import Factor
from darla_envs.description.layout import Spacing
from darla_envs.description.palettes import Arc, Line, Palette
from darla_envs.description.shapes import RADIUS
from darla_envs.description.world_factors import AGENT_RADIUS, describe_factors
from darla_envs.names import hint

IN_VIEW = 0.5  # visible fraction from which an object counts as in view
# Where sampled settings put things: anywhere, as long as nothing touches.
ANYWHERE = Spacing(objects=2 * RADIUS + 0.2, agent=AGENT_RADIUS + RADIUS)
SAMPLE_TRIES = 200

_PALETTES: Mapping[str, Palette] = {
    "floor": Line((0.15, 0.25, 0.85), (0.70, 0.48, 0.30)),
    "wall": Line((0.15, 0.80, 0.78), (0.92, 0.42, 0.50)),
    "ceiling": Line((0.25, 0.25, 0.25), (0.95, 0.95, 0.95)),
    "object": Arc(0.0, 0.38),
}


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        task_id: the id that it is registered by.
        objects: the K objects' names, which their factors begin with.
        shapes: the shapes that objects can have.
        preferred_shapes: for each object the shapes it takes where the domain allows one of them.
        good_shapes: touching one of these pays.
        collects: whether a touched object vanishes and pays +1, or -1 when it is not good, and
            the episode ends when no good one is left; otherwise the first touch ends the episode
            and pays the more the sooner it comes.
        room_size: along x and along z, in metres.
        start: distances kept when an episode starts.
        max_episode_steps: steps after which an episode is truncated, unless others are asked for.
        reach: metres between centres below which an object is touched.
        forward_step: metres of one move.
        turn_step: degrees of one turn.
        palettes: maps from factors to colours for ``floor``, ``wall``, ``ceiling``, ``object``.
        wall_shades: multiply the wall's colour on the east, north, west and south wall. Opposite
            walls get the same light; shades of their own tell all four apart, so that the
            picture determines the yaw.
        ambient: ambient light at light 1.
        diffuse: diffuse light at light 1.
        camera_height: metres above the floor.
        camera_pitch: degrees; negative looks down.
        field_of_view: degrees from the picture's bottom to its top.
    """

    task_id: str
    objects: tuple[str, ...]
    shapes: tuple[str, ...]
    preferred_shapes: tuple[tuple[str, ...], ...]
    good_shapes: tuple[str, ...]
    collects: bool
    room_size: tuple[float, float]
    start: Spacing
    max_episode_steps: int
    reach: float
    forward_step: float = 0.25
    turn_step: float = 20.0
    palettes: Mapping[str, Palette] = field(default_factory=lambda: dict(_PALETTES))
    wall_shades: tuple[float, float, float, float] = (1.0, 1.0, 0.72, 0.75)
    ambient: float = 0.55
    diffuse: float = 0.55
    camera_height: float = 1.2
    camera_pitch: float = -12.0
    field_of_view: float = 85.0

    def describe_factors(self) -> dict[str, Factor]:
        """Return every factor of the task by name."""
        return describe_factors(self.room_size, self.objects, self.shapes)


_KINDS = ("box", "ball", "cone")
GO_TO_OBJECT_TASK = Task(
    task_id=GO_TO_OBJECT,
    objects=("object",),
    shapes=_KINDS,
    preferred_shapes=(_KINDS,),
    good_shapes=_KINDS,
    collects=False,
    room_size=(7.0, 5.5),
    start=Spacing(objects=0.0, agent=2.2),
    max_episode_steps=40,
    reach=1.0,
)

_GOOD, _BAD = ("box", "ball"), ("cone", "cylinder")
SEEK_AVOID_TASK = Task(
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
)

_TASKS = {task.task_id: task for task in (GO_TO_OBJECT_TASK, SEEK_AVOID_TASK)}


def find_task(task_id: str) -> Task:
    """Return the task of an id.

    Raises:
        ValueError: there is none; the nearest id is suggested.
    """
    if task_id not in _TASKS:
        known = list(_TASKS)
        raise ValueError(
            f"unknown task {task_id!r}; {hint(task_id, known)}known: {', '.join(known)}"
        )
    return _TASKS[task_id]


def is_task(env_id: str) -> bool:
    """Whether an id is that of a task which is described here."""
    return env_id in _TASKS
