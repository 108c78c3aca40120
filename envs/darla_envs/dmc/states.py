"""States to learn to see from: joints anywhere that an agent may get them to.

A policy that acts at random sees a pole that hangs and a walker that lies, and an agent that has
learnt sees other things. So joints are drawn, half of them where a good agent holds them, and what
cannot be is drawn again: bodies within each other, or a string that is too long.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Joints = dict[str, float]

_TRIES = 1000
_DEEPEST = -0.004  # metres that bodies may be within each other, as when they touch
_LEG = {"hip": (-0.35, 1.75), "knee": (-2.6, 0.0), "ankle": (-0.78, 0.78)}
_WALKING_LEG = {**_LEG, "hip": (-0.35, 0.8), "knee": (-1.2, 0.0)}


def possible_state(
    physics: Any, model: str, rng: np.random.Generator, fixed: Mapping[str, float]
) -> Joints:
    """Draw positions of all joints, in which the model is left, without velocities.

    Raises:
        ValueError: none of many draws was possible, with the joints that are fixed.
    """
    for _ in range(_TRIES):
        joints = {**_DRAWN[model](rng), **fixed}
        put(physics, joints)
        if model == "walker" and "rootz" not in fixed:
            joints["rootz"] += float(rng.choice([0.0, rng.uniform(0.0, 0.3)])) - _lowest(physics)
            put(physics, joints)
        if _is_possible(physics):
            return joints
    raise ValueError(
        f"none of {_TRIES} states was possible with {dict(fixed)}; fix other values, or fewer"
    )


def put(physics: Any, joints: Mapping[str, float]) -> None:
    """Put the model's joints into positions, at rest."""
    for name, value in joints.items():
        physics.named.data.qpos[name] = value
    physics.data.qvel[:] = 0.0
    physics.forward()


def _cartpole(rng: np.random.Generator) -> Joints:
    """Anywhere on the rail that is in view; every second pole is nearly upright."""
    upright = rng.random() < 0.5
    angle = rng.normal(scale=0.25) if upright else rng.uniform(-np.pi, np.pi)
    return {"slider": rng.uniform(-1.5, 1.5), "hinge_1": float(angle)}


def _finger(rng: np.random.Generator) -> Joints:
    """Both links and the spinner anywhere."""
    proximal, distal = rng.uniform(-1.9, 1.9, 2)
    return {"proximal": proximal, "distal": distal, "hinge": rng.uniform(-np.pi, np.pi)}


def _ball_in_cup(rng: np.random.Generator) -> Joints:
    """The cup in view; the ball on its string, or in every third state in the cup."""
    cup_x, cup_z = rng.uniform((-0.25, -0.25), (0.25, 0.1))
    if rng.random() < 1 / 3:
        x, z = rng.uniform(-0.017, 0.017), rng.uniform(-0.067, 0.03)
    else:
        away, angle = 0.3 * np.sqrt(rng.random()), rng.uniform(-np.pi, np.pi)
        x, z = away * np.sin(angle), away * np.cos(angle) - 0.108
    # of bodies that stand 0.4 m above each other at first
    return {"cup_x": cup_x, "cup_z": cup_z, "ball_x": cup_x + x, "ball_z": cup_z + z + 0.4}


def _walker(rng: np.random.Generator) -> Joints:
    """Every second torso is nearly upright, on legs as they walk; the others are anyhow."""
    upright = rng.random() < 0.5
    lean = rng.normal(scale=0.3) if upright else rng.uniform(-np.pi, np.pi)
    legs = {
        f"{side}_{joint}": rng.uniform(*ends)
        for side in ("right", "left")
        for joint, ends in (_WALKING_LEG if upright else _LEG).items()
    }
    return {"rootz": 0.0, "rootx": rng.uniform(-2.0, 2.0), "rooty": float(lean), **legs}


_DRAWN: Mapping[str, Callable[[np.random.Generator], Joints]] = {
    "cartpole": _cartpole,
    "finger": _finger,
    "ball_in_cup": _ball_in_cup,
    "walker": _walker,
}


def _lowest(physics: Any) -> float:
    """Return how high the lowest point of the walker's capsules is, in metres."""
    model, data = physics.model, physics.data
    moved = slice(1, None)  # the first is the floor
    radius, half = model.geom_size[moved, 0], model.geom_size[moved, 1]
    slope = np.abs(data.geom_xmat[moved, 8])  # how upright their axes are
    return float((data.geom_xpos[moved, 2] - slope * half - radius).min())


def _is_possible(physics: Any) -> bool:
    """Whether nothing is within something else, and no string too long."""
    model, data = physics.model, physics.data
    too_long = model.tendon_limited * (data.ten_length > model.tendon_range[:, 1])
    return not too_long.any() and not (data.contact.dist < _DEEPEST).any()
