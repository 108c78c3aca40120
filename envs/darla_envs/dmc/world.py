"""One task of DeepMind Control as a Gymnasium environment whose look is a set of factors."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla.running.names import lookup
from darla_envs.description.dmc_domains import LOOK_FACTORS, NUM_DRAWS, drawn_look
from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.factors import Factor, FactorValue, Setting, check_setting
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE
from darla_envs.dmc.cameras import FAST, QUALITIES, TurnedCamera
from darla_envs.dmc.models import make_dmc
from darla_envs.dmc.paint import Paint
from darla_envs.dmc.states import possible_state, put

_SIZES = range(8, 1025)


class DmcWorld(gym.Env[np.ndarray, np.ndarray]):
    """A task of dm_control's, in a look that each episode draws from a domain.

    Observations are pictures, (size, size, 3) uint8; actions are numbers from -1 to 1. Episodes are
    truncated after 1,000 of dm_control's steps, which is fewer actions where these are repeated,
    and rewards are the sums of those of repeated actions. ``info["factors"]`` holds the look and
    the positions of all joints; a single picture shows no velocities, so they are not among them.
    ``reset(options={"factors": {...}})`` puts the world into a setting, at rest where it names
    joints; what it leaves open is drawn.

    Attributes:
        factors: all factors by name: those of the look, then the joints.
        domain: where looks are drawn from.
        drawing: when set to False, pictures are black and cost nothing (for agents on factors).
    """

    metadata = {  # noqa: RUF012 - of every environment
        "render_modes": ["rgb_array"],
        "render_fps": 25,
    }

    def __init__(
        self,
        task_id: str,
        domain: DomainLike = SOURCE,
        size: int = 84,
        action_repeat: int | None = None,
        quality: str = FAST,
        render_mode: str | None = None,
    ) -> None:
        """Make the world.

        Args:
            task_id: a key of :data:`darla_envs.description.dmc_tasks.DMC_TASKS`.
            domain: a name, a Domain or its dictionary.
            size: height and width of pictures, in pixels.
            action_repeat: how often actions are done; the task's own when None.
            quality: ``fast``, or ``full`` for MuJoCo's own; see
                :data:`darla_envs.dmc.cameras.QUALITIES`.
            render_mode: None or ``rgb_array``.

        Raises:
            ValueError: dm_control is not installed, or there is no such task, domain, size,
                quality or number of repeats.
        """
        self.task = lookup("task", task_id, DMC_TASKS)
        found = find_domain(task_id, domain)
        assert isinstance(found, Domain)  # as of all these tasks
        self.domain = found
        lookup("quality", quality, QUALITIES)
        _check_whole("size", size, _SIZES)
        self._repeat = self.task.action_repeat if action_repeat is None else action_repeat
        _check_whole("action_repeat", self._repeat, range(1, 1001))
        self.factors: dict[str, Factor] = {**LOOK_FACTORS, **self.task.joints}
        self.render_mode, self.drawing = render_mode, True
        self._random = np.random.RandomState(0)  # reseeded by every reset
        self._dmc, sky = make_dmc(self.task, self._random)
        self._paint = Paint(self._dmc.physics, sky)
        self._camera = TurnedCamera(self._dmc.physics, size, quality)
        self._look = self._painted = dict[str, float]()
        self.observation_space = spaces.Box(0, 255, (size, size, 3), np.uint8)
        actions = self._dmc.action_spec()
        self.action_space = spaces.Box(-1.0, 1.0, actions.shape, np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode, in a look of its own; states belong to the seed in any domain.

        Raises:
            ValueError: a factor of a setting is unknown or out of range.
        """
        super().reset(seed=seed)
        setting = check_setting(self.factors, (options or {}).get("factors") or {})
        self._random.seed(int(self.np_random.integers(2**31)))
        look = drawn_look(self.domain, self.np_random.random(NUM_DRAWS))
        self._look = {name: float(setting.get(name, value)) for name, value in look.items()}
        self._dmc.reset()
        joints = {name: float(setting[name]) for name in self.task.joints if name in setting}
        if joints:
            put(self._dmc.physics, joints)
        return self._observation(), self._info()

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act, as often as actions are repeated, unless the episode ends before."""
        reward = 0.0
        for _ in range(self._repeat):
            step = self._dmc.step(action)
            reward += float(step.reward)
            if step.last():
                break
        terminated = step.last() and step.discount == 0.0
        return (
            self._observation(),
            reward,
            bool(terminated),
            bool(step.last() and not terminated),
            self._info(),
        )

    def sample_factors(
        self,
        fixed: Mapping[str, FactorValue] | None = None,
        *,
        in_view: bool | None = None,
        rng: np.random.Generator | None = None,
    ) -> Setting:
        """Draw a possible setting: a look from the domain, and joints as ``states`` says.

        What moves is always in view, whatever ``in_view`` asks for. The episode that was going on
        is over. What is drawn comes from the environment's own generator when ``rng`` is None.

        Raises:
            ValueError: the fixed values are wrong, or leave nothing possible.
        """
        rng = self.np_random if rng is None else rng
        kept = check_setting(self.factors, fixed or {})
        look = drawn_look(self.domain, rng.random(NUM_DRAWS))
        joints = {name: float(kept[name]) for name in self.task.joints if name in kept}
        state = possible_state(self._dmc.physics, self.task.model, rng, joints)
        return {**look, **state, **kept}

    def observe_state(self) -> np.ndarray:
        """Return what dm_control observes of the state, velocities too: (D,) float32."""
        task, physics = self._dmc.task, self._dmc.physics
        parts = task.get_observation(physics).values()
        return np.concatenate([np.ravel(part) for part in parts]).astype(np.float32)

    def render(self) -> np.ndarray:
        """Draw what an observation shows, (size, size, 3) uint8."""
        return self._observation()

    def close(self) -> None:
        """Free what the renderer holds."""
        self._dmc.close()

    def _observation(self) -> np.ndarray:
        """Draw the picture, in the episode's look."""
        if not self.drawing:
            return np.zeros(self.observation_space.shape or (), np.uint8)
        if self._painted is not self._look:
            self._paint.paint(self._look)
            self._painted = self._look
        return self._camera.draw(self._look)

    def _info(self) -> dict[str, Any]:
        """Return the factors of what is shown."""
        positions = self._dmc.physics.named.data.qpos
        joints = {
            name: float(factor.check(float(positions[name][0])))
            for name, factor in self.task.joints.items()
        }
        return {"factors": {**self._look, **joints}}


def _check_whole(name: str, value: Any, known: range) -> None:
    """Raise a ValueError for what is no whole number of a range."""
    if not isinstance(value, int) or value not in known:
        raise ValueError(
            f"{name} is {value!r}, but must be a whole number from {known[0]} to {known[-1]:,}"
        )
