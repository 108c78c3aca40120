"""How long an agent learns, by the function behind ``darla train-agent``."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent

_ROLLOUT = 1024  # steps between two updates, all environments together, as is usual for 8


def learning_seconds(
    kind: str,
    num_envs: int,
    steps: int,
    settings: tuple[str, ...] = (),
    encoder_device: str = "auto",
    threads: int | None = None,
) -> float:
    """Let an agent of a kind learn in Darla/GoToObject-v0 by PPO, and return the seconds it took.

    Drawing, updates and an evaluation of one episode in the end are in it. Kinds with an encoder
    have ``rooms``.
    """
    with TemporaryDirectory(prefix="darla-") as folder:
        config = TrainAgentConfig(
            kind=kind,
            encoder=Path("rooms"),
            total_timesteps=steps,
            num_envs=num_envs,
            out=Path(folder) / "run",
            settings=(f"n_steps={max(8, min(_ROLLOUT, steps) // num_envs)}", *settings),
            eval_freq=steps,
            eval_episodes=1,
            checkpoint_freq=steps,
            encoder_device=encoder_device,
            threads=threads,
            progress=False,
        )
        begun = perf_counter()
        train_agent(config)
        return perf_counter() - begun
