"""Take an encoder or an agent from the Hugging Face Hub.

darla pull user/my-encoder --out runs/theirs

An encoder need not be pulled first: --encoder hf://user/my-encoder takes it as well.
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.sharing.pull import PullConfig, pull_folder


def main(config: PullConfig) -> None:
    """Pull, and say where it is."""
    pulled = pull_folder(config)
    what = "agent" if pulled.is_agent else "encoder"
    print(f"{what}: {pulled.folder}\nname:  {pulled.name}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(PullConfig, main, __doc__, arguments=arguments, program=program)
