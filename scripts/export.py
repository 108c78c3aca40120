"""``darla export`` from a clone: python scripts/export.py --help."""

from darla_agents.commands.export import run

if __name__ == "__main__":
    run()
