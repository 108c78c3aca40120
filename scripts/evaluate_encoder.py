"""``darla evaluate-encoder`` from a clone: python scripts/evaluate_encoder.py --help."""

from darla_agents.commands.evaluate_encoder import run

if __name__ == "__main__":
    run()
