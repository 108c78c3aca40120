"""A MiniWorld room whose look and state are named factors, and the two tasks in it."""

import contextlib
import io
import math
from collections.abc import Mapping
from typing import Any, ClassVar

import darla_envs.single.ready_to_draw  # noqa: F401  (before MiniWorld)

# isort: split
import numpy as np
from gymnasium import spaces
from miniworld.miniworld import MiniWorldEnv
from miniworld.params import DEFAULT_PARAMS

from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.factors import FactorValue, Setting, check_setting
from darla_envs.description.layout import (
    Spacing,
    check_apart,
    check_domain,
    num_draws,
    place_of,
)
from darla_envs.description.palettes import Palette
from darla_envs.description.shapes import HEIGHT, RADIUS
from darla_envs.description.tasks import (
    ANYWHERE,
    GO_TO_OBJECT,
    IN_VIEW,
    PICK_COLOR,
    SAMPLE_TRIES,
    SEEK_AVOID,
    Task,
    find_task,
)
from darla_envs.description.texture_files import PLAIN, SURFACES
from darla_envs.description.view import find_view
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.single.painted import PaintedObject, PaintedRoom
from oracle.layout import look_from, places_from
from oracle.visibility import bearing_and_distance, visible_fractions

_LOOK_DRAWS = 5  # a case and four surfaces
_OF_THE_TASK = (
    "objects",
    "shapes",
    "preferred_shapes",
    "room_size",
    "start",
    "reach",
    "forward_step",
    "turn_step",
    "palettes",
)


