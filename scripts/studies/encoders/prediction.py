"""Does anything that can be measured on an encoder predict how its agents transfer?

Spearman's rank correlation over the encoders of the study of each score with the mean over new
colours of the transfer ratio, and of the return, of the agents on that encoder. Intervals are 95%
bootstrap intervals over recipes, which bring all their seeds along: encoders that differ in their
seed alone are no independent evidence. A score that says nothing about transfer has an interval
that holds 0; with dozens of scores one in twenty will not.
"""

from collections.abc import Sequence

import numpy as np

from darla_envs.description.tasks import GO_TO_OBJECT
from rank_correlation import RankCorrelation, rank_correlation
from transfer.ladder import COLORS as TARGETS_OF

COLORS = TARGETS_OF[GO_TO_OBJECT]
"""Targets whose colours encoders have seen and policies have not."""
AGENTS = {"all": "all latents", "masked": "look hidden"}
RATIO, RETURN = "ratio", "return"
OUTCOMES = {
    f"{measure}, {shown}": (agent, measure)
    for measure in (RATIO, RETURN)
    for agent, shown in AGENTS.items()
}
"""What scores are compared with, by the heading of its column."""
FEWEST = 30
"""Encoders below which nothing is said."""
FEWEST_WITH_SCORE = 20
"""Encoders that must have a score; only some tell look from state."""
RANDOM_RETURN = 0.0517
"""The random policy's mean return in the 200 episodes of every row, which are the same in each."""
LEARNT = 0.5
"""Return in the source, of 0.92 on true factors, below which an agent has nothing to transfer: its
ratio compares noise with noise."""
TASK = "go_to_object"


def outcomes(rows: Sequence[dict], agent: str, measure: str) -> np.ndarray:
    """Return how well each encoder's agent does over COLORS on average, (n,); NaN where unknown.

    The agent is ``all`` or ``masked``; the measure ``ratio``, the transfer ratio, NaN for agents
    that did not learn, or ``return``.
    """
    found = [row.get("transfer", {}).get(agent, {}) for row in rows]
    ratios = np.array([np.mean([each.get(color, np.nan) for color in COLORS]) for each in found])
    source = np.array([each.get("source", np.nan) for each in found])
    if measure == RETURN:
        return RANDOM_RETURN + ratios * (source - RANDOM_RETURN)
    return np.where(source >= LEARNT, ratios, np.nan)


def predictors(rows: Sequence[dict]) -> dict[str, np.ndarray]:
    """Return every score that varies between encoders, (n,) each; NaN where an encoder lacks it."""
    names = dict.fromkeys(name for row in rows for name in row["scores"][TASK])
    columns = {}
    for name in names:
        values = [row["scores"][TASK].get(name) for row in rows]
        columns[name] = np.array([np.nan if value is None else value for value in values])
    return {name: column for name, column in columns.items() if _varies(column)}


def prediction_table(rows: Sequence[dict]) -> str:
    """Return a Markdown table: scores in lines, the strongest first, outcomes in columns.

    Scores that fewer than FEWEST_WITH_SCORE encoders have are left out; with fewer rows than FEWEST
    there is no table.
    """
    if len(rows) < FEWEST:
        return f"{len(rows)} encoders have rows so far, and fewer than {FEWEST} say nothing."
    targets = {name: outcomes(rows, *which) for name, which in OUTCOMES.items()}
    columns = {
        name: column
        for name, column in predictors(rows).items()
        if np.isfinite(column).sum() >= FEWEST_WITH_SCORE
    }
    recipes = [row["recipe"] for row in rows]
    found = {
        name: [rank_correlation(column, target, recipes) for target in targets.values()]
        for name, column in columns.items()
    }
    lines = ["| score | encoders | " + " | ".join(OUTCOMES) + " |"]
    lines.append("|---|---:|" + "---:|" * len(OUTCOMES))
    for name in sorted(found, key=lambda name: -max(map(_size, found[name]))):
        cells = [str(int(np.isfinite(columns[name]).sum())), *map(_shown, found[name])]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _varies(column: np.ndarray) -> bool:
    known = column[np.isfinite(column)]
    return len(known) > 0 and bool(np.ptp(known) > 0)


def _size(found: RankCorrelation | None) -> float:
    return 0.0 if found is None else abs(found.value)


def _shown(found: RankCorrelation | None) -> str:
    if found is None:
        return "-"
    interval = found.interval
    brackets = "" if interval is None else f" [{interval.low:+.2f}, {interval.high:+.2f}]"
    return f"{found.value:+.2f}{brackets}"
