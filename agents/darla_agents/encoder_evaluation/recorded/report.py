"""What was measured of encoders on recorded frames, as a table for people and as numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from darla.probes import PROBES, ProbeReport, Retrieval
from darla.vision.verdict import Verdict
from darla_agents.encoder_evaluation.recorded.actions import ACTION
from darla_agents.encoder_evaluation.recorded.recoloring import FoundFrames, Recoloring
from darla_agents.encoder_evaluation.report import (
    EncoderFacts,
    NamedValue,
    columns_table,
    excluded_factors,
    fact_rows,
    kept_rows,
    left_out_lines,
    score_name,
)


@dataclass(frozen=True, kw_only=True)
class RecordedScores(EncoderFacts):
    """All that was measured of one encoder on recorded frames.

    The state is the active latents that the encoder says hold it; all active ones where it says
    nothing.
    """

    verdict: Verdict
    """Of frames that were recorded; see :func:`darla.vision.verdict.judge`."""
    probes: ProbeReport | None
    """Probes of all latents for all factors, trained in some looks, tested in these and others;
    None when no factor was recorded."""
    state_probes: ProbeReport | None
    """The same of the state alone, for the factors that are not of the look; None when the encoder
    tells none apart."""
    look_from_state: ProbeReport | None
    """Linear probes of the state for the factors of the look; of which of 20 episodes a frame is
    where none was recorded. Less is better."""
    look_from_all: ProbeReport | None
    """The same of all active latents, to compare with; None when they are the state."""
    recoloring: Recoloring
    """Movement of the state between frames in random colours."""
    restyled: Mapping[str, float | None]
    """Movement of the state between frames and the same in another look, by the shift of the look;
    empty when no latent stands for the state."""
    found: FoundFrames | None
    """Frames found by the state of others; None when frames do not differ."""
    actions: ProbeReport | None
    """Probes of the state of two frames in a row for the action between; None when none was
    recorded."""
    action_chance: float
    """The score of guessing the action."""
    state_factors: tuple[str, ...]
    """The factors that are not of the look."""
    left_out_of_metrics: dict[str, str]
    """Why metrics leave factors out, by name."""
    notes: tuple[str, ...]
    """What must be known to believe the numbers."""


def recorded_table(scores: Sequence[RecordedScores]) -> str:
    """Return a table in Markdown: a column for each encoder, a row for each number."""
    return columns_table({each.label: _rows(each) for each in scores})


def recorded_notes(scores: Sequence[RecordedScores]) -> str:
    """Say what must be known of the numbers, and what was not measured and why, in lines."""
    lines = []
    for each in scores:
        lines += [f"{each.label}: {note}" for note in each.notes]
        excluded = {
            "metrics": each.left_out_of_metrics | excluded_factors(each),
            "probes": {} if each.probes is None else dict(each.probes.excluded),
        }
        lines += left_out_lines(each.label, excluded)
    return "\n".join(lines)


def _rows(scores: RecordedScores) -> Iterator[NamedValue]:
    """Yield the names and values of one encoder's column."""
    yield from fact_rows(scores)
    yield "kept variance", scores.verdict.kept_variance
    yield from _probe_rows(scores)
    for name, report in {"state": scores.look_from_state, "all": scores.look_from_all}.items():
        yield from _look_rows(f"look read from {name} latents", report)
    yield from _recoloring_rows(scores.recoloring)
    for name, value in scores.restyled.items():
        yield f"movement in other looks: the state, {name} at half strength", value
    if scores.found is not None:
        yield from _found_rows("frame found by recoloured copy", scores.found.recolored)
        yield from _found_rows("next frame found by frame", scores.found.next)
    yield from _action_rows(scores)


def _probe_rows(scores: RecordedScores) -> Iterator[NamedValue]:
    """Yield what is kept in the looks of training, and the forecast for others."""
    if scores.probes is None:
        return
    yield from kept_rows(scores.probes, _tested(scores.probes)[0])
    yield from _forecast_rows("forecast", scores.probes, scores.state_factors)
    if scores.state_probes is not None:
        name = "forecast from state latents"
        yield from _forecast_rows(name, scores.state_probes, scores.state_factors)


def _forecast_rows(name: str, report: ProbeReport, targets: Sequence[str]) -> Iterator[NamedValue]:
    """Yield what probes read in the looks of training and in each other, and how much is lost."""
    kinds = {each.target: each.kind for each in report.scores}
    seen, *others = _tested(report)
    for target in (each for each in targets if each in kinds):
        for probe in PROBES:
            what = f"{target}, {score_name(kinds[target])} ({probe})"
            here = report.mean(target, seen, probe)
            yield f"{name} for {seen}: {what}", here
            for domain in others:
                there = report.mean(target, domain, probe)
                yield f"{name} for {domain}: {what}", there
                lost = None if here is None or there is None else here - there
                yield f"{name} for {domain}, lost: {what}", lost


def _look_rows(name: str, report: ProbeReport | None) -> Iterator[NamedValue]:
    """Yield how well the look can be read; chance is 0 for R2."""
    for each in () if report is None else report.scores:
        yield f"{name}: {each.target}, {score_name(each.kind)}, less is better", each.match.score


def _recoloring_rows(moved: Recoloring) -> Iterator[NamedValue]:
    """Yield how far the state moves with random colours."""
    yield "movement when recoloured: the state", moved.together
    if moved.latents is not None:
        yield "movement when recoloured: all active state latents", moved.latents.mean
    for probe, movements in moved.predictions.items():
        for target, value in movements.items():
            yield f"movement when recoloured: {target} as read ({probe})", value


def _found_rows(name: str, found: Retrieval | None) -> Iterator[NamedValue]:
    """Yield how often frames are found, with what chance gives."""
    if found is not None:
        yield f"{name}, first of {found.candidates:,} (chance {found.chance_1:.3f})", found.top_1
        yield f"{name}, in first five (chance {found.chance_5:.3f})", found.top_5


def _action_rows(scores: RecordedScores) -> Iterator[NamedValue]:
    """Yield how well actions are read from two frames, in every look."""
    if scores.actions is None or not scores.actions.scores:
        return
    for domain in _tested(scores.actions):
        for probe in PROBES:
            name = f"{ACTION} read from two frames in {domain}, balanced accuracy ({probe})"
            value = scores.actions.mean(ACTION, domain, probe)
            yield f"{name}, chance {scores.action_chance:.3f}", value


def _tested(report: ProbeReport) -> list[str]:
    """Return the domains that probes were tested in, those of training first."""
    return list(dict.fromkeys(each.tested_in for each in report.scores)) or [""]
