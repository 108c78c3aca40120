"""The scores of encoders as a table for people, and as numbers for programs."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class EncoderScores:
    """All that was measured of one encoder."""

    label: str
    path: str
    objective: str
    """What it was trained to do."""
    active_latents: int
    """How many of its latents carry anything."""
    latents: int
    total_correlation: float
    """Of its latents over the metrics' frames, in nats, taken as Gaussian."""
    metrics: Mapping[str, Result]
    """Results by the metric's name."""
    kept: ProbeReport
    """Probes trained and tested in the domain that frames come from."""
    forecast: ProbeReport
    """Probes trained in the source, and tested there and in the targets."""
    state_forecast: ProbeReport | None
    """The same with only the latents that the encoder itself says hold the state; None when it
    tells none apart."""
    invariance: StateInvariance
    """Movement between two looks of one state."""
    udr: float | None
    """Agreement with the other encoders; None when there is no other."""


def table(scores: Sequence[EncoderScores], config: EncoderEvaluationConfig) -> str:
    """Return a table in Markdown: a column for each encoder, a row for each number."""
    rows: dict[str, list[str]] = {}
    for place, each in enumerate(scores):
        for name, value in _rows(each, config):
            rows.setdefault(name, ["-"] * len(scores))[place] = _shown(value)
    header = ["", *(each.label for each in scores)]
    return markdown_table(header, [[name, *cells] for name, cells in rows.items()])


def left_out(scores: Sequence[EncoderScores]) -> str:
    """Say what was not measured, and why: a line for each encoder and kind; empty if nothing."""
    lines = []
    for each in scores:
        factors = {
            name: why
            for result in each.metrics.values()
            for name, why in result.excluded_factors.items()
        }
        excluded = {
            "metrics": factors,
            "probes of what is kept": each.kept.excluded,
            "the forecast": each.forecast.excluded,
        }
        for what, reasons in excluded.items():
            if reasons:
                listed = "; ".join(f"{name} ({why})" for name, why in reasons.items())
                lines.append(f"{each.label}: left out of {what}: {listed}")
    return "\n".join(lines)


def to_json(scores: Sequence[EncoderScores], config: EncoderEvaluationConfig) -> dict[str, Any]:
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


def _rows(
    scores: EncoderScores, config: EncoderEvaluationConfig
) -> Iterator[tuple[str, float | str | None]]:
    """Yield the names and values of one encoder's column."""
    yield "objective", scores.objective
    yield "active latents", f"{scores.active_latents} of {scores.latents}"
    yield "total correlation, nats", scores.total_correlation
    for result in scores.metrics.values():
        yield from result.scores.items()
    if scores.udr is not None:
        yield "udr", scores.udr
    for target, kind in {each.target: each.kind for each in scores.kept.scores}.items():
        what = "balanced accuracy" if kind == "categorical" else "R2"
        for probe in PROBES:
            value = scores.kept.mean(target, config.domain, probe)
            yield f"kept in {config.domain}: {target}, {what} ({probe})", value
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
) -> Iterator[tuple[str, float | None]]:
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