class OracleWorld(MiniWorldEnv):
    """One rectangular room with objects; every cause of the picture is a named factor.

    Observations are (64, 64, 3) uint8 pictures. Actions are turn left, turn right and move
    forward. ``info["factors"]`` holds every factor's value, the derived ones too, after each
    reset and step. ``reset(options={"factors": {...}})`` puts the world into a setting; what the
    setting leaves open is drawn from the domain.

    Attributes:
        factors: all factors by name.
        domain: where looks are drawn from.
        camera: how high, wide and steep the agent looks.
        drawing: when set to False, pictures are black and cost nothing (for agents on factors).
    """

    task: ClassVar[Task]
    objects: ClassVar[tuple[str, ...]]
    shapes: ClassVar[tuple[str, ...]]
    preferred_shapes: ClassVar[tuple[tuple[str, ...], ...]]
    room_size: ClassVar[tuple[float, float]]
    start: ClassVar[Spacing]
    reach: ClassVar[float]
    forward_step: ClassVar[float]
    turn_step: ClassVar[float]
    palettes: ClassVar[Mapping[str, Palette]]

    def __init_subclass__(cls, **kwargs: Any):
        """Take over what the task says."""
        super().__init_subclass__(**kwargs)
        if "task" in cls.__dict__:
            for name in _OF_THE_TASK:
                setattr(cls, name, getattr(cls.task, name))

    def __init__(
        self,
        domain: str | Mapping[str, Any] | Domain = "source",
        max_episode_steps: int | None = None,
        obs_width: int = 64,
        obs_height: int = 64,
        window_width: int | None = None,
        window_height: int | None = None,
        render_mode: str | None = None,
        view: str = "agent",
    ):
        """Make the world.

        Args:
            domain: a name (see ``darla_envs.description.domains.domain_names``), a Domain, or its
                dictionary.
            max_episode_steps: steps after which an episode is truncated; the task's own when None.
            obs_width: width of observations in pixels.
            obs_height: height of observations in pixels.
            window_width: width of rendered pictures in pixels; the observation's when None.
            window_height: height of rendered pictures in pixels; the observation's when None.
            render_mode: None, ``rgb_array`` or ``human``.
            view: ``agent`` or ``top``, for rendered pictures.

        Raises:
            ValueError: there is no such domain, or it asks for what cannot be.
        """
        self.factors = self.task.describe_factors()
        self.domain = find_domain(self.task.task_id, domain)
        check_domain(self.domain, self.factors, self.objects)
        self.camera = find_view(self.task, self.domain.camera)
        self.drawing = True
        self._key: int | None = None
        self._episode = 0
        self._setting: Setting = {}
        with contextlib.redirect_stdout(io.StringIO()):  # notes on samples per pixel
            super().__init__(
                max_episode_steps=max_episode_steps or self.task.max_episode_steps,
                obs_width=obs_width,
                obs_height=obs_height,
                window_width=window_width or obs_width,
                window_height=window_height or obs_height,
                params=self._parameters(),
                render_mode=render_mode,
                view=view,
            )
        self.action_space = spaces.Discrete(3)
        self._key = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode.

        Args:
            seed: begins a new sequence of episodes; without it the sequence goes on.
            options: ``{"factors": {name: value}}`` puts the world into that setting.

        Raises:
            ValueError: a factor is unknown, out of range, or the setting is impossible.
        """
        fixed = check_setting(self.factors, (options or {}).get("factors") or {})
        self._next_episode(seed)
        u = np.random.default_rng([self._key, self._episode]).random(num_draws(len(self.objects)))
        self._setting = self._complete(u, fixed, self.start)
        observation, _ = super().reset(seed=seed)
        return observation, self._info(success=False)

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act: 0 turns left, 1 turns right, 2 moves forward.

        Returns:
            Observation, reward, terminated, truncated, and info with ``factors`` and
            ``is_success``.
        """
        observation, _, _, truncated, _ = super().step(action)
        touched = self._touched()
        reward, terminated, success = self._outcome(touched)
        if touched and not terminated:
            observation = self.render_obs()
        truncated = bool(truncated) and not terminated
        return observation, float(reward), terminated, truncated, self._info(success)

    def sample_factors(
        self,
        fixed: Mapping[str, FactorValue] | None = None,
        *,
        in_view: bool | None = None,
        rng: np.random.Generator | None = None,
    ) -> Setting:
        """Draw a possible setting of all factors from the domain, poses uniformly.

        Args:
            fixed: values to keep.
            in_view: True asks for an object at least half visible, False for none, None for
                either.
            rng: the generator to draw from; the environment's own when None.

        Raises:
            ValueError: the fixed values are wrong, or leave nothing possible.
        """
        given = check_setting(self.factors, fixed or {})
        rng = self.np_random if rng is None else rng
        for _ in range(SAMPLE_TRIES):
            u = rng.random(num_draws(len(self.objects)))
            setting = self._complete(u, given, ANYWHERE)
            if in_view and "agent_yaw" not in given:
                setting["agent_yaw"] = self._towards_object(setting, rng)
            seen = in_view is not None and self._sees_object(setting)
            if in_view is None or seen == in_view:
                return setting
        raise ValueError(
            f"no setting with in_view={in_view} was found in {SAMPLE_TRIES} tries with {given}; "
            "fix fewer factors"
        )

    def intersect(self, ent, pos, radius):
        """Return whether a place is too near a wall; objects are touched, they do not block."""
        width, depth = self.room_size
        x, z = pos[0], pos[2]
        return not (radius <= x <= width - radius and radius <= z <= depth - radius)

    def render_obs(self, frame_buffer=None):
        """Draw the observation, (H, W, 3) uint8."""
        if frame_buffer is None and not self.drawing:
            return np.zeros(self.observation_space.shape, dtype=np.uint8)
        return super().render_obs(frame_buffer)

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        """Return reward, terminated and success after objects were touched."""
        raise NotImplementedError

    def _next_episode(self, seed: int | None) -> None:
        if seed is not None:
            self._key, self._episode = seed, 0
        elif self._key is None:
            self._key, self._episode = int(np.random.SeedSequence().generate_state(1)[0]), 0
        else:
            self._episode += 1

    def _complete(self, u: np.ndarray, fixed: Setting, spacing: Spacing) -> Setting:
        split = _LOOK_DRAWS + 2 * len(self.objects)
        shapes, colors = self.preferred_shapes, self.task.preferred_colors
        look = look_from(u[:split], self.domain, self.objects, shapes, colors)
        places = places_from(u[split:], self.factors, self.objects, fixed, spacing)
        setting = {**look, **places, **fixed}
        check_apart(setting, fixed, self.objects, RADIUS, AGENT_RADIUS)
        return setting

    def _towards_object(self, setting: Setting, rng: np.random.Generator) -> float:
        name = self.objects[int(rng.integers(len(self.objects)))]
        offset = place_of(setting, name) - place_of(setting, "agent")
        angle = math.atan2(-offset[1], offset[0])
        turned = angle + (rng.random() - 0.5) * math.radians(self.camera.field_of_view)
        return float((turned + math.pi) % (2 * math.pi) - math.pi)

    def _sees_object(self, setting: Setting) -> bool:
        agent, yaw = place_of(setting, "agent"), float(setting["agent_yaw"])
        objects = np.array([place_of(setting, name) for name in self.objects])
        return bool((self._visible(agent, yaw, objects) >= IN_VIEW).any())

    def _visible(self, agent: np.ndarray, yaw: float, objects: np.ndarray) -> np.ndarray:
        camera = np.array([agent[0], self.camera.height, agent[1]])
        direction, tangent = self.camera.direction(yaw), self.camera.tangent
        return visible_fractions(camera, direction, tangent, objects, RADIUS, HEIGHT)

    def _gen_world(self):
        setting = self._setting
        light = np.full(3, setting["light"])
        self.params.set("light_color", light * self.task.diffuse)
        self.params.set("light_ambient", light * self.task.ambient)
        room = self._paint_room(setting)
        self.rooms.append(room)
        self._things = {}
        for name in self.objects:
            tint = self.palettes["object"].rgb(setting[f"{name}_color"])
            thing = PaintedObject(setting[f"{name}_shape"], tint)
            x, z = place_of(setting, name)
            self._things[name] = self.place_entity(thing, pos=np.array([x, 0.0, z]), dir=0.0)
        x, z = place_of(setting, "agent")
        self.place_agent(pos=np.array([x, 0.0, z]), dir=setting["agent_yaw"])
        self.agent.radius = AGENT_RADIUS

    def _paint_room(self, setting: Setting) -> PaintedRoom:
        width, depth = self.room_size
        outline = np.array([[width, depth], [width, 0.0], [0.0, 0.0], [0.0, depth]])
        floor, wall, ceiling = (self.domain.textures.get(name, PLAIN) for name in SURFACES)
        room = PaintedRoom(outline, floor_tex=floor, wall_tex=wall, ceil_tex=ceiling)
        room.floor_tint = self.palettes["floor"].rgb(setting["floor"])
        room.ceiling_tint = self.palettes["ceiling"].rgb(setting["ceiling"])
        shades = np.array(self.task.wall_shades)[:, None]
        room.wall_tints = self.palettes["wall"].rgb(setting["wall"]) * shades
        return room

    def _touched(self) -> list[str]:
        x, _, z = self.agent.pos
        return [
            name
            for name, thing in self._things.items()
            if math.hypot(thing.pos[0] - x, thing.pos[2] - z) < self.reach
        ]

    def _remove(self, name: str) -> None:
        self.entities.remove(self._things.pop(name))

    def _info(self, success: bool) -> dict[str, Any]:
        values = dict(self._setting)
        yaw = (self.agent.dir + math.pi) % (2 * math.pi) - math.pi
        agent = self.agent.pos[[0, 2]]
        values.update(agent_x=float(agent[0]), agent_z=float(agent[1]), agent_yaw=float(yaw))
        objects = np.array([place_of(self._setting, name) for name in self.objects])
        bearing, distance = bearing_and_distance(agent, yaw, objects)
        there = np.array([name in self._things for name in self.objects])
        visible = np.zeros(len(objects))
        if there.any():
            visible[there] = self._visible(agent, yaw, objects[there])
        for index, name in enumerate(self.objects):
            values[f"{name}_bearing"] = float(bearing[index])
            values[f"{name}_distance"] = float(distance[index])
            values[f"{name}_visible"] = float(visible[index])
            values[f"{name}_present"] = float(there[index])
        return {"factors": values, "is_success": success}

    def _parameters(self):
        parameters = DEFAULT_PARAMS.no_random()
        parameters.set("forward_step", self.forward_step)
        parameters.set("turn_step", self.turn_step)
        parameters.set("cam_height", self.camera.height)
        parameters.set("cam_pitch", self.camera.pitch)
        parameters.set("cam_fov_y", self.camera.field_of_view)
        return parameters


