"""Evaluate encoders: what their latents keep, and what will transfer.

Frames of a task are drawn here, in any setting of its factors; those of other environments were
recorded, and are measured by ``recorded``.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from tqdm import tqdm

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.quantizers import codes_in_use
from darla.metrics import METRICS, Result, Samples
from darla.metrics.dci import DCI
from darla.metrics.total_correlation import total_correlation
from darla.probes import PROBES, LabelledLatents, ProbeReport, probe_domains
from darla.running.progress import progress_bar
from darla_agents.encoder_evaluation.bundles import (
    agreement,
    bundle_labels,
    learnt_elsewhere,
    load_bundles,
)
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.interventions import RoomInterventions, holdable
from darla_agents.encoder_evaluation.measures import (
    labelled_latents,
    measure_invariance,
    metric_samples,
    open_rooms,
)
from darla_agents.encoder_evaluation.pictures import draw_encoder
from darla_agents.encoder_evaluation.recorded.evaluate import evaluate_recorded
from darla_agents.encoder_evaluation.report import (
    EncoderScores,
    left_out,
    measured_on,
    table,
    to_json,
)
from darla_agents.encoder_evaluation.results import EncoderEvaluation, shown, write_results
from darla_agents.encoder_evaluation.rooms import EvaluationRooms

T = TypeVar("T")
_METRICS, _INTERVENTIONS = 10, 11  # purposes of random numbers


def evaluate_encoders(config: EncoderEvaluationConfig) -> EncoderEvaluation:
    """Evaluate encoders on the same frames; write a table, all numbers and pictures.

    The frames are a task's, drawn as needed, or those that were recorded in ``config.data``.

    Raises:
        FileNotFoundError: there is no bundle in a folder, or no dataset.
        ValueError: something in the configuration is unknown or too small, the encoders see a
            task's frames in different sizes, or a dataset cannot be used.
    """
    config = config.checked()
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    if config.data:
        return evaluate_recorded(config)
    encoders, labels = _load(config), bundle_labels(config.bundles)
    of_each = len(config.metrics) + 5
    with ExitStack() as stack:
        rooms = stack.enter_context(open_rooms(config, config.domain, encoders[0].image_shape))
        if any(METRICS[name].interventions for name in config.metrics):
            check_holdable(rooms, config.factors)
        parts = len(encoders) * of_each + len(config.targets) + 5
        bar = stack.enter_context(progress_bar(parts, "parts", shown=config.progress))
        scores, pictures = [], []
        for subject in _look(rooms, encoders, labels, config, bar):
            scores.append(_score(subject, rooms, config, bar))
            draw = partial(_draw, subject, rooms, scores[-1], config)
            pictures += shown(bar, f"{subject.label}: pictures", draw)
    elsewhere = [learnt_elsewhere(*each, config.env) for each in zip(encoders, labels, strict=True)]
    notes = "\n".join(filter(None, [*elsewhere, left_out(scores)]))
    report = "\n\n".join(filter(None, [measured_on(config), table(scores, config), notes]))
    numbers = to_json(scores, config)
    return write_results(config.out, report, tuple(scores), numbers, tuple(pictures))


def check_holdable(rooms: EvaluationRooms, factors: Sequence[str]) -> None:
    """Raise a ValueError where fewer than two factors can be held, as comparing them takes."""
    held = [name for name in factors if name in holdable(rooms)]
    if len(held) < 2:
        raise ValueError(
            f"of the factors {', '.join(factors)} only {len(held)} can be held, and two are "
            f"needed; give --no-interventions, or two of {', '.join(holdable(rooms))}"
        )


@dataclass(frozen=True)
class _Subject:
    """One encoder, and what it makes of the frames that all encoders are measured on."""

    label: str
    encoder: FrozenEncoder
    udr: float | None
    samples: Samples
    kept_train: LabelledLatents
    kept_test: LabelledLatents
    source_train: LabelledLatents
    tests: tuple[LabelledLatents, ...]


def _load(config: EncoderEvaluationConfig) -> list[FrozenEncoder]:
    encoders = load_bundles(config.bundles, config.device, config.precision)
    sizes = {encoder.image_shape: encoder for encoder in encoders}
    if len(sizes) > 1:
        different = " and ".join(f"{each.path} {size}" for size, each in sizes.items())
        raise ValueError(
            f"encoders see frames of different sizes: {different}; evaluate them apart"
        )
    return encoders


def _look(
    rooms: EvaluationRooms,
    encoders: Sequence[FrozenEncoder],
    labels: Sequence[str],
    config: EncoderEvaluationConfig,
    bar: "tqdm[Any]",
) -> list[_Subject]:
    """Draw the frames that all encoders are measured on, and encode them."""

    def look(domain: str, train: bool) -> list[LabelledLatents]:
        purpose = "training" if train else "testing"
        draw = partial(labelled_latents, config, domain, encoders, train)
        return shown(bar, f"frames of {domain} for {purpose} probes", draw)

    draw = partial(metric_samples, rooms, encoders, config)
    samples = shown(bar, "frames for metrics", draw)
    tests = [look(domain, False) for domain in (config.source, *config.targets)]
    columns = (
        labels,
        encoders,
        agreement(encoders, [each.latents for each in samples]),
        samples,
        look(config.domain, True),
        look(config.domain, False),
        look(config.source, True),
        zip(*tests, strict=True),
    )
    return [_Subject(*row) for row in zip(*columns, strict=True)]


def _score(
    subject: _Subject, rooms: EvaluationRooms, config: EncoderEvaluationConfig, bar: "tqdm[Any]"
) -> EncoderScores:
    """Measure one encoder."""

    def part(what: str, do: Callable[[], T]) -> T:
        return shown(bar, f"{subject.label}: {what}", do)

    def probes(train: LabelledLatents, tests: Sequence[LabelledLatents]) -> ProbeReport:
        return probe_domains(train, tests, PROBES, config.probe_seeds)

    encoder, samples, train = subject.encoder, subject.samples, subject.kept_train
    results: dict[str, Result] = {}
    held = [factor for factor in samples.names if factor in holdable(rooms)]
    interventions = RoomInterventions(rooms, encoder, held)
    for name in config.metrics:
        metric = METRICS[name]
        data = interventions if metric.interventions else samples
        purpose = _INTERVENTIONS if metric.interventions else _METRICS
        rng = np.random.default_rng((config.seed, purpose))
        measure = partial(metric, data, rng, active=encoder.active, quick=config.quick)
        results[name] = part(name, measure)
    source, tests = subject.source_train, subject.tests
    state = encoder.latent_roles.get("state", np.zeros(0, np.int64))
    from_state = [replace(each, latents=each.latents[:, state]) for each in (source, *tests)]
    return EncoderScores(
        label=subject.label,
        path=str(encoder.path),
        objective=encoder.config["objective"]["name"],
        active_latents=int(encoder.active.sum()),
        latents=encoder.latent_dim,
        codes_in_use=codes_in_use(samples.latents, encoder.encoder.shape),
        total_correlation=total_correlation(samples.latents, encoder.active).nats,
        metrics=results,
        kept=part("what is kept", lambda: probes(train, [subject.kept_test])),
        forecast=part("forecast", lambda: probes(source, tests)),
        state_forecast=part(
            "forecast from state latents",
            lambda: probes(from_state[0], from_state[1:]) if len(state) else None,
        ),
        invariance=part("invariance", lambda: measure_invariance(rooms, encoder, train, config)),
        udr=subject.udr,
    )


def _draw(
    subject: _Subject,
    rooms: EvaluationRooms,
    scores: EncoderScores,
    config: EncoderEvaluationConfig,
) -> list[Path]:
    """Draw the pictures of one encoder into a folder of its own."""
    found = scores.metrics.get("dci")
    importance = found.importance if isinstance(found, DCI) else None
    factors, folder = subject.samples.names, config.out / subject.label
    return draw_encoder(rooms, subject.encoder, importance, factors, config.seed, folder)
