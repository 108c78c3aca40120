"""Watch a trained agent: a video of what it is shown and of what its encoder keeps of that.

Example::

    python scripts/watch.py --agent runs/agents/latent --domains source all_three
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.playing.watch import WatchConfig, watch


def main(config: WatchConfig) -> None:
    """Record, and say where the video is."""
    print(f"video: {watch(config)}")


if __name__ == "__main__":
    run_command(WatchConfig, main, __doc__)
