"""The worlds that agents act in, showing what each kind of agent sees."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import TimeLimit
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecMonitor, VecTransposeImage

from darla.encoder.bundle import FrozenEncoder
from darla.environments.spec import EnvironmentSpec
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.sb3.vec_latent import VecLatent
from darla.wrappers.sb3.vec_observer import VecObserver
from darla_agents.agent.augmentations import NONE, needs_encoder
from darla_agents.agent.encoders import agent_encoder, bundled_encoder
from darla_agents.agent.interaction import PLAIN, Interaction
from darla_agents.agent.kinds import PICTURES, Observing
from darla_agents.agent.spaces import check_observations
from darla_agents.agent.spec import AgentSpec
from darla_agents.agent.views import history_of, seen_pictures, sized_pictures
from darla_agents.worlds.agent_steps import ActionRepeat, ScaledRewards, StackedFrames
from darla_agents.worlds.augmented_pixels import AugmentedPixels
from darla_agents.worlds.batched_vec_env import BatchedVecEnv
from darla_agents.worlds.rendering import BATCHED, check_rendering
from darla_agents.worlds.worker_envs import WorkerVecEnv
from darla_envs.suites import Suite, suite_of


def make_vec_env(
    spec: AgentSpec,
    domain: str,
    num_envs: int,
    seed: int = 0,
    *,
    encoder: FrozenEncoder | None = None,
    learning: bool = False,
    **simulation: Any,
) -> VecEnv:
    """Make environments of an agent's task, showing what that agent sees.

    An encoder is what ``bundled_encoder`` returns, and is loaded when None and needed. ``learning``
    also does what is done only while the agent learns: its ``augmentation``, ``learning_options``
    and ``reward_scale``. The other arguments are those of :func:`make_task_envs`.

    A ValueError for an unknown task, domain or rendering, a wrong number of workers, or a task
    that cannot show what the agent sees.
    """
    observing, options = spec.traits.observation, spec.interaction
    venv = make_task_envs(
        spec.environment, observing, domain, num_envs, seed, interaction=options, **simulation
    )
    try:
        if learning and options.reward_scale != 1:
            venv = ScaledRewards(venv, options.reward_scale)
        shown = venv.observation_space
        sized = sized_pictures(spec, shown)
        if sized is not None:
            venv = VecObserver(venv, sized)
        if learning and spec.augmentation != NONE:
            if needs_encoder(spec.augmentation):
                encoder = encoder or bundled_encoder(spec)
            how = spec.augmentation_share, spec.augmentation_each
            venv = AugmentedPixels(venv, spec.augmentation, seed, options.key, encoder, *how)
        venv = _seen(venv, spec, encoder, learning)
        history = history_of(spec, shown, venv.observation_space)
        if history is not None:
            venv = StackedFrames(venv, history)
        return _channels_first(venv, spec) if spec.traits.learns_from_pictures else venv
    except ValueError:
        venv.close()
        raise


def make_task_envs(
    task: str | EnvironmentSpec,
    observing: Observing,
    domain: str,
    num_envs: int,
    seed: int = 0,
    *,
    workers: int = 0,
    rendering: str = BATCHED,
    num_threads: int | None = None,
    interaction: Interaction = PLAIN,
) -> VecEnv:
    """Make environments of a task, which count returns, lengths and successes of episodes.

    They show pictures or factors, and draw episodes from the domain. The seed is of the first
    environment's first episode; the others have those that follow it.

    ``workers`` 0 steps all environments in this process, otherwise they are spread over so many
    processes: any number of them when they are simulated together, else ``num_envs``. The rendering
    ``batched`` simulates and draws environments together where that is possible; ``stock`` makes
    single environments, which MiniWorld draws. Batched ones are drawn in this process by
    ``num_threads``, as many as there are cores when None; each worker draws with one. Of an agent's
    interaction its ``action_repeat`` and ``max_episode_steps`` count: steps are its own.

    A ValueError for an unknown task, domain or rendering, a wrong number of workers, or a task that
    cannot show what is asked for.
    """
    suite = suite_of(task)
    batched = is_batched(suite, observing, rendering)
    _check_workers(workers, num_envs, batched)
    if batched:
        batch = suite.batch(
            num_envs,
            domain,
            observing=observing,
            autoreset_mode=AutoresetMode.SAME_STEP,
            workers=workers,
            num_threads=None if workers else num_threads,
            infos=False,
            **batch_settings(interaction),
        )
        render_mode = "rgb_array" if observing == PICTURES else None
        spec = gym.spec(suite.env_id)
        venv: VecEnv = VecMonitor(BatchedVecEnv(batch, render_mode=render_mode, spec=spec))
    else:
        factories: list[Callable[[], gym.Env[Any, Any]]] = [
            partial(make_env, task, observing, domain, interaction) for _ in range(num_envs)
        ]
        venv = WorkerVecEnv(factories) if workers else DummyVecEnv(factories)
    venv.seed(seed)
    return venv


def is_batched(suite: Suite, observing: Observing, rendering: str) -> bool:
    """Whether environments are simulated together; a ValueError for unknown renderings."""
    check_rendering(rendering)
    return rendering == BATCHED and suite.can_batch(observing)


def batch_settings(interaction: Interaction) -> dict[str, Any]:
    """Return what suites take to simulate environments together for an agent's interaction."""
    repeat, limit = interaction.action_repeat, interaction.max_episode_steps
    steps = {} if limit is None else {"max_episode_steps": limit * repeat}
    return {**steps, **({} if repeat == 1 else {"action_repeat": repeat})}


