"""MiniWorld environments that simulate as ever, only faster, and never draw.

Their class is changed: the new one has their own class among its bases, and, behind it and before
MiniWorld's, :class:`_Quick`. So whatever an environment overrides stays overridden, and its
``super().step(action)`` finds the quick way to the same result.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from miniworld.entity import Agent, Entity
from miniworld.miniworld import MiniWorldEnv
from miniworld.params import DomainParams

from darla_envs.batch.worlds import CannotBatch
from darla_envs.miniworlds.quick_rooms import FREE, NEARLY, TOUCHING, touch_walls

_DRAWING = ("render_obs", "_render_world", "_render_static")
_HARMLESS = ("darla_envs.single.world.FactorWorld",)  # overrides them without changing any picture
_LEFT, _RIGHT, _FORWARD, _BACK = range(4)
_FLOAT = np.dtype(np.float64)


def stop_drawing(env: MiniWorldEnv, blank: np.ndarray) -> None:
    """Let an environment never draw again, but return ``blank``, (H, W, 3) uint8, as its picture.

    It was made within :func:`darla_envs.miniworlds.without_gl.without_gl`.

    Raises:
        ValueError: its class draws in its own way.
    """
    blank.flags.writeable = False
    env.blank_picture = blank
    env.when_looked_at = None
    env.looks_changed = True
    env.__class__ = _undrawn_class(type(env))  # type: ignore[arg-type]


@cache
def _undrawn_class(own: type[MiniWorldEnv]) -> type[MiniWorldEnv]:
    """Return a class of environments like those of another, which do not draw."""
    for name in _DRAWING:
        owner = next(each for each in own.__mro__ if name in vars(each))
        if (
            owner is not MiniWorldEnv
            and f"{owner.__module__}.{owner.__qualname__}" not in _HARMLESS
        ):
            raise CannotBatch(
                f"{own.__name__} draws in its own way ({owner.__name__} overrides {name}), which a "
                "batch cannot do; use Gymnasium's vector environments for it"
            )
    names = {"__module__": own.__module__, "__qualname__": own.__qualname__}
    return type(own.__name__, (_Undrawn, own, _Quick), names)


def _refused(name: str) -> Callable[..., None]:
    """Return a method that says that a batch cannot do what needs OpenGL."""

    def refuse(env: MiniWorldEnv, *_: Any, **__: Any) -> None:
        raise CannotBatch(
            f"{type(env).__name__} calls {name}(), which needs OpenGL, and worlds of a batch have "
            "none; use Gymnasium's vector environments for it"
        )

    return refuse


class _Undrawn(MiniWorldEnv):  # type: ignore[misc]
    """What is drawn elsewhere."""

    blank_picture: np.ndarray
    looks_changed: bool
    when_looked_at: Callable[[], None] | None

    def render_obs(self, frame_buffer: Any = None) -> np.ndarray:
        """Say that this is what is to be drawn, and return the blank picture."""
        if self.when_looked_at is not None:
            self.when_looked_at()
        return self.blank_picture

    def _render_static(self) -> None:
        """Note that rooms, lights or static entities may look different from now on."""
        self.looks_changed = True

    render, render_depth = _refused("render"), _refused("render_depth")
    render_top_view = _refused("render_top_view")
    get_visible_ents = _refused("get_visible_ents")


class _Quick(MiniWorldEnv):  # type: ignore[misc]
    """MiniWorld's simulation without small arrays; results are the same to the last bit.

    Where rounding could decide, and wherever something is not as MiniWorld makes it, MiniWorld's
    own method is asked.
    """

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act, as MiniWorld does."""
        params = self.params
        if action > _BACK or self.actions is not MiniWorldEnv.Actions:
            return super().step(action)  # type: ignore[no-any-return]
        if self.domain_rand or type(params) is not DomainParams:
            rng = self.np_random if self.domain_rand else None
            forward = params.sample(rng, "forward_step")
            drift = params.sample(rng, "forward_drift")
            turn = params.sample(rng, "turn_step")
        else:
            known = params.params
            forward, drift = known["forward_step"].default, known["forward_drift"].default
            turn = known["turn_step"].default
        self.step_count += 1
        if action == _FORWARD:
            self.move_agent(forward, drift)
        elif action == _LEFT:
            self.turn_agent(turn)
        elif action == _RIGHT:
            self.turn_agent(-turn)
        elif action == _BACK:
            self.move_agent(-forward, drift)
        carried = self.agent.carrying
        if carried:
            carried.pos = self._get_carry_pos(self.agent.pos, carried)
            carried.dir = self.agent.dir
        return self.render_obs(), 0, False, self.step_count >= self.max_episode_steps, {}

    def move_agent(self, fwd_dist: float, fwd_drift: float) -> bool:
        """Move the agent, and what it carries, unless something is in the way."""
        agent = self.agent
        place = agent.pos
        if type(agent) is not Agent or not _is_plain(place):
            return super().move_agent(fwd_dist, fwd_drift)  # type: ignore[no-any-return]
        x, y, z = place.tolist()
        cosine, sine = math.cos(agent.dir), math.sin(agent.dir)
        y += 0.0 * fwd_dist + 0.0 * fwd_drift
        target = np.array(
            [x + cosine * fwd_dist + sine * fwd_drift, y, z - sine * fwd_dist + cosine * fwd_drift]
        )
        if self.intersect(agent, target, agent.radius):
            return False
        carried = agent.carrying
        if carried:
            carried_to = self._get_carry_pos(target, carried)
            if self.intersect(carried, carried_to, carried.radius):
                return False
            carried.pos = carried_to
        agent.pos = target
        return True

    def intersect(self, ent: Entity, pos: np.ndarray, radius: float) -> Any:
        """Return True for a wall at a place, the entity there, or None."""
        segments = self.wall_segs
        if not _is_plain(pos) or not _is_plain(segments):
            return super().intersect(ent, pos, radius)
        x, _, z = pos.tolist()
        touched = touch_walls(segments, x, z, radius)
        if touched != FREE:
            return True if touched == TOUCHING else super().intersect(ent, pos, radius)
        for other in self.entities:
            if other is ent:
                continue
            there = other.pos
            other_x, _, other_z = there.tolist() if type(there) is np.ndarray else there
            dx, dz = other_x - x, other_z - z
            beyond = math.sqrt(dx * dx + dz * dz) - (radius + other.radius)
            if beyond < -NEARLY:
                return other
            if beyond <= NEARLY:
                return super().intersect(ent, pos, radius)
        return None

    def near(self, ent0: Entity, ent1: Entity | None = None) -> bool:
        """Return whether two entities, or one and the agent, nearly touch."""
        if ent1 is None:
            ent1 = self.agent
        first, second = ent0.pos, ent1.pos
        if type(second) is not np.ndarray:
            return super().near(ent0, ent1)  # type: ignore[no-any-return]
        x, y, z = first.tolist() if type(first) is np.ndarray else first
        other_x, other_y, other_z = second.tolist()
        dx, dy, dz = x - other_x, y - other_y, z - other_z
        reach = ent0.radius + ent1.radius + 1.1 * self.max_forward_step
        beyond = math.sqrt(dx * dx + dy * dy + dz * dz) - reach
        if abs(beyond) <= NEARLY:
            return super().near(ent0, ent1)  # type: ignore[no-any-return]
        return beyond < 0.0  # type: ignore[no-any-return]

    def _get_carry_pos(self, agent_pos: np.ndarray, ent: Entity) -> np.ndarray:
        """Return where something is while it is carried, (3,) metres."""
        agent = self.agent
        if type(agent) is not Agent or not _is_plain(agent_pos):
            return super()._get_carry_pos(agent_pos, ent)  # type: ignore[no-any-return]
        x, y, z = agent_pos.tolist()
        distance = agent.radius + ent.radius + self.max_forward_step
        ahead_x, ahead_z = (
            math.cos(agent.dir) * 1.05 * distance,
            math.sin(agent.dir) * 1.05 * distance,
        )
        return np.array([x + ahead_x, y + max(agent.cam_height - ent.height - 0.3, 0), z - ahead_z])


def _is_plain(array: Any) -> bool:
    """Return whether this is an array of 64-bit numbers."""
    return type(array) is np.ndarray and array.dtype is _FLOAT
