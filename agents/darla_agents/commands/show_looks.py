"""Show what the domains of an environment look like, or what each shift of the look does.

    darla show-looks --env CarRacing-v3 --looks standard
    darla show-looks --env my_module:MyEnv-v0 --looks looks.toml
    darla show-looks --env CarRacing-v3 --shifts
    darla show-looks --env CarRacing-v3 --shifts hue noise

A sheet has a row for each domain, with frames of several episodes, which are the same in every row;
or, with --shifts, a row for each shift at strengths from 0 to 1.
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.playing.show_looks import ShowLooksConfig, show_looks


def main(config: ShowLooksConfig) -> None:
    """Draw the sheet, and say where it is."""
    print(f"looks: {show_looks(config)}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ShowLooksConfig, main, __doc__, arguments=arguments, program=program)
