"""Make the report of the transfer study from its rows alone: tables, plots and learning curves.

python scripts/studies/report_transfer.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from darla.running.atomic import write_text
from darla.running.checked_json import read_json
from darla.running.command import run_command
from darla_agents.agent.kinds import RANDOM
from darla_agents.comparison.curve_plot import draw_curves
from darla_agents.comparison.estimates import Sampling
from darla_agents.comparison.plots import plot_profiles, plot_ratios
from darla_agents.comparison.report import INTERVALS
from darla_agents.comparison.scores import score_tasks
from darla_agents.comparison.summary import summarise_group
from darla_agents.playing.row import Row
from darla_agents.playing.rows import read_rows
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import SEEN_LOOKS
from novelty import encoder_coverage
from transfer.ladder import COLORS, LADDER, VALIDATED_IN, WRAPPER_OPTIONS
from transfer.results import Results, read_curve_rows
from transfer.tables import (
    FACTORS,
    LITTLE,
    REFERENCE,
    learnt_too_little,
    nothing_learnt,
    novelties,
    options_by_return,
    options_table,
    ratios_table,
    rivals_table,
    summary_table,
    targets_table,
)

STUDY = Path(__file__).with_name("transfer")
BY = ("algorithm", "source", "total_timesteps")
SHOWN = ("pixels", "pixels_conv", "pixels_d_u", "beta_vae_4", "darla", "factors")
"""Agents in plots, beside the wrapper option that is chosen: more could not be told apart."""


@dataclass(frozen=True)
class ReportConfig:
    """What to report, and where."""

    task: str = GO_TO_OBJECT
    """Id of the environment."""
    results: Path = STUDY
    """Folder of the rows."""
    out: Path = STUDY
    """Folder of the report."""


def main(config: ReportConfig) -> None:
    """Write the report and its pictures.

    Raises:
        FileNotFoundError: there are no rows of the task.
        ValueError: there are no rows of agents.
    """
    results = Results(config.results, config.task)
    rows = read_rows(results.path)
    (scores,) = score_tasks(rows, BY)
    stem, order = results.path.name.removesuffix(".csv.gz"), tuple(LADDER[config.task])
    known = results.coverage.is_file()
    labels = novelties(scores, encoder_coverage(read_json(results.coverage))) if known else {}
    colors = [color for color in COLORS[config.task] if color in scores.targets]
    validated_in = VALIDATED_IN[config.task]
    options = options_by_return(scores, WRAPPER_OPTIONS, validated_in)
    idle = nothing_learnt(scores)
    transferring = [row for row in rows if (row.kind, row.agent_seed) not in idle]
    parts = [
        f"# {config.task}",
        f"Means over seeds. {INTERVALS} Colours: {', '.join(colors)}.",
        summary_table(scores, order, colors),
        learnt_too_little(scores, order),
        "Wrapper options, by what they return in D_U's looks with the source's objects; claims are "
        "about the best of them.",
        options_table(options, validated_in),
        f"Where pixels keep {LITTLE} of their margin or less, and whether the intervals of the "
        "options lie above theirs:",
        rivals_table(scores, tuple(options)),
        "What is new about each target after each source: two values together (new pair), values "
        "that the policy has not met (OOD1), or the encoder either (OOD2). Mean returns of pixels "
        "that were trained in the target itself, and of others that were not:",
        targets_table(scores, labels, [REFERENCE, *list(options)[:1], FACTORS]),
        "Transfer ratio to each target:",
        ratios_table(scores, order),
        *pictures(config, transferring, stem, (*SHOWN, *list(options)[:1])),
    ]
    write_text(config.out / f"{stem}.md", "\n\n".join(parts) + "\n")
    print(f"report: {config.out / f'{stem}.md'}")


def pictures(
    config: ReportConfig, rows: Sequence[Row], stem: str, agents: Sequence[str]
) -> list[str]:
    """Draw ratios, profiles and learning curves of some agents; returns them as Markdown."""
    few = [row for row in rows if row.kind in (*agents, RANDOM)]
    files = {}
    if any(row.kind != RANDOM for row in few):
        (scores,) = score_tasks(few, BY)
        summaries = [summarise_group(scores, group, Sampling()) for group in scores.groups]
        for name, plot in (("ratios", plot_ratios), ("profiles", plot_profiles)):
            files[name] = config.out / f"{stem}_{name}.png"
            plot(scores, summaries, files[name])
    points = read_curve_rows(config.results / f"{stem}_curves.csv.gz")
    points = [point for point in points if point.kind in agents]
    if points:
        files["learning curves"] = config.out / f"{stem}_curves.png"
        found = dict.fromkeys(point.domain for point in points)
        domains = [name for name in found if name not in SEEN_LOOKS]
        draw_curves(points, domains, files["learning curves"])
    return [f"![{name} of {config.task}]({path.name})" for name, path in files.items()]


if __name__ == "__main__":
    run_command(ReportConfig, main, __doc__)
