"""Collect frames from a Gymnasium environment into a dataset that vision models are trained on.

    darla collect
    darla collect --env Darla/SeekAvoid-v0 --num-frames 50000
    darla collect --env MiniWorld-FourRooms-v0 --out data/four_rooms
    darla collect --env MiniWorld-Maze-v0 --policy random
    darla collect --env CarRacing-v3 --looks standard --frames-per-look 8
    darla collect --env my_module:MyEnv-v0 --wrappers "my_module:Repeat(4)"
    darla collect --agent runs/my_agent --domain source --out data/seen

Where the worlds have a domain in which everything varies (d_u, or what looks call so), frames come
from it unless another is named. Killed half-way, the same command continues where it stopped.
"""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gymnasium as gym

from darla.collection.collect import CollectConfig, collect
from darla.collection.config import FACTORS, check_saved_agent
from darla.environments.making import register
from darla.running.command import run_command
from darla_agents.agent.trusted_modules import check_trusted
from darla_envs import GO_TO_OBJECT
from darla_envs.description.usual_domains import SOURCE
from darla_envs.suites import ForeignSuite, suite_of

_MANY_FRAMES = 50
"""So many frames of one look are more than encoders need, which would rather see another."""
_MAKE_POLICY = "darla_agents.agent.acting:make_policy"


@dataclass(frozen=True)
class CollectCommand(CollectConfig):
    """Which frames to collect, from where, and to which folder."""

    env: str = ""
    """Id of the Gymnasium environment; ``module:Id`` imports a module first, of the current folder
    too, and ``module:function`` names what makes an environment that has no id. When not given,
    that of the agent, with all that it was made with, or Darla/GoToObject-v0."""
    imports: tuple[str, ...] = ("darla_envs", "darla_envs.stock")
    """Modules that register environments, imported by every worker one after the other until one
    has registered ``env``."""
    trust: tuple[str, ...] = ()
    """Modules that the agent's environment may name: they are imported, and their code runs."""


def main(config: CollectCommand) -> None:
    """Collect, and say where the dataset is."""
    config = resolved(config)
    result = collect(config, load_policy=_MAKE_POLICY, progress=True)
    frames, seconds = result.new_frames, result.seconds
    if frames:
        print(f"collected {frames:,} frames in {seconds:.1f} s ({frames / seconds:.0f} frames/s)")
    else:
        print("this dataset was finished already")
    print(f"dataset        {result.dataset.path}  {result.dataset.shape}")
    print(f"contact sheet  {result.contact_sheet}")
    looks, drawn = config.environment.looks, int(result.dataset.episode_starts.sum())
    in_d_u = looks is not None and result.dataset.attributes["look"]["name"] == looks.unsupervised
    if in_d_u and drawn * _MANY_FRAMES < len(result.dataset):
        print(
            f"only {drawn} looks were drawn, one an episode, and look is told from state by seeing "
            "many: --frames-per-look 8 draws more"
        )
    data = shlex.quote(str(result.dataset.path))
    print(f"learn to see from it with: darla train-vision --data {data}")


def resolved(config: CollectCommand) -> CollectCommand:
    """Name the environment, the domain and the policy where none was named.

    The environment is the agent's, or the first task; the domain is D_U of worlds that have one;
    the policy is left open where only an environment that is made can tell. A ValueError where a
    module cannot be imported, or the agent's environment names one that is not trusted.
    """
    config = config.with_looks_read()
    if not config.env and config.agent is not None:
        config = _where_the_agent_acts(config, config.agent)
    config = replace(config, env=config.env or GO_TO_OBJECT)
    environment = config.environment
    register(environment, config.imports)
    module = sys.modules.get(environment.module)
    if environment.name not in gym.registry and not hasattr(module, environment.name):
        return config  # collecting says what is wrong with it
    suite = suite_of(environment)
    if config.looks is None and config.domain is None and "domain" not in config.env_kwargs:
        config = replace(config, domain=suite.unsupervised)
    elif config.looks is None and config.domain == SOURCE and not suite.domain_kwargs(SOURCE):
        config = replace(config, domain=None)  # of environments without domains
    if (
        config.chosen_policy is None
        and environment.is_plain
        and not isinstance(suite, ForeignSuite)
    ):
        config = replace(config, policy=FACTORS)
    return config


def _where_the_agent_acts(config: CollectCommand, agent: Path) -> CollectCommand:
    """Name the environment that the agent was trained in, with all that it was made with."""
    check_saved_agent(agent)
    # Here, for it needs torch: workers import this module, and most of them do without.
    from darla_agents.agent.saved_agent import read_spec

    found = read_spec(agent).environment
    check_trusted(found, agent, config.trust)
    return replace(
        config,
        env=found.env,
        env_kwargs={**found.env_kwargs, **config.env_kwargs},
        wrappers=(*found.wrappers, *config.wrappers),
        looks=config.looks or found.looks,
    )


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(CollectCommand, main, __doc__, arguments=arguments, program=program)
