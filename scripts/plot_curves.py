"""``darla plot-curves`` from a clone: python scripts/plot_curves.py --help."""

from darla_agents.commands.plot_curves import run

if __name__ == "__main__":
    run()
