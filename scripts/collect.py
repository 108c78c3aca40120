"""``darla collect`` from a clone: python scripts/collect.py --help."""

from darla_agents.commands.collect import run

if __name__ == "__main__":
    run()
