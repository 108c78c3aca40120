"""Train a Stable-Baselines3 agent on pixels, latents, true factors, or a random encoder's latents.

    darla train-agent --kind latent --encoder runs/vision/encoder --seed 0
    darla train-agent --kind pixels --settings learning_rate=2.5e-4 n_steps=256

A run that was stopped continues with the same command. Curves: tensorboard --logdir runs/agents
"""

import shlex
from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.agent.saved_agent import read_spec
from darla_agents.agent.trusted_modules import trust_words
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent


def main(config: TrainAgentConfig) -> None:
    """Train, and say where the agent lies."""
    folder = train_agent(config)
    print(f"the agent is in {folder}, the best one in the source domain in {folder / 'best'}")
    words = ["--agents", str(folder), *trust_words(read_spec(folder).environment)]
    print(f"play it in other domains: darla evaluate-transfer {shlex.join(words)}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(TrainAgentConfig, main, __doc__, arguments=arguments, program=program)
