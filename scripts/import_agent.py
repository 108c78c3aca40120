"""``darla import-agent`` from a clone: python scripts/import_agent.py --help."""

from darla_agents.commands.import_agent import run

if __name__ == "__main__":
    run()
