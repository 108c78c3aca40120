"""``darla train-agent`` from a clone: python scripts/train_agent.py --help."""

from darla_agents.commands.train_agent import run

if __name__ == "__main__":
    run()
