"""``darla evaluate-transfer`` from a clone: python scripts/evaluate_transfer.py --help."""

from darla_agents.commands.evaluate_transfer import run

if __name__ == "__main__":
    run()
