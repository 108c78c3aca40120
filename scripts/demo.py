"""The whole way on one task: collect, learn to see, learn to act, transfer, compare.

    bash scripts/demo.sh
    bash scripts/demo.sh --seeds 0 1 2 3 4     # the README's table
    bash scripts/demo.sh --task Darla/SeekAvoid-v0 --out runs/seek_avoid

Each step is a command, printed before it runs; it can be pasted, changed and run on its own.
Stopped at any moment, the same command continues; finished steps are skipped.
"""

import os
import shlex
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from darla.running.children import end_together, start
from darla.running.command import run_command
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import RICH

KINDS = ("latent", "pixels", "factors")
OVER = ("new_floor", "new_wall", "floor_and_wall")


@dataclass(frozen=True)
class DemoConfig:
    """What the demonstration runs."""

    task: str = GO_TO_OBJECT
    """Id of the environment."""
    out: Path = Path("runs/demo")
    """Folder of everything that is made."""
    seeds: tuple[int, ...] = (0,)
    """Each seed has frames, an encoder and agents of its own."""
    domain: str = RICH
    """Where an encoder's frames come from."""
    num_frames: int = 20_000
    """Frames to collect for an encoder."""
    epochs: float = 7.0
    """Passes over the frames that train the encoder."""
    mask_look: bool = True
    """Agents on latents see those of the state alone, which the look cannot surprise."""
    anyway: bool = False
    """Train agents on an encoder that is known to have failed."""
    total_timesteps: int = 50_000
    """Steps that each agent learns for."""
    eval_episodes: int = 20
    """Episodes of each agent in each domain that it is evaluated in while it learns."""
    episodes: int = 50
    """Episodes of each agent in each domain."""
    random_episodes: int | None = None
    """Episodes of the random policy in each domain; when not given, as many as
    darla evaluate-transfer plays."""

    def check(self) -> None:
        """Raise a ValueError where there is no seed."""
        if not self.seeds:
            raise ValueError("no seed was given; give one or more, such as --seeds 0 1 2")


def main(config: DemoConfig) -> None:
    """Run every step for every seed, and say where the results are."""
    config.check()
    end_together()
    began = time.monotonic()
    for seed in config.seeds:
        run_seed(config, seed)
    rows = config.out / "transfer.csv"
    pooled = ["--by", "algorithm", "source", "total_timesteps"]  # each seed has its own encoder
    run_side_by_side([["compare", "--rows", rows, "--over", *OVER, *pooled]])
    print(f"\nfinished in {(time.monotonic() - began) / 60:.1f} minutes")
    for seed in config.seeds:
        print(f"what each latent means: {seed_folder(config, seed) / 'vision/traversals.png'}")
    print(f"TensorBoard: {Path(sys.executable).parent}/tensorboard --logdir {config.out}")


def run_seed(config: DemoConfig, seed: int) -> None:
    """Collect, train the encoder, train the agents side by side, and evaluate them."""
    folder = seed_folder(config, seed)
    frames, vision, agents = folder / "frames", folder / "vision", folder / "agents"
    collect = ["collect", "--env", config.task, "--out", frames, "--seed", seed]
    collect += ["--domain", config.domain]
    run_side_by_side([[*collect, "--num-frames", config.num_frames]])
    see = ["train-vision", "--data", frames, "--out", vision, "--seed", seed]
    run_side_by_side([[*see, "--epochs", config.epochs]])
    shared = ["--task", config.task, "--encoder", vision / "encoder", "--seed", seed]
    shared += ["--total-timesteps", config.total_timesteps, "--threads", 1]
    shared += ["--eval-domains", *OVER, "--eval-episodes", config.eval_episodes]
    own = {"latent": ["--mask-look"] * config.mask_look + ["--anyway"] * config.anyway}
    run_side_by_side(
        [
            ["train-agent", "--kind", kind, "--out", agents / kind, *shared, *own.get(kind, [])]
            for kind in KINDS
        ]
    )
    evaluate = ["evaluate-transfer", "--agents", *[agents / kind for kind in KINDS]]
    evaluate += ["--episodes", config.episodes, "--out", config.out / "transfer.csv"]
    if config.random_episodes is not None:
        evaluate += ["--random-episodes", config.random_episodes]
    evaluate += ["--stochastic"]  # as they learned: the most probable action can turn for ever
    run_side_by_side([evaluate])


def seed_folder(config: DemoConfig, seed: int) -> Path:
    """Return the folder of one seed."""
    return config.out / f"seed{seed}"


def run_side_by_side(commands: list[list[object]]) -> None:
    """Run commands at the same time, each with a progress bar of its own.

    Ends this process with the exit code of the first that fails; it has said why itself.
    """
    running = []
    for position, parts in enumerate(commands):
        arguments = [str(part) for part in parts]
        print(f"\n$ {darla_command()} {shlex.join(arguments)}", flush=True)
        environment = {**os.environ, "TQDM_POSITION": str(position)}
        command = [sys.executable, "-m", "darla_agents.commands", *arguments]
        running.append(start(command, env=environment))
    codes = [process.wait() for process in running]
    print("\n" * (len(commands) - 1), end="", flush=True)
    if any(codes):
        sys.exit(next(code for code in codes if code))


def darla_command() -> str:
    """Return how the command is called here: by its path, unless its environment is active."""
    beside = Path(sys.executable).with_name("darla")
    return "darla" if shutil.which("darla") else os.path.relpath(beside)


if __name__ == "__main__":
    run_command(DemoConfig, main, __doc__)