class GoToObject(OracleWorld):
    """Reach the object: the sooner, the more it pays."""

    task = find_task(GO_TO_OBJECT)

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        pay = 1.0 - 0.2 * min(self.step_count / self.task.max_episode_steps, 1.0)
        return (pay, True, True) if touched else (0.0, False, False)


class SeekAvoid(OracleWorld):
    """Touch boxes and balls, avoid cones and cylinders."""

    task = find_task(SEEK_AVOID)

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        reward = 0.0
        for name in touched:
            reward += 1.0 if self._is_good(name) else -1.0
            self._remove(name)
        left = [name for name in self._things if self._is_good(name)]
        finished = bool(touched) and not left
        everything_bad = len(self._things) == sum(not self._is_good(name) for name in self.objects)
        return reward, finished, finished and everything_bad

    def _is_good(self, name: str) -> bool:
        return self._setting[f"{name}_shape"] in self.task.good_shapes


class PickColor(SeekAvoid):
    """Touch what is red, avoid what is green."""

    task = find_task(PICK_COLOR)

    def _is_good(self, name: str) -> bool:
        color = self._setting[f"{name}_color"]
        return any(low <= color <= high for low, high in self.task.good_colors)


def make(task_id: str, **kwargs: Any) -> OracleWorld:
    """Make a world of one of our tasks."""
    worlds = {GO_TO_OBJECT: GoToObject, SEEK_AVOID: SeekAvoid, PICK_COLOR: PickColor}
    return worlds[task_id](**kwargs)
