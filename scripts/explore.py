"""``darla explore`` from a clone: python scripts/explore.py --help."""

from darla_agents.commands.explore import run

if __name__ == "__main__":
    run()
