"""Make the table of all objectives from their rows alone.

python scripts/studies/report_objectives.py
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from darla.objectives.registry import families
from darla.running.atomic import write_text
from darla.running.command import run_command
from darla.running.markdown import markdown_table
from encoders.acting import ONE_OF_THEM
from encoders.prediction import COLORS, LEARNT
from encoders.recipes import ONE_EACH
from report_encoders import GO, STUDY, Rows, half_width

Read = Callable[[dict], float | None]
"""What a column has of a row; None where an encoder lacks it."""


def score(name: str) -> Read:
    """Read one score of the evaluation."""
    return lambda row: row["scores"].get(GO, {}).get(name)


def forecast(target: str, domain: str) -> Read:
    """Read what a probe foretells: on the state where it is told from the look, else on all."""

    def read(row: dict) -> float | None:
        kind = "state_forecast" if tells_state(row) else "forecast"
        return score(f"{kind}/{target}/mlp/{domain}")(row)

    return read


def picture(name: str) -> Read:
    """Read how well frames are drawn."""
    return lambda row: row.get("pictures", {}).get(GO, {}).get(name)


def tells_state(row: dict) -> bool:
    """Tell whether the encoder of a row says which latents hold the state."""
    return score("movement/state_role")(row) is not None


def agent_of(row: dict) -> dict[str, float]:
    """Return what the agent did that suits the encoder; see encoders/acting.py."""
    found: dict[str, float] = row.get("transfer", {}).get(ONE_OF_THEM[tells_state(row)], {})
    return found


def source_return(row: dict) -> float | None:
    """Read the agent's mean return in the source."""
    return agent_of(row).get("source")


def transfer_ratio(row: dict) -> float | None:
    """Read the mean of the transfer ratios over new colours; None of agents that learnt nothing."""
    ratios = [agent_of(row).get(color) for color in COLORS]
    known = [ratio for ratio in ratios if ratio is not None]
    learnt = (source_return(row) or 0.0) >= LEARNT
    return float(np.mean(known)) if learnt and len(known) == len(ratios) else None


COLUMNS: dict[str, tuple[Read, int]] = {
    "SSIM": (picture("ssim"), 2),
    "frames a second": (lambda row: row.get("frames_per_second"), 0),
    "MIG": (score("metric/mig"), 2),
    "DCI-D": (score("metric/dci_disentanglement"), 2),
    "SAP": (score("metric/sap"), 2),
    "MIG bearing": (score("mig/bearing"), 2),
    "MIG distance": (score("mig/distance"), 2),
    "MIG yaw": (score("mig/yaw"), 2),
    "bearing, MLP": (score("kept/bearing/mlp"), 2),
    "distance, MLP": (score("kept/distance/mlp"), 2),
    "object colour, MLP": (score("kept/object_color/mlp"), 2),
    "yaw, MLP": (score("kept/yaw/mlp"), 2),
    "forecast: bearing in all_three": (forecast("bearing", "all_three"), 2),
    "forecast: distance in all_three": (forecast("distance", "all_three"), 2),
    "return": (source_return, 2),
    "ratio in new colours": (transfer_ratio, 2),
}
"""What is read of rows, and with how many digits it is shown."""


@dataclass(frozen=True)
class ReportConfig:
    """Where rows are, and where the table goes."""

    rows: Path = STUDY / "objectives.jsonl"
    """File of the rows."""
    out: Path = STUDY / "objectives.md"
    """File of the table."""


def main(config: ReportConfig) -> None:
    """Write the table."""
    rows: Rows = defaultdict(list)
    for line in config.rows.read_text().splitlines():
        row = json.loads(line)
        rows[row["recipe"]].append(row)
    write_text(config.out, table(rows) + "\n")
    print(config.out)


def table(rows: Rows) -> str:
    """Return means over seeds with 95% t intervals, a line for each objective, by family."""
    lines = []
    for family, names in families().items():
        for name in names:
            found = rows.get(ONE_EACH.get(name, name), [])
            if found:
                cells = [shown(found, *column) for column in COLUMNS.values()]
                lines.append([name, family, str(len(found)), *cells])
    return markdown_table(["objective", "family", "seeds", *COLUMNS], lines, left=2)


def shown(rows: list[dict], read: Read, digits: int) -> str:
    """Return the mean over rows, and half the width of its interval where seeds are enough."""
    known = np.array([value for value in map(read, rows) if value is not None], dtype=np.float64)
    if not len(known):
        return "-"
    half = half_width(known)
    return f"{known.mean():.{digits}f}" + (f" ±{half:.{digits}f}" if half is not None else "")


if __name__ == "__main__":
    run_command(ReportConfig, main, __doc__)
