"""3D worlds whose look is a set of named factors: tasks, domains, rendering.

The way through it: a task is described as data (``description``, ``tasks``). Many worlds of it are
simulated together (``rooms``) and drawn in one call (``render``); one alone is drawn by MiniWorld
(``single``); MiniWorld's own environments are simulated by MiniWorld and drawn as rooms are
(``miniworlds``); DeepMind Control's are simulated and drawn by MuJoCo, one at a time (``dmc``);
Procgen's games are simulated and drawn by EnvPool (``procgen``); flat ones are drawn by NumPy
(``flat``). ``batch`` makes many worlds one batch of environments, in this process or in others.
What an id is and can do, :mod:`darla_envs.suites` tells; by ids, :mod:`darla_envs.make` makes
batches and Gymnasium's vector environments.

Importing this package registers its tasks with Gymnasium and imports none of MiniWorld,
OpenGL, dm_control and EnvPool; :mod:`darla_envs.stock` imports MiniWorld, for its own environments.
"""

import importlib.util
import warnings

from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.description.procgen_tasks import PROCGEN_TASKS
from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID, TASKS, Task

__all__ = ["GO_TO_OBJECT", "PICK_COLOR", "SEEK_AVOID", "register_task"]

_HAS_GYMNASIUM = importlib.util.find_spec("gymnasium") is not None  # drawing alone does without


def register_task(task: Task) -> None:
    """Add a task: its id makes environments, one by one and many at a time, in all its domains.

    One of the same id is replaced.

    Raises:
        ValueError: the task cannot be used.
    """
    TASKS.register(task.task_id, task)
    if _HAS_GYMNASIUM:
        _register_id(task)


def _register_id(task: Task) -> None:
    """Let Gymnasium make a task; what imports MiniWorld or Numba is imported when it does."""
    import gymnasium as gym

    gym.registry.pop(task.task_id, None)
    gym.register(
        task.task_id,
        entry_point="darla_envs.single.world:FactorWorld",
        vector_entry_point="darla_envs.make:make_vector_env",
        max_episode_steps=task.max_episode_steps,
        kwargs={"task_id": task.task_id},
    )


def _register_all() -> None:
    """Let Gymnasium make all tasks; one of another package that is broken harms nobody else."""
    for task_id in TASKS:
        try:
            _register_id(TASKS[task_id])
        except Exception as error:  # a stranger's package may raise anything
            warnings.warn(f"the task {task_id!r} is left out: {error}", stacklevel=2)
    for task_id in DMC_TASKS:
        _register_dmc(task_id)
    for task_id in PROCGEN_TASKS:
        _register_procgen(task_id)


def _register_dmc(task_id: str) -> None:
    """Let Gymnasium make a task of DeepMind Control; dm_control is imported when it does."""
    import gymnasium as gym

    gym.register(task_id, entry_point="darla_envs.dmc.world:DmcWorld", kwargs={"task_id": task_id})


def _register_procgen(task_id: str) -> None:
    """Let Gymnasium make one of Procgen's games; EnvPool is imported when it does."""
    import gymnasium as gym

    gym.register(
        task_id,
        entry_point="darla_envs.procgen.world:ProcgenWorld",
        vector_entry_point="darla_envs.make:make_vector_env",
        kwargs={"task_id": task_id},
    )


def _register_flat() -> None:
    """Let Gymnasium make the flat worlds."""
    import gymnasium as gym

    gym.register("Darla/HiddenCatch-v0", entry_point="darla_envs.flat.hidden_catch:HiddenCatch")


if _HAS_GYMNASIUM:
    _register_all()
    _register_flat()
