"""``darla use`` from a clone: python scripts/use.py --help."""

from darla_agents.commands.use import run

if __name__ == "__main__":
    run()
