"""Draw what agents returned while they learned: against steps and against time, in every domain.

darla plot-curves --agents runs/agents --domains source all_three
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.comparison.curve_plot import PlotCurvesConfig, plot_curves


def main(config: PlotCurvesConfig) -> None:
    """Draw, and say where the picture is."""
    print(f"plot: {plot_curves(config)}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(PlotCurvesConfig, main, __doc__, arguments=arguments, program=program)
