"""``darla sweep`` from a clone: python scripts/sweep.py --help."""

from darla_agents.commands.sweep import run

if __name__ == "__main__":
    run()
