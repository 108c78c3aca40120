"""Any MiniWorld environment, many worlds at once: MiniWorld simulates, the renderer draws."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import gymnasium as gym
import numpy as np
from gymnasium import spaces
from miniworld.miniworld import MiniWorldEnv

from envs.batch.single_infos import vector_infos
from envs.batch.worlds import Infos, Outcomes, Worlds
from envs.miniworlds.asset_library import AssetLibrary
from envs.miniworlds.miniworld_ids import check_miniworld
from envs.miniworlds.miniworld_scene import scene_of
from envs.miniworlds.scene_follower import SceneFollower, aim_cameras
from envs.miniworlds.undrawn import stop_drawing
from envs.miniworlds.without_gl import without_gl, without_loading
from envs.names import hint
from envs.render.renderer import Renderer
from envs.render.scene import Look, repaint
from envs.render.scene_batch import SceneBatch

LookLike = Look | Mapping[str, Any] | str | None
"""A shift of the look, its dictionary, or None or ``source`` for none."""

_PLAIN = (gym.wrappers.OrderEnforcing, gym.wrappers.PassiveEnvChecker)


class MiniWorlds(Worlds):
    """Worlds of one MiniWorld id, without OpenGL.

    Each world lives through exactly the episodes of a single environment with the same seeds and
    actions: it is one, which does not draw. An episode that ends in both ways at once counts as
    terminated.

    Attributes:
        envs: the single environments, whose pictures are blank.
        look: the shift of the look that holds for later episodes.
        scenes: what is drawn.
        library: the meshes and textures in the scenes.
    """

    def __init__(
        self,
        env_id: str,
        num_worlds: int,
        domain: LookLike = None,
        max_episode_steps: int | None = None,
        obs_width: int = 80,
        obs_height: int = 60,
        num_threads: int | None = None,
        antialias: bool = True,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Make the worlds; each must be reset before it acts.

        Args:
            env_id: the id of a MiniWorld environment, stock or of one's own.
            num_worlds: how many worlds.
            domain: a shift of the look; see :meth:`set_domain`.
            max_episode_steps: steps after which an episode is truncated, as ``gym.make`` does it:
                it can only shorten episodes.
            obs_width: width of pictures in pixels.
            obs_height: height of pictures in pixels.
            num_threads: threads that draw; as many as there are cores when None.
            antialias: average four samples a pixel, as MiniWorld does.
            env_kwargs: further arguments of each environment, such as ``domain_rand``.

        Raises:
            ValueError: the id is not MiniWorld's, the environment draws in its own way, or an
                option is wrong.
        """
        check_miniworld(env_id)
        self._renderer = Renderer(
            obs_width, obs_height, antialias=antialias, num_threads=num_threads
        )
        kwargs = {**(env_kwargs or {}), "obs_width": obs_width, "obs_height": obs_height}
        self.num_worlds = num_worlds
        self.env_id = env_id
        self._blank = np.zeros((obs_height, obs_width, 3), np.uint8)
        self.envs = [self._make(env_id, max_episode_steps, kwargs) for _ in range(num_worlds)]
        self._acting = [each if _is_wrapped(each) else each.unwrapped for each in self.envs]
        self.observation_space = self.envs[0].observation_space
        self.action_space = self.envs[0].action_space
        self.picture_key = _picture_key(self.observation_space, self._blank.shape, env_id)
        self._observations: list[Any] = [None] * num_worlds
        self._infos: list[dict[str, Any]] = [{} for _ in range(num_worlds)]
        self.library = AssetLibrary()
        self.scenes = SceneBatch(num_worlds)
        self._followers = [
            SceneFollower(env.unwrapped, world, self.scenes, self.library)
            for world, env in enumerate(self.envs)
        ]
        self._followers[0].follow()  # is there anything that cannot be drawn?
        self.set_domain(domain)

    def _make(
        self, env_id: str, max_episode_steps: int | None, kwargs: Mapping[str, Any]
    ) -> gym.Env[Any, Any]:
        try:
            with without_gl():
                env = gym.make(
                    env_id,
                    max_episode_steps=max_episode_steps,
                    disable_env_checker=True,
                    **kwargs,
                )
        except TypeError as error:
            raise ValueError(f"{env_id} cannot be made with {dict(kwargs)}: {error}") from error
        if not isinstance(env.unwrapped, MiniWorldEnv):
            raise ValueError(f"{env_id} is no MiniWorld environment, but {env.unwrapped}")
        stop_drawing(env.unwrapped, self._blank)
        return env

    def set_domain(self, domain: LookLike) -> None:
        """Shift the look of all later episodes, as :class:`envs.shifted_look.ShiftedLook` does.

        Args:
            domain: an :class:`envs.render.scene.Look`, its dictionary, or None or ``source`` for
                the look that MiniWorld gives them.

        Raises:
            ValueError: it is none of these, or a colour is not three numbers in [0, 1].
        """
        look = find_look(domain, self.env_id)
        if look is not None:
            repaint(scene_of(self.envs[0].unwrapped, self.library)[0], look)  # is it possible?
        self.look = look

    def reset(
        self,
        chosen: np.ndarray,
        seeds: Sequence[int | None] | None = None,
        settings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Start an episode in each chosen world; see :meth:`envs.batch.worlds.Worlds.reset`.

        Raises:
            ValueError: settings are given, and the environments have no factors.
        """
        worlds = self._checked(chosen)
        if settings is not None and any(settings) and not self._has_factors:
            raise ValueError(f"{self.env_id} has no factors: reset it without factors")
        with without_loading():
            for row, world in enumerate(worlds):
                options = {"factors": dict(settings[row])} if settings and settings[row] else None
                self._followers[world].look = self.look
                observation, info = self.envs[world].reset(
                    seed=None if seeds is None else seeds[row], options=options
                )
                self._take(world, observation, info)

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds, as MiniWorld does.

        Raises:
            ValueError: a world was not reset yet.
        """
        worlds = self._checked(chosen)
        rewards = np.empty(len(worlds))
        terminated, truncated = np.empty((2, len(worlds)), np.bool_)
        with without_loading():
            for row, (world, action) in enumerate(zip(worlds, actions.tolist(), strict=True)):
                if self._observations[world] is None:
                    raise ValueError(f"world {world} cannot act yet; reset it first")
                observation, reward, has_ended, is_cut, info = self._acting[world].step(action)
                rewards[row], terminated[row] = reward, has_ended
                truncated[row] = is_cut and not has_ended
                self._take(world, observation, info)
        return Outcomes(rewards, terminated, truncated)

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds; see :meth:`envs.batch.worlds.Worlds.draw`."""
        self._aim(chosen)
        self._renderer.draw(self.scenes, self.library.meshes, self.library.textures, chosen, out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel is.

        Returns:
            Distances along the view, (n, H, W) float32 in metres, and entities, (n, H, W) int32:
            indices in the environment's list of entities; see
            :meth:`envs.render.renderer.Renderer.measure`.
        """
        self._aim(chosen)
        return self._renderer.measure(self.scenes, self.library.meshes, chosen)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return what the environments of the chosen worlds reported last."""
        return vector_infos([self._infos[world] for world in self._checked(chosen)])

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return the entries of a Dict observation besides the picture, (n, ...) each."""
        if self.picture_key is None:
            return {}
        worlds = self._checked(chosen)
        return {
            name: np.array([self._observations[world][name] for world in worlds], space.dtype)
            for name, space in self.observation_space.items()
            if name != self.picture_key
        }

    def close(self) -> None:
        """End the threads that draw, and close the environments."""
        self._renderer.close()
        for env in self.envs:
            env.close()

    @property
    def _has_factors(self) -> bool:
        return hasattr(self.envs[0].unwrapped, "factors")

    def _checked(self, chosen: np.ndarray) -> list[int]:
        worlds = np.asarray(chosen).tolist()
        if worlds and not (0 <= min(worlds) and max(worlds) < self.num_worlds):
            raise IndexError(f"there are worlds 0 to {self.num_worlds - 1}, not {chosen}")
        return worlds

    def _take(self, world: int, observation: Any, info: dict[str, Any]) -> None:
        key = self.picture_key
        if (observation if key is None else observation[key]) is not self._blank:
            raise ValueError(
                f"{self.env_id} changes the pictures that MiniWorld draws, which a batch cannot "
                "do; use Gymnasium's vector environments for it"
            )
        self._observations[world], self._infos[world] = observation, info

    def _aim(self, chosen: np.ndarray) -> None:
        rows = np.array([self._followers[world].camera for world in self._checked(chosen)])
        if len(rows):
            aim_cameras(chosen, rows, self.scenes.cameras)


def find_look(domain: LookLike, env_id: str) -> Look | None:
    """Return a shift of the look from whatever describes it.

    Raises:
        ValueError: it describes none.
    """
    if domain is None or domain == "source" or isinstance(domain, Look):
        return None if isinstance(domain, str) else domain
    known = [field.name for field in fields(Look)]
    if not isinstance(domain, Mapping):
        raise ValueError(
            f"{env_id} has no domain {domain!r}: give 'source', or a look, a dictionary of some of "
            f"{', '.join(known)}"
        )
    for name in domain:
        if name not in known:
            raise ValueError(
                f"a look has no {name!r}; {hint(name, known)}known: {', '.join(known)}"
            )
    return Look(**domain)


def _is_wrapped(env: gym.Env[Any, Any]) -> bool:
    """Return whether wrappers do more than check."""
    while isinstance(env, gym.Wrapper):
        if type(env) not in _PLAIN:
            return True
        env = env.env
    return False


def _picture_key(space: spaces.Space[Any], shape: tuple[int, ...], env_id: str) -> str | None:
    """Return the picture's entry in a Dict observation, None when it is the observation."""
    if isinstance(space, spaces.Box) and space.shape == shape:
        return None
    if isinstance(space, spaces.Dict):
        for name, part in space.items():
            if isinstance(part, spaces.Box) and part.shape == shape:
                return str(name)
    raise ValueError(
        f"{env_id} observes {space}, but a batch shows MiniWorld's pictures, alone or in a Dict"
    )
