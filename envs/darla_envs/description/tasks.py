"""What a task is, as data: its room, its objects, what the agent can do, and how it looks.

Rooms are simulated and drawn from these descriptions alone. The tasks themselves are in
:mod:`darla_envs.tasks`, one file each; nothing here needs MiniWorld.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from darla.running.names import lookup
from darla.running.registry import Registry
from darla_envs.description.domain import Domain, Interval
from darla_envs.description.factors import Factor
from darla_envs.description.layout import Spacing
from darla_envs.description.palettes import Arc, Line, Palette
from darla_envs.description.shapes import RADIUS, SHAPES
from darla_envs.description.usual_domains import SOURCE, drawn_targets, source_look, usual_domains
from darla_envs.description.world_factors import AGENT_RADIUS, ColorRole, describe_factors

GO_TO_OBJECT = "Darla/GoToObject-v0"
SEEK_AVOID = "Darla/SeekAvoid-v0"
PICK_COLOR = "Darla/PickColor-v0"

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
        preferred_colors: for each object the intervals of colours that it takes where the domain
            allows any of them; none when objects have no colour of their own.
        good_colors: intervals; touching an object whose colour is in one of these pays, whatever
            its shape. None when colour means nothing; where it means something it is a factor of
            the state, not of the look.
        collects: whether a touched object vanishes and pays +1, or -1 when it is not good, and
            the episode ends when no good one is left; otherwise the first touch ends the episode
            and pays the more the sooner it comes.
        room_size: along x and along z, in metres.
        start: distances kept when an episode starts.
        max_episode_steps: steps after which an episode is truncated, unless others are asked for.
        reach: metres between centres below which an object is touched.
        forward_step: metres of one move.
        turn_step: degrees of one turn.
        palettes: maps from factors to colours for ``floor``, ``wall``, ``ceiling``, ``object``, in
            all domains that name no other.
        wall_shades: multiply the wall's colour on the east, north, west and south wall. Opposite
            walls get the same light; shades of their own tell all four apart, so that the
            picture determines the yaw.
        ambient: ambient light at light 1.
        diffuse: diffuse light at light 1.
        camera_height: metres above the floor.
        camera_pitch: degrees; negative looks down.
        field_of_view: degrees from the picture's bottom to its top.
        domains: where looks are drawn from, one of them ``source``; those of
            :func:`darla_envs.description.usual_domains.usual_domains` and ``drawn_targets`` beside
            it, with all shapes, when none are given.

    Raises:
        ValueError: a shape is unknown, an object has no preferred shapes, or there is no source.
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
    domains: tuple[Domain, ...] = ()
    preferred_colors: tuple[tuple[Interval, ...], ...] = ()
    good_colors: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        """Check the shapes, and give a task without domains the usual ones."""
        for known, names in (
            (SHAPES, self.shapes),
            (self.shapes, (*self.good_shapes, *itertools.chain(*self.preferred_shapes))),
        ):
            for name in names:
                lookup(f"shape of {self.task_id}", name, dict.fromkeys(known))
        if len(self.preferred_shapes) != len(self.objects):
            raise ValueError(
                f"task {self.task_id} has {len(self.objects)} objects and preferred shapes of "
                f"{len(self.preferred_shapes)}; give each object a tuple of shapes"
            )
        if self.preferred_colors and len(self.preferred_colors) != len(self.objects):
            raise ValueError(
                f"task {self.task_id} has {len(self.objects)} objects and preferred colors of "
                f"{len(self.preferred_colors)}; give each object a tuple of intervals"
            )
        if not self.domains:
            drawn = drawn_targets(source_look(self.shapes))
            object.__setattr__(self, "domains", (*usual_domains(self.shapes), *drawn))
        if SOURCE not in (each.name for each in self.domains):
            raise ValueError(
                f"task {self.task_id} has no domain {SOURCE!r}; add one to its domains"
            )

    def describe_factors(self) -> dict[str, Factor]:
        """Return every factor of the task by name."""
        color_role: ColorRole = "state" if self.good_colors else "look"
        return describe_factors(self.room_size, self.objects, self.shapes, color_role)


def _check(env_id: str, task: Task) -> None:
    """Raise a ValueError unless an id stands for a task of that id."""
    if not isinstance(task, Task) or task.task_id != env_id:
        raise ValueError(f"{env_id!r} must stand for a Task of this task_id, not for {task!r}")


TASKS: Registry[Task] = Registry("task", "darla.tasks", _check)
"""All tasks by their ids: ours, those of :func:`darla_envs.register_task`, and those of entry
points of the group ``darla.tasks``, whose names are the ids."""

TASKS.register(GO_TO_OBJECT, "darla_envs.tasks.go_to_object:TASK")
TASKS.register(SEEK_AVOID, "darla_envs.tasks.seek_avoid:TASK")
TASKS.register(PICK_COLOR, "darla_envs.tasks.pick_color:TASK")


def find_task(task_id: str) -> Task:
    """Return the task of an id; a ValueError suggests the nearest where there is none."""
    return TASKS[task_id]
