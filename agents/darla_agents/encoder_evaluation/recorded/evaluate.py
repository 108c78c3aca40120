"""Evaluate encoders on recorded frames of any environment; write a table, numbers and pictures."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.metrics.factor_columns import LEAST_SAMPLES
from darla.running.names import lookup
from darla.running.progress import progress_bar
from darla_agents.encoder_evaluation.bundles import agreement, bundle_labels, load_bundles
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.recorded.domains import deal_frames
from darla_agents.encoder_evaluation.recorded.factors import shared_factors
from darla_agents.encoder_evaluation.recorded.frames import open_recorded
from darla_agents.encoder_evaluation.recorded.measures import measure
from darla_agents.encoder_evaluation.recorded.pictures import draw_recorded
from darla_agents.encoder_evaluation.recorded.recording import Recording, SeenRecording
from darla_agents.encoder_evaluation.recorded.report import (
    RecordedScores,
    recorded_notes,
    recorded_table,
)
from darla_agents.encoder_evaluation.report import to_json
from darla_agents.encoder_evaluation.results import EncoderEvaluation, shown, write_results

_PARTS = 11  # of the work for each encoder
_DEALING = 12  # a purpose of random numbers


def evaluate_recorded(config: EncoderEvaluationConfig) -> EncoderEvaluation:
    """Evaluate encoders on the frames in ``config.data``; the configuration was checked.

    Raises:
        FileNotFoundError: there is no bundle, or no dataset.
        ValueError: one of them cannot be used, a dataset has too few frames or episodes, or a
            factor was not recorded.
    """
    labels = bundle_labels(config.bundles)
    recording = _record(config)
    encoders = load_bundles(config.bundles, config.device, config.precision)
    scores: list[RecordedScores] = []
    pictures: list[Path] = []
    with progress_bar(len(encoders) * _PARTS, "parts", shown=config.progress) as bar:

        def part(label: str, what: str, do: Callable[[], Any]) -> Any:
            return shown(bar, f"{label}: {what}", do)

        def encode(encoder: FrozenEncoder) -> list[np.ndarray]:
            return [frames.encode(encoder) for frames in recording.frames]

        latents = [
            part(label, "frames", partial(encode, encoder))
            for label, encoder in zip(labels, encoders, strict=True)
        ]
        agreed = _agreement(config, encoders, [each[0] for each in latents])
        for label, encoder, found, udr in zip(labels, encoders, latents, agreed, strict=True):
            of_this = partial(part, label)
            seen = SeenRecording(recording, encoder, found)
            scores.append(measure(seen, label, udr, of_this))
            first, folder = recording.frames[0], config.out / label
            draw = partial(draw_recorded, first, encoder, scores[-1], folder)
            pictures += of_this("pictures", draw)
    said = [recorded_table(scores), f"{recording.parts.how}.", recorded_notes(scores)]
    report = "\n\n".join(filter(None, said))
    numbers = to_json(scores, config)
    return write_results(config.out, report, tuple(scores), numbers, tuple(pictures))


def _record(config: EncoderEvaluationConfig) -> Recording:
    """Open the datasets, and deal their frames."""
    recorded = open_recorded(config.data, max(config.frames, 2 * config.probe_frames))
    described = shared_factors(recorded)
    if config.factors:
        described = {name: lookup("factor", name, described) for name in config.factors}
    rng = np.random.default_rng((config.seed, _DEALING))
    return Recording(recorded, described, deal_frames(recorded, described, rng), config)


def _agreement(
    config: EncoderEvaluationConfig,
    encoders: Sequence[FrozenEncoder],
    latents: Sequence[np.ndarray],
) -> list[float | None]:
    """Return how far each encoder agrees with the others; None where that cannot be told."""
    if len(latents[0]) < LEAST_SAMPLES:
        return [None] * len(encoders)
    return agreement(encoders, [each[: config.frames] for each in latents])
