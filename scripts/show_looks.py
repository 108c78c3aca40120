"""``darla show-looks`` from a clone: python scripts/show_looks.py --help."""

from darla_agents.commands.show_looks import run

if __name__ == "__main__":
    run()
