"""Turn transfer rows into a table, numbers and plots, and compare latents with pixels.

Example::

    python scripts/compare.py --rows results/transfer.csv --over new_floor new_wall floor_and_wall
"""

from darla.running.command import run_command
from darla_agents.comparison.compare import CompareConfig, compare


def main(config: CompareConfig) -> None:
    """Compare, print the tables, and say where they and the plots are."""
    result = compare(config)
    print(result.report, end="\n\n")
    print(f"table:   {result.table}\nnumbers: {result.numbers}")
    for path in result.plots:
        print(f"plot:    {path}")


if __name__ == "__main__":
    run_command(CompareConfig, main, __doc__)
