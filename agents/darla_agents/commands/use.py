"""Use a trained encoder for something besides agents: a picture of it, and numbers.

    darla use denoise --encoder rooms --data data/new
    darla use alarm --encoder rooms --data data/new --against data/night data/fog

What follows the name of a use are its own options: darla use denoise --help
"""

import os
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

import tyro

from darla.running.command import run_command
from darla.uses.reports import REPORTS, UseConfig, make_report


def main(config: UseConfig) -> None:
    """Make the report, print its numbers, and say where it is."""
    written = make_report(config)
    print("\n".join(written.told))
    print(f"picture: {written.picture}\nnumbers: {written.numbers}")


def options() -> Any:
    """Return what tyro reads: one configuration of several, each by the name of its use."""
    named = [
        Annotated[kind, tyro.conf.subcommand(kind.name.replace("_", "-"), prefix_name=False)]
        for kind in REPORTS
    ]
    return reduce(or_, named)


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(options(), main, __doc__, arguments=arguments, program=program)
