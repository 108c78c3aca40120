"""Search settings of encoders and agents, judged in looks that no agent is tested in.

    darla sweep sweep.toml --trials 20

The same command continues a sweep that was stopped, or adds trials. It needs darla[sweep].
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.sweeping.config import SweepConfig
from darla_agents.sweeping.sweep import sweep


def main(config: SweepConfig) -> None:
    """Sweep, print the report, and say where everything is."""
    report = sweep(config)
    print(report.text, end="\n\n")
    print(f"table:   {report.table}\nnumbers: {report.numbers}")
    for path in report.pictures:
        print(f"picture: {path}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(SweepConfig, main, __doc__, arguments=arguments, program=program)
