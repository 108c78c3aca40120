"""Explore encoders in the browser: move latents, set the world's factors, watch an agent.

    darla explore --bundles rooms runs/vision/encoder --env Darla/GoToObject-v0
    darla explore --bundles runs/mine/encoder --data data/mine
    darla explore --bundles rooms --agent runs/agents/latent

The page is served on this machine alone, and needs no network. Ctrl-C ends it.
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.explore.config import ExploreConfig
from darla_agents.explore.explore import open_browser, open_explorer


def main(config: ExploreConfig) -> None:
    """Serve the page until somebody interrupts, and say where it is."""
    with open_explorer(config) as explorer:
        print(f"explore: {explorer.address}  (Ctrl-C ends it)", flush=True)
        if config.browser:
            open_browser(explorer.address)
        try:
            explorer.wait()
        except KeyboardInterrupt:
            print("ended")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ExploreConfig, main, __doc__, arguments=arguments, program=program)
