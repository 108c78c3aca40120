"""``darla compare`` from a clone: python scripts/compare.py --help."""

from darla_agents.commands.compare import run

if __name__ == "__main__":
    run()
