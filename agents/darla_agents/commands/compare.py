"""Turn transfer rows into a table, numbers and plots, and compare latents with pixels.

darla compare --rows results/transfer.csv --over new_floor new_wall floor_and_wall
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.comparison.compare import CompareConfig, compare


def main(config: CompareConfig) -> None:
    """Compare, print the tables, and say where they and the plots are."""
    result = compare(config)
    print(result.report, end="\n\n")
    print(f"table:   {result.table}\nnumbers: {result.numbers}")
    for path in result.plots:
        print(f"plot:    {path}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(CompareConfig, main, __doc__, arguments=arguments, program=program)
