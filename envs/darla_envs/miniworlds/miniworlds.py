"""Any MiniWorld environment, many worlds at once: MiniWorld simulates, the renderer draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from darla_envs.batch.infos import vector_infos
from darla_envs.batch.restylings import Restylings
from darla_envs.batch.worlds import CannotBatch, Infos, Outcomes, Seeds, Settings, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.factors import Factor
from darla_envs.description.miniworld_domains import MiniWorldDomains
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.sharing import in_look, shared
from darla_envs.description.usual_domains import SOURCE
from darla_envs.miniworlds.asset_library import AssetLibrary
from darla_envs.miniworlds.drawn_looks import DrawnLook, LookSequence, named_factors
from darla_envs.miniworlds.fresh_starts import Shared, draw_starts
from darla_envs.miniworlds.scene_follower import SceneFollower, aim_cameras
from darla_envs.miniworlds.undrawn_envs import find_picture_key, is_wrapped, make_undrawn
from darla_envs.miniworlds.without_gl import without_loading
from darla_envs.render.renderer import Renderer
from darla_envs.render.scene_batch import SceneBatch
from darla_envs.single.surrounded import surround


class MiniWorlds(Worlds):
    """Worlds of one MiniWorld id, without OpenGL.

    Each world lives through exactly the episodes of a single environment with the same seeds and
    actions: it is one, which does not draw. An episode that ends in both ways at once counts as
    terminated.

    Attributes:
        envs: the single environments, whose pictures are blank.
        domain: where the looks of later episodes come from; None for the look of MiniWorld.
        scenes: what is drawn.
        library: the meshes and textures in the scenes.
    """

    def __init__(
        self,
        env_id: str,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
        obs_width: int = 80,
        obs_height: int = 60,
        num_threads: int | None = None,
        antialias: bool = True,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Make the worlds of a MiniWorld id, stock or of one's own; each must be reset first.

        Pictures are as in :class:`darla_envs.rooms.room_worlds.RoomWorlds`. After
        ``max_episode_steps`` an episode is truncated, as ``gym.make`` does it: it can only shorten
        episodes. ``env_kwargs`` are further arguments of each environment, such as ``domain_rand``.

        Raises:
            ValueError: the id is not MiniWorld's, the environment draws in its own way, or an
                option is wrong.
        """
        self._renderer = Renderer(
            obs_width, obs_height, antialias=antialias, num_threads=num_threads
        )
        kwargs = {**(env_kwargs or {}), "obs_width": obs_width, "obs_height": obs_height}
        self.num_worlds = num_worlds
        self.env_id = env_id
        self._blank = np.zeros((obs_height, obs_width, 3), np.uint8)
        self.envs = [
            make_undrawn(env_id, self._blank, max_episode_steps, kwargs) for _ in range(num_worlds)
        ]
        self._acting = [each if is_wrapped(each) else each.unwrapped for each in self.envs]
        self.observation_space = self.envs[0].observation_space
        self.action_space = self.envs[0].action_space
        self.picture_key = find_picture_key(self.observation_space, self._blank.shape, env_id)
        self._observations: list[Any] = [None] * num_worlds
        self._infos: list[dict[str, Any]] = [{} for _ in range(num_worlds)]
        self._sequences = [LookSequence() for _ in range(num_worlds)]
        self._drawn = [DrawnLook()] * num_worlds
        self._restylings = Restylings()
        self.library = AssetLibrary()
        self.scenes = SceneBatch(num_worlds)
        self._followers = [
            SceneFollower(env.unwrapped, world, self.scenes, self.library)
            for world, env in enumerate(self.envs)
        ]
        self._followers[0].follow()  # is there anything that cannot be drawn?
        self.set_domain(domain)

    def set_domain(self, domain: DomainLike) -> None:
        """Take the looks of all later episodes from a domain, as ``single.domain_look`` does.

        It is what :func:`darla_envs.description.domains.find_domain` takes.

        Raises:
            ValueError: it is not, or looks are to be drawn for environments that have factors of
                their own.
        """
        found = MiniWorldDomains(self.env_id).find(domain)
        if isinstance(found, Domain) and self._has_factors:
            raise ValueError(
                f"{self.env_id} has factors of its own, and no domain {found.name!r} of MiniWorld's"
                " environments; give a Look"
            )
        self.domain = found

    @property
    def factors(self) -> dict[str, Factor]:
        """What infos report besides what the environments do: the look, where it is drawn."""
        if self._has_factors:
            factors: dict[str, Factor] = self._single(0).factors
            return factors
        return named_factors(self.domain)

    def reset(self, chosen: np.ndarray, seeds: Seeds = None, settings: Settings = None) -> None:
        """Start episodes; see :meth:`darla_envs.batch.worlds.Worlds.reset`."""
        worlds = self._checked(chosen)
        if settings is not None and any(settings) and not self._has_factors:
            raise ValueError(f"{self.env_id} has no factors: reset it without factors")
        with without_loading():
            for row, world in enumerate(worlds):
                seed = None if seeds is None else seeds[row]
                options = {"factors": dict(settings[row])} if settings and settings[row] else None
                self._begin(world, self._sequences[world].next(self.domain, seed), seed, options)

    def sample_settings(
        self,
        rng: np.random.Generator,
        count: int,
        in_view: float | None = None,
        per_look: int = 1,
        looks_per_state: int = 1,
        look_factors: Sequence[str] = (),
    ) -> np.ndarray:
        """Draw starts of episodes; see :func:`darla_envs.miniworlds.fresh_starts.draw_starts`.

        Returns:
            (count, 2 + F) float64: the seed of an episode, by how many degrees the agent is turned
            at its start, and a value for each of ``factors``.

        Raises:
            ValueError: the environments have factors of their own, or none of a name that is to
                make the look.
        """
        if self._has_factors:
            raise ValueError(f"{self.env_id} samples factors of its own; draw it one at a time")
        states, looks = shared(count, per_look, looks_per_state)
        is_look = in_look(self.factors, [True] * len(self.factors), look_factors)
        return draw_starts(self, rng, in_view, Shared(states, looks, is_look))

    def reset_to(self, chosen: np.ndarray, rows: np.ndarray) -> None:
        """Start an episode in each chosen world as a row of :meth:`sample_settings` says.

        Raises:
            ValueError: the rows have another length, as those of another domain have.
        """
        names = list(self.factors)
        if rows.shape != (len(chosen), 2 + len(names)):
            raise ValueError(
                f"rows of {self.env_id} in this domain hold a seed, a turn and {len(names)} "
                f"factors, one row for each of {len(chosen)} worlds, not {rows.shape}"
            )
        with without_loading():
            for world, (seed, _, *values) in zip(self._checked(chosen), rows.tolist(), strict=True):
                look = dict(zip(names, values, strict=True))
                drawn = self._sequences[world].next(self.domain, int(seed), look)
                self._begin(world, drawn, int(seed))
        self.turn(chosen, rows[:, 1])

    def turn(self, chosen: np.ndarray, degrees: np.ndarray) -> None:
        """Turn agents to the left, outside of any step, by (n,) degrees."""
        for world, angle in zip(self._checked(chosen), degrees.tolist(), strict=True):
            env = self._single(world)
            env.turn_agent(angle)
            env.render_obs()

    def _begin(
        self, world: int, drawn: DrawnLook, seed: int | None, options: dict[str, Any] | None = None
    ) -> None:
        """Start an episode of one world in a look."""
        self._drawn[world] = drawn
        self._followers[world].look = drawn.look
        self._restylings.begin(world, drawn.restyling)
        observation, info = self.envs[world].reset(seed=seed, options=options)
        self._take(world, observation, info)
        if drawn.textures or drawn.camera:
            env = self._single(world)
            surround(env, drawn.textures, drawn.camera)
            env.looks_changed = env.looks_changed or bool(drawn.textures)
            env.render_obs()

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
        """Draw the chosen worlds; see :meth:`darla_envs.batch.worlds.Worlds.draw`."""
        self._aim(chosen)
        self._renderer.draw(self.scenes, self.library.meshes, self.library.textures, chosen, out)
        if self._restylings:
            steps = np.array([self._single(world).step_count for world in self._checked(chosen)])
            self._restylings.apply(chosen, steps, out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel is, see ``Renderer.measure``.

        Entities are indices in the environment's list.
        """
        self._aim(chosen)
        return self._renderer.measure(self.scenes, self.library.meshes, chosen)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return what the environments of the chosen worlds reported last, and their looks."""
        return vector_infos([self._told(world) for world in self._checked(chosen)])

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return the entries of a Dict observation besides the picture, (n, ...) each."""
        if not isinstance(self.observation_space, spaces.Dict):
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

    def _single(self, world: int) -> Any:
        """Return the MiniWorld environment of a world, whose attributes it alone knows."""
        return self.envs[world].unwrapped

    @property
    def _has_factors(self) -> bool:
        """Whether the environments report factors of their own."""
        return hasattr(self._single(0), "factors")

    def _checked(self, chosen: np.ndarray) -> list[int]:
        """Return the indices of worlds after checking that there are such."""
        worlds: list[int] = np.asarray(chosen).tolist()
        if worlds and not (0 <= min(worlds) and max(worlds) < self.num_worlds):
            raise IndexError(f"there are worlds 0 to {self.num_worlds - 1}, not {chosen}")
        return worlds

    def _told(self, world: int) -> dict[str, Any]:
        """Return what one world reports: its environment's infos, and its look."""
        factors = self._drawn[world].factors
        return {**self._infos[world], "factors": factors} if factors else self._infos[world]

    def _take(self, world: int, observation: Any, info: dict[str, Any]) -> None:
        """Keep what an environment returned, whose picture must be the blank one."""
        key = self.picture_key
        if (observation if key is None else observation[key]) is not self._blank:
            raise CannotBatch(
                f"{self.env_id} changes the pictures that MiniWorld draws, which a batch cannot "
                "do; use Gymnasium's vector environments for it"
            )
        self._observations[world], self._infos[world] = observation, info

    def _aim(self, chosen: np.ndarray) -> None:
        """Put the cameras of the chosen worlds where their agents look from."""
        rows = np.array([self._followers[world].camera for world in self._checked(chosen)])
        if len(rows):
            aim_cameras(chosen, rows, self.scenes.cameras)
