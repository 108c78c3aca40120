"""``darla watch`` from a clone: python scripts/watch.py --help."""

from darla_agents.commands.watch import run

if __name__ == "__main__":
    run()
