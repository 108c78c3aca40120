"""One room of a task on its own: simulated as rooms are in batches, and drawn by MiniWorld."""

import contextlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from miniworld.miniworld import MiniWorldEnv
from miniworld.params import DEFAULT_PARAMS

from darla.running.vector_infos import rows_of
from darla_envs.batch.restylings import restyling_in
from darla_envs.description.domain import Domain
from darla_envs.description.factors import Factor, FactorValue, Setting
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.palettes import Palette, with_palettes
from darla_envs.description.tasks import Task
from darla_envs.description.texture_files import SURFACES
from darla_envs.description.usual_domains import SOURCE
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.rooms.factor_worlds import FactorWorlds
from darla_envs.rooms.simulated_rooms import NO_LIMIT
from darla_envs.rooms.surroundings import textures_in, view_in
from darla_envs.single.painted import PaintedObject, PaintedRoom

_THIS = np.zeros(1, np.int64)  # the only world of the simulation


class FactorWorld(MiniWorldEnv):  # type: ignore[misc]
    """One rectangular room with objects; every cause of the picture is a named factor.

    Observations are (64, 64, 3) uint8 pictures. Actions are turn left, turn right and move
    forward. ``info["factors"]`` holds every factor's value, the derived ones too, after each
    reset and step. ``reset(options={"factors": {...}})`` puts the world into a setting; what the
    setting leaves open is drawn from the domain.

    Attributes:
        task: what the room is.
        simulation: the same room, where it is reset and acted in; MiniWorld only draws it.
        drawing: when set to False, pictures are black and cost nothing (for agents on factors).
    """

    def __init__(
        self,
        task_id: str | Task,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
        obs_width: int = 64,
        obs_height: int = 64,
        window_width: int | None = None,
        window_height: int | None = None,
        render_mode: str | None = None,
        view: str = "agent",
    ):
        """Make the world; what is not named here is as in ``darla_envs.rooms.room_worlds``.

        After ``max_episode_steps`` the world itself truncates an episode. None leaves that to the
        wrapper that ``gym.make`` puts around it, whose number this is not. Rendered pictures are of
        the window's size in pixels, by default the observations', and their ``view`` is ``agent``
        or ``top``; the render mode is None, ``rgb_array`` or ``human``.

        Raises:
            ValueError: there is no such task or domain, or it asks for what cannot be.
        """
        limit = NO_LIMIT if max_episode_steps is None else max_episode_steps
        self.simulation = FactorWorlds(task_id, 1, domain, limit)
        self.task = self.simulation.task
        self.drawing = True
        with contextlib.redirect_stdout(io.StringIO()):  # notes on samples per pixel
            super().__init__(
                obs_width=obs_width,
                obs_height=obs_height,
                window_width=window_width or obs_width,
                window_height=window_height or obs_height,
                params=self._parameters(),
                render_mode=render_mode,
                view=view,
            )
        self.action_space = spaces.Discrete(3)

    @property
    def factors(self) -> dict[str, Factor]:
        """All factors by name."""
        return self.simulation.factors

    @property
    def domain(self) -> Domain:
        """Where looks are drawn from."""
        return self.simulation.domain

    @property
    def _palettes(self) -> Mapping[str, Palette]:
        """The palettes of floor, wall, ceiling and objects in the domain."""
        return with_palettes(self.task.palettes, self.domain.palettes)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode; a seed begins a new sequence of them.

        Raises:
            ValueError: a factor is unknown, out of range, or the setting is impossible.
        """
        setting = (options or {}).get("factors") or {}
        self.simulation.reset(_THIS, [seed], [setting])
        observation, _ = super().reset(seed=seed)
        return observation, self._info()

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act: 0 turns left, 1 turns right, 2 moves forward; info has ``is_success`` too."""
        outcome = self.simulation.step(_THIS, np.array([action]))
        self.step_count += 1
        self._follow()
        return (
            self.render_obs(),
            float(outcome.rewards[0]),
            bool(outcome.terminated[0]),
            bool(outcome.truncated[0]),
            self._info(),
        )

    def sample_factors(
        self,
        fixed: Mapping[str, FactorValue] | None = None,
        *,
        in_view: bool | None = None,
        rng: np.random.Generator | None = None,
    ) -> Setting:
        """Draw a possible setting of all factors from the domain, poses uniformly.

        See :meth:`darla_envs.rooms.sampled_rooms.SampledRooms.sample_setting`; what is
        drawn comes from the environment's own generator when ``rng`` is None.

        Raises:
            ValueError: the fixed values are wrong, or leave nothing possible.
        """
        rng = self.np_random if rng is None else rng
        return self.simulation.sample_setting(rng, in_view, fixed)

    def observe_factors(self) -> np.ndarray:
        """Return the true state, (D,); see :class:`darla_envs.rooms.factor_worlds.FactorWorlds`."""
        state: np.ndarray = self.simulation.factor_observations(_THIS)[0]
        return state

    def render_obs(self, frame_buffer: Any = None) -> np.ndarray:
        """Draw the observation, (H, W, 3) uint8."""
        if frame_buffer is None and not self.drawing:
            return np.zeros(self.observation_space.shape, dtype=np.uint8)
        drawn: np.ndarray = super().render_obs(frame_buffer)
        if self._restyling is None:
            return drawn
        restyled: np.ndarray = self._restyling(drawn[None], self.simulation.state.steps)[0]
        return restyled

    def _info(self) -> dict[str, Any]:
        """Return what the last reset or step reports."""
        return rows_of(self.simulation.infos(_THIS), 1)[0]

    def _gen_world(self) -> None:
        """Build what MiniWorld draws from the setting that the episode starts from."""
        setting: dict[str, Any] = self.simulation.settings_from(self.simulation.state.settings)[0]
        light = np.full(3, setting["light"])
        self.params.set("light_color", light * self.task.diffuse)
        self.params.set("light_ambient", light * self.task.ambient)
        self.rooms.append(self._paint_room(setting))
        self._restyling = restyling_in(self.simulation.state.settings[0], self.domain)
        self._set_camera()
        self._objects, palettes = [], self._palettes
        for name, (x, z) in zip(self.task.objects, self.simulation.state.objects[0], strict=True):
            tint = palettes["object"].rgb(setting[f"{name}_color"])
            painted = PaintedObject(setting[f"{name}_shape"], tint)
            self._objects.append(self.place_entity(painted, pos=np.array([x, 0.0, z]), dir=0.0))
        self.place_agent(pos=np.zeros(3), dir=0.0)
        self.agent.radius = AGENT_RADIUS
        self._follow()

    def _follow(self) -> None:
        """Bring the agent where it is, and take away the objects that are no longer there."""
        state = self.simulation.state
        x, z = state.agents[0]
        self.agent.pos, self.agent.dir = np.array([x, 0.0, z]), float(state.yaws[0])
        for entity, is_there in zip(self._objects, state.present[0], strict=True):
            if not is_there and entity in self.entities:
                self.entities.remove(entity)

    def _paint_room(self, setting: Mapping[str, Any]) -> PaintedRoom:
        """Return the room in the colours of a setting, covered with the episode's textures."""
        width, depth = self.task.room_size
        outline = np.array([[width, depth], [width, 0.0], [0.0, 0.0], [0.0, depth]])
        textures = textures_in(self.simulation.state.settings[0], self.domain)
        floor, wall, ceiling = (textures[surface] for surface in SURFACES)
        room = PaintedRoom(outline, floor_tex=floor, wall_tex=wall, ceil_tex=ceiling)
        palettes = self._palettes
        room.floor_tint = palettes["floor"].rgb(setting["floor"])
        room.ceiling_tint = palettes["ceiling"].rgb(setting["ceiling"])
        shades = np.array(self.task.wall_shades)[:, None]
        room.wall_tints = palettes["wall"].rgb(setting["wall"]) * shades
        return room

    def _parameters(self) -> Any:
        """Return MiniWorld's parameters: nothing random, and how far a step goes."""
        parameters = DEFAULT_PARAMS.no_random()
        parameters.set("forward_step", self.task.forward_step)
        parameters.set("turn_step", self.task.turn_step)
        return parameters

    def _set_camera(self) -> None:
        """Make the camera that of the episode."""
        camera = view_in(self.simulation.state.settings[0], self.simulation.cameras)
        self.params.set("cam_height", camera.height)
        self.params.set("cam_pitch", camera.pitch)
        self.params.set("cam_fov_y", camera.field_of_view)
