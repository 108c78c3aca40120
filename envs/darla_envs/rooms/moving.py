"""What an action does: turning, moving, walls, and touching objects, for many worlds at once."""

import math
from typing import NamedTuple

import numpy as np

from darla_envs.description.tasks import Task
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.setting_rows import COLOR, OBJECTS, PER_OBJECT, SHAPE

LEFT, RIGHT, FORWARD = range(3)


class Rules(NamedTuple):
    """What a task says about acting.

    Attributes:
        width: of the room, along x in metres.
        depth: of the room, along z in metres.
        turn: radians of one turn.
        forward: metres of one move.
        reach: metres between centres below which an object is touched.
        collects: whether touched objects vanish; see :class:`darla_envs.description.tasks.Task`.
        good: (S,) bool, whether a shape pays, where colours mean nothing.
        good_colors: (G, 2) float64, the colours that pay; without any, shapes do.
        max_steps: steps after which an episode is truncated; -1 for never.
        slow: steps after which reaching an object pays no less: the task's own limit.
    """

    width: float
    depth: float
    turn: float
    forward: float
    reach: float
    collects: bool
    good: np.ndarray
    good_colors: np.ndarray
    max_steps: int
    slow: int


def rules_of(task: Task, max_steps: int) -> Rules:
    """Return a task's rules, with episodes of so many steps; -1 for any number."""
    return Rules(
        width=task.room_size[0],
        depth=task.room_size[1],
        turn=task.turn_step * (math.pi / 180),
        forward=task.forward_step,
        reach=task.reach,
        collects=task.collects,
        good=np.array([shape in task.good_shapes for shape in task.shapes]),
        good_colors=np.array(task.good_colors, dtype=np.float64).reshape(-1, 2),
        max_steps=max_steps,
        slow=task.max_episode_steps,
    )


@kernel
def act(
    chosen: np.ndarray, actions: np.ndarray, rules: Rules, state: RoomState
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Act in the chosen worlds; actions are (n,) int64, 0 to 2.

    Returns:
        Rewards (n,) float64, terminated (n,) bool and truncated (n,) bool.
    """
    rewards = np.empty(len(chosen))
    terminated = np.empty(len(chosen), dtype=np.bool_)
    truncated = np.empty(len(chosen), dtype=np.bool_)
    agents, yaws, steps = state.agents, state.yaws, state.steps
    for row in range(len(chosen)):
        world = chosen[row]
        steps[world] += 1
        if actions[row] == FORWARD:
            _move(rules, agents[world], yaws[world])
        else:
            yaws[world] += rules.turn if actions[row] == LEFT else -rules.turn
        agent, places = agents[world], state.objects[world]
        if rules.collects:
            reward, over, good = _collect(
                rules, agent, places, state.settings[world], state.present[world]
            )
        else:
            reward, over, good = _reach(rules, agent, places, steps[world])
        rewards[row], terminated[row], state.success[world] = reward, over, good
        cut = 0 <= rules.max_steps <= steps[world]
        truncated[row] = cut and not over
    return rewards, terminated, truncated


@kernel
def _move(rules: Rules, agent: np.ndarray, yaw: float) -> None:
    """Move unless a wall is in the way; objects are touched, they do not block."""
    x = agent[0] + math.cos(yaw) * rules.forward
    z = agent[1] + -math.sin(yaw) * rules.forward
    if (
        AGENT_RADIUS <= x <= rules.width - AGENT_RADIUS
        and AGENT_RADIUS <= z <= rules.depth - AGENT_RADIUS
    ):
        agent[0], agent[1] = x, z


@kernel
def _touches(rules: Rules, agent: np.ndarray, place: np.ndarray) -> bool:
    """Return whether an object at ``place``, (2,) metres, is touched."""
    # The C library's hypot, which may differ from Python's in the last digit.
    return math.hypot(place[0] - agent[0], place[1] - agent[1]) < rules.reach


@kernel
def _reach(
    rules: Rules, agent: np.ndarray, objects: np.ndarray, steps: int
) -> tuple[float, bool, bool]:
    """Return reward, terminated and success where the first touch ends the episode."""
    for index in range(len(objects)):
        if _touches(rules, agent, objects[index]):
            return 1.0 - 0.2 * min(steps / rules.slow, 1.0), True, True
    return 0.0, False, False


@kernel
def _collect(
    rules: Rules, agent: np.ndarray, objects: np.ndarray, setting: np.ndarray, present: np.ndarray
) -> tuple[float, bool, bool]:
    """Return reward, terminated and success where touched objects vanish."""
    reward, touched, good_left, bad_lost = 0.0, False, False, False
    for index in range(len(objects)):
        good = _pays(rules, setting, index)
        if present[index] and _touches(rules, agent, objects[index]):
            reward += 1.0 if good else -1.0
            present[index] = False
            touched = True
        good_left = good_left or (good and present[index])
        bad_lost = bad_lost or not (good or present[index])
    over = touched and not good_left
    return reward, over, over and not bad_lost


@kernel
def _pays(rules: Rules, setting: np.ndarray, index: int) -> bool:
    """Return whether touching an object pays."""
    column = OBJECTS + PER_OBJECT * index
    if len(rules.good_colors) == 0:
        return bool(rules.good[int(setting[column + SHAPE])])
    color = setting[column + COLOR]
    for number in range(len(rules.good_colors)):
        if rules.good_colors[number, 0] <= color <= rules.good_colors[number, 1]:
            return True
    return False
