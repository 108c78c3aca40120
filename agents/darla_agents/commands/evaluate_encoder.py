"""Evaluate encoders: disentanglement, what probes read in every domain, and invariance.

darla evaluate-encoder --bundles runs/vision/encoder --out runs/evaluation
darla evaluate-encoder --bundles runs/mine/encoder --data data/new
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.evaluate import evaluate_encoders


def main(config: EncoderEvaluationConfig) -> None:
    """Evaluate, print the table, and say where everything is."""
    result = evaluate_encoders(config)
    print(result.report, end="\n\n")
    print(f"table:   {result.table}\nnumbers: {result.numbers}")
    for path in result.pictures:
        print(f"picture: {path}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(EncoderEvaluationConfig, main, __doc__, arguments=arguments, program=program)
