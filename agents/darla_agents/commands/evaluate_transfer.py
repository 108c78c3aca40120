"""Evaluate saved agents, and the random policy, in domains that look different.

darla evaluate-transfer --agents runs/agents --out results/transfer.csv
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer


def main(config: EvaluateTransferConfig) -> None:
    """Evaluate, and say where the rows are."""
    result = evaluate_transfer(config)
    for run in result.unfinished:
        print(f"left out, not finished: {run}")
    for (agent, domain), share in result.alarms.items():
        print(f"alarm raised: {agent} in {domain}: {share:.1%} of its steps")
    print(f"{result.played} episodes played, {result.skipped} were there already: {result.out}")
    print(f"compare them with: darla compare --rows {result.out}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(EvaluateTransferConfig, main, __doc__, arguments=arguments, program=program)
