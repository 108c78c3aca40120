"""``darla convert`` from a clone: python scripts/convert.py --help."""

from darla_agents.commands.convert import run

if __name__ == "__main__":
    run()
