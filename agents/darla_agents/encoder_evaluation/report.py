"""The scores of encoders as a table for people, and as numbers for programs."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darla.metrics import Result
from darla.probes import PROBES, ProbeReport
from darla.running.markdown import markdown_table
from darla.running.plain_json import plain
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.measures import StateInvariance
from darla_agents.encoder_evaluation.probe_targets import STATE

_MLP = "mlp"


@dataclass(frozen=True, kw_only=True)
class EncoderFacts:
    """What is measured of one encoder whatever frames there are."""

    label: str
    path: str
    objective: str
    """What it was trained to do."""
    active_latents: int
    """How many of its latents carry anything."""
    latents: int
    codes_in_use: float | None = None
    """The share of its codes that the metrics' frames have; None where latents have none."""
    total_correlation: float
    """Of its latents over the metrics' frames, in nats, taken as Gaussian."""
    metrics: Mapping[str, Result]
    """Results by the metric's name."""
    udr: float | None
    """Agreement with the other encoders; None when there is no other."""


@dataclass(frozen=True, kw_only=True)
class EncoderScores(EncoderFacts):
    """All that was measured of one encoder on frames of a task."""

    kept: ProbeReport
    """Probes trained and tested in the domain that frames come from."""
    forecast: ProbeReport
    """Probes trained in the source, and tested there and in the targets."""
    state_forecast: ProbeReport | None
    """The same with only the latents that the encoder itself says hold the state; None when it
    tells none apart."""
    invariance: StateInvariance
    """Movement between two looks of one state."""


NamedValue = tuple[str, float | str | None]
"""A row's name, and the value in the column of one encoder."""


def table(scores: Sequence[EncoderScores], config: EncoderEvaluationConfig) -> str:
    """Return a table in Markdown: a column for each encoder, a row for each number."""
    return columns_table({each.label: _rows(each, config) for each in scores})


def columns_table(columns: Mapping[str, Iterable[NamedValue]]) -> str:
    """Return a table in Markdown of columns by their titles; rows of one name are one row."""
    rows: dict[str, list[str]] = {}
    for place, column in enumerate(columns.values()):
        for name, value in column:
            rows.setdefault(name, ["-"] * len(columns))[place] = _shown(value)
    return markdown_table(["", *columns], [[name, *cells] for name, cells in rows.items()])


def measured_on(config: EncoderEvaluationConfig) -> str:
    """Say whose frames the numbers of the table are of."""
    where = f"{config.domain}, and the forecast from {config.source}"
    return f"Measured on frames of {config.env}: {where}."


def left_out(scores: Sequence[EncoderScores]) -> str:
    """Say what was not measured, and why: a line for each encoder and kind; empty if nothing."""
    lines = []
    for each in scores:
        excluded = {
            "metrics": excluded_factors(each),
            "probes of what is kept": each.kept.excluded,
            "the forecast": each.forecast.excluded,
        }
        lines += left_out_lines(each.label, excluded)
    return "\n".join(lines)


def excluded_factors(scores: EncoderFacts) -> dict[str, str]:
    """Return why metrics left factors out, by the factors' names."""
    found = scores.metrics.values()
    return {name: why for result in found for name, why in result.excluded_factors.items()}


def left_out_lines(label: str, excluded: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Say what was left out of what, and why, a line for each measure that lacks something."""
    return [
        f"{label}: left out of {what}: "
        + "; ".join(f"{name} ({why})" for name, why in reasons.items())
        for what, reasons in excluded.items()
        if reasons
    ]


def to_json(scores: Sequence[EncoderFacts], config: EncoderEvaluationConfig) -> dict[str, Any]:
    """Return everything that was measured; what is undefined is null."""
    return {
        "config": plain({**dataclasses.asdict(config), "bundles": [str(p) for p in config.bundles]})
        | {"out": str(config.out)},
        "encoders": [
            plain(each)
            | {"scores": {name: plain(result.scores) for name, result in each.metrics.items()}}
            for each in scores
        ],
    }


def fact_rows(scores: EncoderFacts) -> Iterator[NamedValue]:
    """Yield the rows of what is measured of every encoder."""
    yield "objective", scores.objective
    yield "active latents", f"{scores.active_latents} of {scores.latents}"
    if scores.codes_in_use is not None:
        yield "codes in use", scores.codes_in_use
    yield "total correlation, nats", scores.total_correlation
    for result in scores.metrics.values():
        yield from result.scores.items()
    if scores.udr is not None:
        yield "udr", scores.udr


def kept_rows(kept: ProbeReport, domain: str) -> Iterator[NamedValue]:
    """Yield what each kind of probe reads in the domain that it was trained in."""
    for target, kind in {each.target: each.kind for each in kept.scores}.items():
        for probe in PROBES:
            value = kept.mean(target, domain, probe)
            yield f"kept in {domain}: {target}, {score_name(kind)} ({probe})", value


def score_name(kind: str) -> str:
    """Return what the score of a target of a kind is called."""
    return "balanced accuracy" if kind == "categorical" else "R2"


def _rows(scores: EncoderScores, config: EncoderEvaluationConfig) -> Iterator[NamedValue]:
    """Yield the names and values of one encoder's column."""
    yield from fact_rows(scores)
    yield from kept_rows(scores.kept, config.domain)
    yield from _forecast_rows("forecast", scores.forecast, config)
    yield from _forecast_rows("forecast from state latents", scores.state_forecast, config)
    moved = scores.invariance
    yield "movement with the look: latents that state is read from", moved.latents.mean
    if moved.state_role is not None:
        yield "movement with the look: state latents it is read from", moved.state_role.mean
    if moved.active_state is not None:
        yield "movement with the look: all active state latents", moved.active_state.mean
    for probe, movements in moved.predictions.items():
        for target, value in movements.items():
            yield f"movement with the look: {target} as read ({probe})", value


def _forecast_rows(
    name: str, forecast: ProbeReport | None, config: EncoderEvaluationConfig
) -> Iterator[NamedValue]:
    """Yield names and values of a forecast, domain by domain."""
    if forecast is None:
        return
    for domain in (config.source, *config.targets):
        for target in STATE:
            value = forecast.mean(target, domain, _MLP)
            yield f"{name} for {domain}: {target}, R2 ({_MLP})", value


def _shown(value: float | str | None) -> str:
    """Return a cell of the table."""
    if value is None or isinstance(value, str):
        return value or "-"
    return f"{value:.3f}" if math.isfinite(value) else "-"
