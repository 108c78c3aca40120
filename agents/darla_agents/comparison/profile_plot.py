"""Plot of performance profiles over transfer ratios."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context

from darla_agents.comparison.plot_style import (
    GREY,
    SETTINGS,
    add_grid,
    add_legend,
    add_title,
    count_seeds,
    draw_band,
    new_figure,
    save,
    style_of,
)
from darla_agents.comparison.scores import TaskScores
from darla_agents.comparison.summary import THRESHOLDS, GroupSummary, Profile

_MARGIN = 0.05  # of ratio, beside what is shown


def plot_profiles(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw the share of seeds and targets whose transfer ratio lies above each threshold, as a PNG.

    Groups without a profile are left out.
    """
    with rc_context(SETTINGS):
        figure = new_figure(8.5, 4.8)
        axes = figure.add_subplot()
        add_grid(axes, "both")
        for reference in (0, 1):
            axes.axvline(reference, color=GREY, linewidth=1, zorder=0)
        groups = [summary for summary in summaries if summary.profile is not None]
        kinds = [summary.group.kind for summary in groups]
        profiles = [summary.profile for summary in groups if summary.profile is not None]
        for place, (summary, profile) in enumerate(zip(groups, profiles, strict=True)):
            color, _ = style_of(kinds, place)
            if profile.band is not None:
                draw_band(axes, THRESHOLDS, profile.band, color)
            label, order = count_seeds(summary.group.label, profile.seeds), 3 + len(groups) - place
            axes.plot(
                THRESHOLDS, profile.share, color=color, linewidth=2, label=label, zorder=order
            )
        axes.set_xlim(*_shown(profiles))
        axes.set_ylim(-0.02, 1.03)
        axes.set_xlabel("transfer ratio τ (0: as random, 1: as in its source)")
        axes.set_ylabel("share of seeds and targets above τ")
        single = all(profile.band is None for profile in profiles)
        how = (
            "one seed: no intervals"
            if single
            else "bands: pointwise 95% bootstrap intervals over seeds"
        )
        targets = len(scores.targets)
        how += f"; {targets} {'target' if targets == 1 else 'targets'}"
        add_title(axes, f"How much is kept how often: {scores.task}", how)
        add_legend(figure, axes)
        save(figure, path)


def _shown(profiles: Sequence[Profile]) -> tuple[float, float]:
    """Return the thresholds between which profiles fall from 1 to 0, and at least 0 to 1."""
    moving = np.zeros(len(THRESHOLDS), dtype=bool)
    for profile in profiles:
        moving |= (profile.share < 1.0) & (profile.share > 0.0)
        falls = np.flatnonzero(np.diff(profile.share))
        moving[falls] = True
    where = THRESHOLDS[moving]
    low, high = (where.min(), where.max()) if where.size else (0.0, 1.0)
    return min(0.0, float(low)) - _MARGIN, max(1.0, float(high)) + _MARGIN
