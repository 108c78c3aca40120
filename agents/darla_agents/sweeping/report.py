"""What a sweep leaves behind: ``sweep.md``, ``sweep.json`` and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from darla.running.atomic import write_json, write_text
from darla.running.markdown import markdown_table
from darla.running.plain_json import plain
from darla_agents.sweeping.command_lines import train_agent_line, train_vision_line
from darla_agents.sweeping.importance import FEWEST_TO_TRUST, importance
from darla_agents.sweeping.plots import draw_sweep
from darla_agents.sweeping.stage_settings import AGENT, VISION
from darla_agents.sweeping.study import COMPLETE, FAILED, SweepStudy, TrialResult
from darla_agents.sweeping.sweep_file import Sweep

TABLE, NUMBERS = "sweep.md", "sweep.json"
_BEST = "best"  # the folder that command lines train into


@dataclass(frozen=True)
class SweepReport:
    """The text of a sweep's report, and where it and its numbers and pictures are."""

    text: str
    table: Path
    numbers: Path
    pictures: tuple[Path, ...]


def write_report(sweep: Sweep, study: SweepStudy, out: Path, seed: int) -> SweepReport:
    """Write what came of the trials so far into the sweep's folder."""
    results, best = study.results(), study.best()
    shares = importance(study.study, len(sweep.measures), list(sweep.space), seed)
    lines = {each.number: command_lines(sweep, each, out) for each in best}
    text = _text(sweep, results, best, shares, lines)
    write_text(out / TABLE, text + "\n")
    numbers = {
        "objectives": [
            {"label": each.label, "direction": each.direction, **plain(each)}
            for each in sweep.measures
        ],
        "trials": [plain(asdict(each)) for each in results],
        "best": [each.number for each in best],
        "importance": [plain(each) for each in shares],
        "commands": {str(number): list(found) for number, found in lines.items()},
        "seed": seed,
    }
    write_json(out / NUMBERS, numbers)
    pictures = draw_sweep(sweep, results, best, shares, out)
    return SweepReport(text, out / TABLE, out / NUMBERS, tuple(pictures))


def command_lines(sweep: Sweep, result: TrialResult, out: Path) -> tuple[str, ...]:
    """Return the commands that train a trial's settings again, beside the trials."""
    values, folder = sweep.values(result.drawn), out / _BEST
    found = []
    if VISION in sweep.stages:
        found.append(train_vision_line(sweep.vision_config(values, folder)))
    if AGENT in sweep.stages:
        found.append(train_agent_line(sweep.agent_config(values, folder)))
    return tuple(found)


def _text(
    sweep: Sweep,
    results: Sequence[TrialResult],
    best: Sequence[TrialResult],
    shares: Sequence[Mapping[str, float]],
    lines: Mapping[int, Sequence[str]],
) -> str:
    """Return the report, in Markdown."""
    parts = ["# Sweep", _counted(sweep, results), *_of_best(sweep, best, lines)]
    parts += ["## Trials", _trials(sweep, results, best)]
    failed = [f"- trial {each.number}: {each.failure}" for each in results if each.state == FAILED]
    if failed:
        parts += ["## What failed", "\n".join(failed)]
    for measure, found in zip(sweep.measures, shares, strict=True):
        if found:
            rows = [[name, f"{share:.2f}"] for name, share in found.items()]
            parts += [
                f"## What matters to the {measure.label}",
                markdown_table(["setting", "share of variance (fANOVA)"], rows),
            ]
    complete = sum(each.state == COMPLETE for each in results)
    if any(shares) and complete < FEWEST_TO_TRUST:
        parts.append(
            f"Of {complete} complete trials: with fewer than {FEWEST_TO_TRUST} these shares say "
            "little."
        )
    return "\n\n".join(parts)


def _counted(sweep: Sweep, results: Sequence[TrialResult]) -> str:
    """Say what was measured, and how many trials came to what end."""
    states = [each.state for each in results]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    measured = "; ".join(f"{each.label} ({each.direction})" for each in sweep.measures)
    return f"{measured}. Trials: {counts or 'none'}."


def _of_best(
    sweep: Sweep, best: Sequence[TrialResult], lines: Mapping[int, Sequence[str]]
) -> list[str]:
    """Say what is best, and how to train it again."""
    if not best:
        return ["No trial is complete."]
    found = []
    if len(sweep.measures) > 1:
        found.append(
            "None of these is worse than another in both measures; which of them to take, the "
            "two measures alone do not say."
        )
    for each in best:
        measured = ", ".join(
            f"{measure.label} {value:.4g}"
            for measure, value in zip(sweep.measures, each.values or (), strict=True)
        )
        found.append(
            f"## {'Best' if len(sweep.measures) == 1 else 'On the front'}: trial {each.number}"
        )
        found.append(f"{measured}. What it trained lies in `trials/{each.number:04d}`; again:")
        found.append("```bash\n" + "\n".join(lines[each.number]) + "\n```")
    if len(sweep.measures) == 1:
        found.append(
            "The best of many measures is better than what it measures: the same settings, with "
            "another seed, are likely to be a little worse."
        )
    return found


def _trials(sweep: Sweep, results: Sequence[TrialResult], best: Sequence[TrialResult]) -> str:
    """Return the table of trials."""
    numbers = {each.number for each in best}
    header = ["trial", "state", *(each.label for each in sweep.measures), *sweep.space]
    rows = []
    for each in results:
        values = each.values or (None,) * len(sweep.measures)
        rows.append(
            [
                f"{each.number}{' *' if each.number in numbers else ''}",
                each.state,
                *("" if value is None else f"{value:.4g}" for value in values),
                *(shown(each.drawn.get(name)) for name in sweep.space),
            ]
        )
    return markdown_table(header, rows, left=2)


def shown(value: Any) -> str:
    """Return a setting's value for a table."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
