"""Evaluate encoders: disentanglement, what probes read in every domain, and invariance.

Example::

    python scripts/evaluate_encoder.py --bundles runs/vision/encoder --out runs/evaluation
"""

import os

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


if __name__ == "__main__":
    run_command(EncoderEvaluationConfig, main, __doc__)
