"""``darla push`` from a clone: python scripts/push.py --help."""

from darla_agents.commands.push import run

if __name__ == "__main__":
    run()
