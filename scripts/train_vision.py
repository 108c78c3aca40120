"""``darla train-vision`` from a clone: python scripts/train_vision.py --help."""

from darla_agents.commands.train_vision import run

if __name__ == "__main__":
    run()
