"""``darla pull`` from a clone: python scripts/pull.py --help."""

from darla_agents.commands.pull import run

if __name__ == "__main__":
    run()
