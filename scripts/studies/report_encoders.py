"""Make the study's report and figure from its rows alone.

python scripts/studies/report_encoders.py
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.stats import t

from darla.encoder.latent_pictures import save_picture
from darla.running.atomic import write_text
from darla.running.command import run_command
from encoders.prediction import AGENTS, LEARNT, prediction_table
from encoders.recipes import BASE, RECIPES

STUDY = Path(__file__).with_name("encoders")
GO = "go_to_object"
COLUMNS: dict[str, tuple[str, str]] = {
    "bearing, MLP": (GO, "kept/bearing/mlp"),
    "distance, MLP": (GO, "kept/distance/mlp"),
    "bearing, linear": (GO, "kept/bearing/linear"),
    "distance, linear": (GO, "kept/distance/linear"),
    "object colour, MLP": (GO, "kept/object_color/mlp"),
    "yaw, MLP": (GO, "kept/yaw/mlp"),
    "DCI-D": (GO, "metric/dci_disentanglement"),
    "MIG floor": (GO, "mig/floor"),
    "MIG wall": (GO, "mig/wall"),
    "movement, state read": (GO, "movement/state_role"),
    "bearing in all_three, state": (GO, "state_forecast/bearing/mlp/all_three"),
    "return": ("all", "source"),
    "return, look hidden": ("masked", "source"),
    "ratio all_three": ("all", "all_three"),
    "ratio all_three, look hidden": ("masked", "all_three"),
}
BETAS = {beta: f"darla beta={beta:g}" for beta in (0.25, 0.5, 1.0, 2.0, 4.0)} | {0.5: BASE}
KEPT = {
    "bearing (MLP)": (GO, "kept/bearing/mlp"),
    "distance (MLP)": (GO, "kept/distance/mlp"),
    "object colour (MLP)": (GO, "kept/object_color/mlp"),
    "yaw (MLP)": (GO, "kept/yaw/mlp"),
}
SEPARATED = {
    "DCI disentanglement": (GO, "metric/dci_disentanglement"),
    "MIG, floor": (GO, "mig/floor"),
    "MIG, wall": (GO, "mig/wall"),
    "movement of the state with the look": (GO, "movement/state_role"),
}
Rows = dict[str, list[dict]]


@dataclass(frozen=True)
class ReportConfig:
    """Where rows are, and where the report goes."""

    rows: Path = STUDY / "rows.jsonl"
    """File of the rows."""
    out: Path = STUDY
    """Folder of table.md, prediction.md and beta.png."""


def main(config: ReportConfig) -> None:
    """Write the tables and the figure."""
    rows: Rows = defaultdict(list)
    for line in config.rows.read_text().splitlines():
        row = json.loads(line)
        rows[row["recipe"]].append(row)
    every = [row for of in rows.values() for row in of]
    write_text(config.out / "table.md", table(rows) + "\n")
    write_text(config.out / "prediction.md", prediction_table(every) + "\n")
    save_picture(config.out / "beta.png", beta_figure(rows))
    for name in ("table.md", "prediction.md", "beta.png"):
        print(config.out / name)


def table(rows: Rows) -> str:
    """Return means over seeds with 95% t intervals, a line for each recipe."""
    lines = ["| recipe | seeds | " + " | ".join(COLUMNS) + " |"]
    lines.append("|---|---:|" + "---:|" * len(COLUMNS))
    for name in filter(rows.get, RECIPES):
        cells = [shown(values(rows[name], *place)) for place in COLUMNS.values()]
        lines.append(f"| {name} | {len(rows[name])} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def values(rows: list[dict], place: str, name: str) -> np.ndarray:
    """Return a score of each seed of a recipe, (n,); rows without it are left out.

    So are ratios of agents that did not learn (``prediction.LEARNT``). The place is a task, or one
    of the two agents, ``all`` and ``masked``; the name that of the score, or of the domain.
    """
    found = []
    for row in rows:
        scores = {**row["scores"], **row.get("transfer", {})}.get(place, {})
        learnt = place not in AGENTS or name == "source" or scores.get("source", 0.0) >= LEARNT
        if learnt and scores.get(name) is not None:
            found.append(scores[name])
    return np.array(found, dtype=np.float64)


def shown(found: np.ndarray) -> str:
    """Return the mean, and half the width of its interval where there are seeds enough."""
    if not len(found):
        return "-"
    half = half_width(found)
    return f"{found.mean():.2f}" + (f" ±{half:.2f}" if half is not None else "")


@dataclass(frozen=True)
class Interval:
    """The mean of a score over seeds with its interval, and the sample's standard deviation."""

    mean: float
    std: float
    low: float
    high: float
    values: tuple[float, ...]


def interval_of(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Return the mean of scores, one a seed, with its interval.

    It is Student's t interval: mean +- t std / sqrt(seeds), which is right for few seeds and scores
    that are about normal, and is not cut off at 0 or 1. It takes two values or more; confidence is
    how often such intervals hold the true mean, between 0 and 1.
    """
    mean, std = float(np.mean(values)), float(np.std(values, ddof=1))
    quantile = float(t.ppf((1 + confidence) / 2, len(values) - 1))
    reach = quantile * std / len(values) ** 0.5
    return Interval(mean, std, mean - reach, mean + reach, tuple(values))


def half_width(found: np.ndarray) -> float | None:
    """Return half of the 95% Student's t interval of the mean; None for under three values."""
    if len(found) < 3:
        return None
    interval = interval_of(found.tolist())
    return (interval.high - interval.low) / 2


def beta_figure(rows: Rows) -> np.ndarray:
    """Draw beta against what is kept and how well it is separated; uint8 (height, width, 3).

    Lines join means over seeds, small dots are single seeds: three say more so than an interval.
    """
    figure = Figure(figsize=(9, 4.2), dpi=110, layout="constrained")
    for axes, title, curves in zip(
        figure.subplots(1, 2, sharex=True),
        ("what is kept (R²)", "how well it is separated"),
        (KEPT, SEPARATED),
        strict=True,
    ):
        for label, place in curves.items():
            betas = [
                beta for beta, name in BETAS.items() if len(values(rows.get(name, []), *place))
            ]
            found = [values(rows[BETAS[beta]], *place) for beta in betas]
            (line,) = axes.plot(betas, [one.mean() for one in found], marker="o", label=label)
            for beta, one in zip(betas, found, strict=True):
                axes.plot([beta] * len(one), one, ".", color=line.get_color(), alpha=0.5)
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(BETAS), [f"{beta:g}" for beta in BETAS])
        axes.set_xlabel("beta")
        axes.set_title(title, fontsize=10)
        axes.set_ylim(-0.15, 1.15)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


if __name__ == "__main__":
    run_command(ReportConfig, main, __doc__)