def make_env(
    task: str | EnvironmentSpec,
    observing: Observing | None,
    domain: str,
    interaction: Interaction = PLAIN,
) -> gym.Env[Any, Any]:
    """Make one environment that is simulated by itself, with its Monitor.

    A limit to an agent's steps takes the place of the one that was registered. ``observing`` None
    is for whoever looks at nothing: no more is drawn than must be. A ValueError where the task is
    unknown, has no such domain, or cannot show what is asked for.
    """
    suite, limit = suite_of(task), interaction.max_episode_steps
    meant = EnvironmentSpec(task) if isinstance(task, str) else task
    unlimited = limit is not None and meant.name in gym.registry
    further = {"max_episode_steps": -1} if unlimited else {}
    env = suite.single(domain, observing=observing, **further)
    try:
        if observing is not None:
            check_observations(env.observation_space, meant.text)
    except ValueError:
        env.close()
        raise
    if interaction.action_repeat > 1:
        env = ActionRepeat(env, interaction.action_repeat)
    return Monitor(env if limit is None else TimeLimit(env, limit))


def _seen(venv: VecEnv, spec: AgentSpec, encoder: FrozenEncoder | None, learning: bool) -> VecEnv:
    """Put around environments what makes latents of pictures, or what the kind makes of them."""
    if spec.traits.sees_latents:
        encoder = encoder or agent_encoder(spec)
        assert encoder is not None  # as for all kinds that see latents
        return VecLatent(
            venv,
            encoder,
            key=spec.interaction.key,
            seed=derive_seed(spec.seed, Purpose.RESAMPLED_LOOKS),
            **spec.latent_options.to_dict(),
            **(spec.learning_options.to_dict() if learning else {}),
        )
    observer = seen_pictures(spec, None, venv.observation_space)
    return venv if observer is None else VecObserver(venv, observer)


def _channels_first(venv: VecEnv, spec: AgentSpec) -> VecEnv:
    """Return environments whose pictures are as networks take them: channels first."""
    space = venv.observation_space
    entries = [*space.values()] if isinstance(space, spaces.Dict) else [space]
    pictures = [each for each in entries if isinstance(each, spaces.Box) and is_image_space(each)]
    if not pictures and spec.traits.transform is None:
        raise ValueError(
            f"{spec.environment.text} shows no picture to an agent of kind {spec.kind}, but {space}"
        )
    if all(is_image_space_channels_first(picture) for picture in pictures):
        return venv
    return VecTransposeImage(venv)


def _check_workers(workers: int, num_envs: int, batched: bool) -> None:
    """Check how many processes are to share environments."""
    fitting = range(num_envs + 1) if batched else (0, num_envs)
    if workers not in fitting:
        how = (
            f"up to {num_envs} (processes that share the {num_envs} environments)"
            if batched
            else f"{num_envs} (a process for each of the {num_envs} environments)"
        )
        raise ValueError(
            f"workers is {workers}, but must be 0 (all environments in this process) or {how}"
        )
