"""Collect frames from a Gymnasium environment into a dataset that vision models are trained on.

    darla collect
    darla collect --env Darla/SeekAvoid-v0 --num-frames 50000
    darla collect --env MiniWorld-FourRooms-v0 --out data/four_rooms
    darla collect --env MiniWorld-Maze-v0 --policy random
    darla collect --env my_module:MyEnv-v0 --policy random
    darla collect --policy agent --agent runs/my_agent --domain source --out data/seen

Where the worlds have a domain d_u, in which everything varies, frames come from it unless another
is named. Killed half-way, the same command continues where it stopped.
"""

from collections.abc import Sequence
from dataclasses import replace

import gymnasium as gym

from darla.collection.collect import CollectConfig, collect
from darla.collection.frame_source import register
from darla.running.command import run_command
from darla_envs import GO_TO_OBJECT
from darla_envs.suites import suite_of

DEFAULT = CollectConfig(env=GO_TO_OBJECT, imports=("darla_envs", "darla_envs.stock"))
"""What is collected, and which modules register environments, unless others are named."""

_MAKE_POLICY = "darla_agents.agent.acting:make_policy"


def main(config: CollectConfig) -> None:
    """Collect, and say where the dataset is."""
    result = collect(with_domain(config), load_policy=_MAKE_POLICY, progress=True)
    frames, seconds = result.new_frames, result.seconds
    if frames:
        print(f"collected {frames:,} frames in {seconds:.1f} s ({frames / seconds:.0f} frames/s)")
    else:
        print("this dataset was finished already")
    print(f"dataset        {result.dataset.path}  {result.dataset.shape}")
    print(f"contact sheet  {result.contact_sheet}")


def with_domain(config: CollectConfig) -> CollectConfig:
    """Name D_U as the domain of worlds that have one, where none is named.

    A ValueError where a module that registers environments cannot be imported.
    """
    if config.domain is not None or "domain" in config.env_kwargs:
        return config
    register(config.env, config.imports)
    name = config.env.split(":")[-1]
    known = name in gym.registry  # collecting says what is wrong with others
    return replace(config, domain=suite_of(name).unsupervised) if known else config


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(CollectConfig, main, __doc__, default=DEFAULT, arguments=arguments, program=program)
