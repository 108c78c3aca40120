"""Watch a trained agent: a video of what it is shown and of what its encoder keeps of that.

darla watch --agent runs/agents/latent --domains source all_three
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.playing.watch import WatchConfig, watch


def main(config: WatchConfig) -> None:
    """Record, and say where the video is."""
    print(f"video: {watch(config)}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(WatchConfig, main, __doc__, arguments=arguments, program=program)
