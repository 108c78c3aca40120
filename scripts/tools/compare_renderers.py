"""Compare the pictures of the batched renderer with MiniWorld's own, id by id.

Example::

    python scripts/tools/compare_renderers.py --ids MiniWorld-Maze-v0 --worst /tmp/worst
"""

from darla.running.command import run_command
from parity import CompareConfig, compare_all, table_heading, table_row


def main(config: CompareConfig) -> None:
    """Compare, and print a table."""
    print(table_heading())
    missed = 0
    for row in compare_all(config):
        print(table_row(row), flush=True)
        missed += not row.is_alike
    print(f"{missed} rows miss mean <= 2, 97 % within 8, or worst <= 4 grey levels")
    if config.worst is not None:
        print(f"the worst pictures: {config.worst}")


if __name__ == "__main__":
    run_command(CompareConfig, main, __doc__)
