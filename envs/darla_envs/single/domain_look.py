"""MiniWorld's environments in named domains, one at a time."""

import json
from typing import Any

import gymnasium as gym
import numpy as np
from miniworld.miniworld import MiniWorldEnv

from darla_envs.description.domain import Domain
from darla_envs.description.look import Look
from darla_envs.description.miniworld_domains import MiniWorldDomains
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE
from darla_envs.miniworlds.drawn_looks import DrawnLook, LookSequence, named_factors
from darla_envs.single.shifted_look import PICTURE, repainted
from darla_envs.single.surrounded import surround


class DomainLook(gym.Wrapper, gym.utils.RecordConstructorArgs):
    """Give each episode of a MiniWorld environment a look from a domain, and change nothing else.

    ``gym.make("MiniWorld-Maze-v0", domain="d_u")`` puts it around the environment; wrap those of
    your own yourself, before other wrappers change observations. The look is colours and light,
    and where the domain has them textures, a camera, and what befalls pictures. Where the domain
    draws looks from lines, ``info["factors"]`` holds the positions of each episode, in resets and
    steps.

    Attributes:
        domain: where looks come from; None for the look that MiniWorld gives. The environment
            inside is given this attribute too, and ``factors``, which describes what is reported:
            collectors ask it for both.
        drawn: the look of this episode.
    """

    def __init__(self, env: gym.Env, domain: DomainLike = SOURCE):
        """Wrap a MiniWorld environment; the domain is what ``domains.find_domain`` takes.

        Raises:
            ValueError: the environment is not MiniWorld's, has factors of its own, or has no such
                domain.
        """
        plain = domain.to_dict() if isinstance(domain, Domain | Look) else domain
        gym.utils.RecordConstructorArgs.__init__(self, domain=json.loads(json.dumps(plain)))
        super().__init__(env)
        world = env.unwrapped
        if not isinstance(world, MiniWorldEnv):
            raise ValueError(f"DomainLook repaints MiniWorld environments, and {env} is none")
        if hasattr(world, "factors"):
            raise ValueError(f"{env} has domains of its own; make it with one of those")
        name = type(world).__name__ if world.spec is None else world.spec.id
        self._world: MiniWorldEnv = world
        self.domain = MiniWorldDomains(name).find(domain)
        self.drawn = DrawnLook()
        self._sequence = LookSequence()
        world.domain, world.factors = self.domain, named_factors(self.domain)

    def reset(self, *, seed: int | None = None, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment, and show it in the look of the next episode."""
        observation, info = self.env.reset(seed=seed, **kwargs)
        self.drawn = self._sequence.next(self.domain, seed)
        if self.drawn.textures or self.drawn.camera:
            surround(self._world, self.drawn.textures, self.drawn.camera)
        if self.drawn.look is not None:
            observation = repainted(self._world, self.drawn.look, observation)
        return self._shown(observation), self._told(info)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Act, in the look of this episode."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._shown(observation), reward, terminated, truncated, self._told(info)

    def render(self) -> Any:
        """Render the environment; the agent's view is restyled as observations are."""
        picture = self.env.render()
        is_seen = isinstance(picture, np.ndarray) and self._world.view == "agent"
        return self._restyled(picture) if is_seen else picture

    def _shown(self, observation: Any) -> Any:
        """Return an observation with its picture restyled."""
        if self.drawn.restyling is not None and isinstance(observation, dict):
            return {**observation, PICTURE: self._restyled(observation[PICTURE])}
        return self._restyled(observation)

    def _restyled(self, picture: Any) -> Any:
        """Return a picture, (H, W, 3) uint8, as the look of this episode has it."""
        if self.drawn.restyling is None:
            return picture
        steps = np.array([self._world.step_count])
        return self.drawn.restyling(picture[None], steps)[0]

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        """Add the look's factors to what the environment reports."""
        return {**info, "factors": dict(self.drawn.factors)} if self.drawn.factors else info
