"""Draw what agents returned while they learned: against steps and against time, in every domain.

Example::

    python scripts/plot_curves.py --agents runs/agents --domains source all_three
"""

from darla.running.command import run_command
from darla_agents.comparison.curve_plot import PlotCurvesConfig, plot_curves


def main(config: PlotCurvesConfig) -> None:
    """Draw, and say where the picture is."""
    print(f"plot: {plot_curves(config)}")


if __name__ == "__main__":
    run_command(PlotCurvesConfig, main, __doc__)
