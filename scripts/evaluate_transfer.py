"""Evaluate saved agents, and the random policy, in domains that look different.

Example::

    python scripts/evaluate_transfer.py --agents runs/agents --out results/transfer.csv
"""

from darla.running.command import run_command
from darla_agents.playing.evaluate import EvaluateConfig, evaluate


def main(config: EvaluateConfig) -> None:
    """Evaluate, and say where the rows are."""
    result = evaluate(config)
    for run in result.unfinished:
        print(f"left out, not finished: {run}")
    print(f"{result.played} episodes played, {result.skipped} were there already: {result.out}")
    print(f"compare them with: python scripts/compare.py --rows {result.out}")


if __name__ == "__main__":
    run_command(EvaluateConfig, main, __doc__)
