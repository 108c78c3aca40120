"""The tasks of DeepMind Control that are seen as pictures here, as data; nothing needs dm_control.

Each has the actions' repeat that papers on DMC-GB use: 8 for the cart, 2 for the finger, 4 for the
others; the benchmark's own code takes 4 unless told otherwise.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from darla_envs.description.factors import Factor


@dataclass(frozen=True)
class DmcTask:
    """One task.

    Attributes:
        model: what moves; dm_control calls it the domain.
        task: what it is to do.
        action_repeat: how often an action is done, whose rewards are summed.
        joints: the state of a picture: the position of each joint, by its name in the model.
    """

    model: str
    task: str
    action_repeat: int
    joints: Mapping[str, Factor]

    @property
    def task_id(self) -> str:
        """The id that it is registered by."""
        return f"Darla/DMC-{self.model}-{self.task}-v0"


def _place(name: str) -> Factor:
    """A joint that slides, in metres; what its limit gives way to is no limit of the factor."""
    return Factor(name, "continuous", "state", -math.inf, math.inf, "m")


def _angle(name: str) -> Factor:
    """A joint that bends."""
    return Factor(name, "continuous", "state", -math.inf, math.inf, "rad")


def _turn(name: str) -> Factor:
    """A joint that turns round and round."""
    return Factor(name, "circular", "state", -math.pi, math.pi, "rad")


def _joints(*factors: Factor) -> dict[str, Factor]:
    """Return factors by their names."""
    return {factor.name: factor for factor in factors}


_CARTPOLE = _joints(_place("slider"), _turn("hinge_1"))
_FINGER = _joints(_angle("proximal"), _angle("distal"), _turn("hinge"))
_BALL_IN_CUP = _joints(*map(_place, ("cup_x", "cup_z", "ball_x", "ball_z")))
_LEG = ("hip", "knee", "ankle")
_WALKER = _joints(
    _place("rootz"),
    _place("rootx"),
    _turn("rooty"),
    *(_angle(f"{side}_{joint}") for side in ("right", "left") for joint in _LEG),
)

DMC_TASKS: Mapping[str, DmcTask] = {
    each.task_id: each
    for each in (
        DmcTask("cartpole", "balance", 8, _CARTPOLE),
        DmcTask("cartpole", "swingup", 8, _CARTPOLE),
        DmcTask("finger", "spin", 2, _FINGER),
        DmcTask("ball_in_cup", "catch", 4, _BALL_IN_CUP),
        DmcTask("walker", "walk", 4, _WALKER),
    )
}
"""All tasks, by their ids."""
