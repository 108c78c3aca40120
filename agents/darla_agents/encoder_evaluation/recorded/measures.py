"""Measure an encoder on recorded frames: metrics, probes in every look, recolouring, actions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from darla.encoder.quantizers import codes_in_use
from darla.metrics import METRICS, Result, Samples, check_samples
from darla.metrics.factor_columns import LEAST_SAMPLES
from darla.metrics.total_correlation import total_correlation
from darla.probes import (
    PROBES,
    Probe,
    ProbeReport,
    ProbeTarget,
    fit_linear,
    fit_mlp,
    probe_domains,
)
from darla.probes.targets import split_usable
from darla.vision.verdict import Verdict, judge
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.recorded.actions import chance, read_actions
from darla_agents.encoder_evaluation.recorded.domains import Parts
from darla_agents.encoder_evaluation.recorded.factors import metric_columns
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned
from darla_agents.encoder_evaluation.recorded.recoloring import (
    FoundFrames,
    Recoloring,
    find_frames,
    measure_recoloring,
    recolored_pairs,
)
from darla_agents.encoder_evaluation.recorded.recording import SeenRecording
from darla_agents.encoder_evaluation.recorded.report import RecordedScores
from darla_agents.encoder_evaluation.recorded.restyling import restyled_movements

Shown = Callable[[str, Callable[[], Any]], Any]
"""Does a part of the work that has a name, and returns what it returns."""
# purposes of random numbers
_METRICS, _RECOLORING, _RETRIEVAL, _RESTYLING = 10, 20_000, 30_000, 40_000
_CANDIDATES = 1000
_RESTYLED = 500  # frames, each in many looks
_JUDGED = 256  # frames whose reconstructions are compared with them
_MOST_EPISODES = 20  # that are told apart by their looks
_EPISODE = "episode"


def measure(seen: SeenRecording, label: str, udr: float | None, part: Shown) -> RecordedScores:
    """Measure one encoder, which has a label.

    ``udr`` is how far it agrees with others; ``part`` is called with the name of each part of the
    work, and what does it.
    """
    recording, encoder, first = seen.recording, seen.encoder, seen.latents[0]
    config, told = recording.config, seen.tells_state
    parts = recording.parts.thinned(config.probe_frames, config.test_frames)
    samples, left_out = _samples_of(seen)
    metrics, refused = part("metrics", lambda: _metrics(samples, config))
    return RecordedScores(
        label=label,
        path=str(encoder.path),
        objective=encoder.config["objective"]["name"],
        active_latents=len(seen.active),
        latents=encoder.latent_dim,
        codes_in_use=codes_in_use(first, encoder.encoder.shape),
        total_correlation=total_correlation(first, encoder.active).nats,
        metrics=metrics,
        udr=udr,
        verdict=part("reconstructions", lambda: _verdict(seen)),
        probes=part("probes", lambda: _probes(seen, parts)),
        state_probes=part("probes of the state", lambda: _state_probes(seen, parts)),
        look_from_state=part("look in the state", lambda: _look_read(seen, parts, seen.state)),
        look_from_all=_look_read(seen, parts, seen.active) if told else None,
        recoloring=part("recolouring", lambda: _recoloring(seen, parts)),
        restyled=part("looks", lambda: _restyled(seen)),
        found=part("retrieval", lambda: _found(seen)),
        actions=part("actions", lambda: _actions_read(seen)) if len(seen.state) else None,
        action_chance=chance(recording.frames),
        state_factors=tuple(recording.state_names()),
        left_out_of_metrics=left_out | refused,
        notes=tuple(_notes(seen)),
    )


def _notes(seen: SeenRecording) -> Iterator[str]:
    """Yield what must be known to believe what is measured of an encoder."""
    for frames in seen.recording.frames:
        yield from frames.notes(seen.encoder)
    if not any((frames.actions >= 0).any() for frames in seen.recording.frames):
        yield "reads no actions: none that are single whole numbers were recorded"
    if not seen.tells_state:
        yield (
            "does not say which latents hold the state; "
            f"all {len(seen.state)} that are active are taken for it"
        )
    elif not len(seen.state):
        yield "none of the latents that are to hold the state is active"


def _samples_of(seen: SeenRecording) -> tuple[Samples | None, dict[str, str]]:
    """Return what metrics are computed from, of the first dataset; and what is left out, and why.

    None where too few frames, or no factors, are known.
    """
    recording = seen.recording
    if not recording.described:
        return None, {"every factor": "none was recorded"}
    places, columns, reasons = metric_columns(recording.targets(0))
    places_kept = thinned(np.arange(len(places)), recording.config.frames)
    columns = [replace(each, values=each.values[places_kept]) for each in columns]
    if not columns or len(places_kept) < LEAST_SAMPLES:
        count = len(places_kept) if columns else 0
        return None, reasons | {"the others": f"{count} frames, {LEAST_SAMPLES} are needed"}
    if not any(np.ptp(each.classes()) for each in columns):
        return None, reasons | {"the others": "none of them varies"}
    latents = seen.latents[0][places[places_kept]]
    return check_samples(latents, columns, seen.encoder.active), reasons


def _metrics(
    samples: Samples | None, config: EncoderEvaluationConfig
) -> tuple[dict[str, Result], dict[str, str]]:
    """Compute the metrics; return also those that these factors do not allow, and why."""
    found: dict[str, Result] = {}
    reasons: dict[str, str] = {}
    if samples is None:
        return found, reasons
    for name in config.metrics:
        rng = np.random.default_rng((config.seed, _METRICS))
        try:
            found[name] = METRICS[name](samples, rng, quick=config.quick)
        except ValueError as error:
            reasons[name] = str(error)
    return found, reasons


def _verdict(seen: SeenRecording) -> Verdict:
    """Compare reconstructions of some frames with them."""
    height, width, _ = seen.encoder.image_shape
    first = seen.recording.frames[0]
    frames = first.read(thinned(np.arange(len(first)), _JUDGED), (height, width))
    return judge(seen.encoder, frames)


def _probes(seen: SeenRecording, parts: Parts, **which: Any) -> ProbeReport | None:
    """Probe latents for factors; None where there are none of either."""
    train, *tests = (seen.labelled(each, **which) for each in (parts.train, *parts.tests))
    if not train.targets or not train.latents.shape[1]:
        return None
    return probe_domains(train, tests, PROBES, seen.recording.config.probe_seeds)


def _state_probes(seen: SeenRecording, parts: Parts) -> ProbeReport | None:
    """Probe the state's latents for its factors; None where the encoder names no such latents."""
    if not seen.tells_state:
        return None
    return _probes(seen, parts, columns=seen.state, names=seen.recording.state_names())


def _look_read(seen: SeenRecording, parts: Parts, columns: np.ndarray) -> ProbeReport | None:
    """Probe latents linearly for the look: its factors, or where none are known the episode."""
    if not len(columns):
        return None
    names, tested = seen.recording.look_names(), parts.tests[0]
    train, test = (seen.labelled(each, columns, names) for each in (parts.train, tested))
    if not split_usable(train.targets)[0]:
        first = seen.recording.frames[0]
        episode = _episode_targets(first, parts.train.places, tested.places)
        train, test = (
            replace(each, targets=(target,))
            for each, target in zip((train, test), episode, strict=True)
        )
    return probe_domains(train, [test], ("linear",))


def _episode_targets(
    recorded: RecordedFrames, *places: np.ndarray
) -> tuple[ProbeTarget, ProbeTarget]:
    """Return which of the longest episodes frames are of, for those trained and tested on."""
    trained, tested = (recorded.episode[each] for each in places)
    numbers, lengths = np.unique(trained, return_counts=True)
    longest = np.sort(numbers[np.argsort(-lengths, kind="stable")][:_MOST_EPISODES])

    def target(episode: np.ndarray) -> ProbeTarget:
        known = np.isin(episode, longest)
        values = np.searchsorted(longest, episode).astype(np.float64)
        return ProbeTarget(_EPISODE, "categorical", values, known, 0, len(longest) - 1)

    return target(trained), target(tested)


def _recoloring(seen: SeenRecording, parts: Parts) -> Recoloring:
    """Recolour frames of the first dataset, and see what moves."""
    recording = seen.recording
    config, first = recording.config, recording.frames[0]
    places = thinned(np.arange(len(first)), config.pairs)
    pairs = recolored_pairs(first, seen.encoder, places, config.seed + _RECOLORING)
    train = seen.labelled(parts.train, names=recording.state_names())
    targets, _ = split_usable(train.targets)
    probes: dict[str, Probe] = {}
    if targets:
        probes = {
            "linear": fit_linear(train.latents, targets),
            "mlp": fit_mlp(train.latents, targets, config.probe_seeds[0]),
        }
    wanted = {target.name for target in targets}
    known = [each.take(places) for each in recording.targets(0) if each.name in wanted]
    return measure_recoloring(*pairs, seen.state, probes, known)


def _restyled(seen: SeenRecording) -> dict[str, float | None]:
    """Show frames of the first dataset in many looks, and see how far the state moves."""
    config, first = seen.recording.config, seen.recording.frames[0]
    places = thinned(np.arange(len(first)), min(config.pairs, _RESTYLED))
    seed = config.seed + _RESTYLING
    return restyled_movements(first, seen.encoder, places, seen.state, seed)


def _found(seen: SeenRecording) -> FoundFrames | None:
    """Find frames of the first dataset again by their state in other colours."""
    recording = seen.recording
    seed = recording.config.seed + _RETRIEVAL
    first, latents = recording.frames[0], seen.latents[0]
    return find_frames(first, seen.encoder, latents, seen.state, _CANDIDATES, seed)


def _actions_read(seen: SeenRecording) -> ProbeReport | None:
    """Probe the state's latents of frames in a row for the action between them."""
    recording, config = seen.recording, seen.recording.config
    most = config.probe_frames, config.test_frames
    found = [each[:, seen.state] for each in seen.latents]
    return read_actions(recording.frames, found, recording.parts, most, PROBES, config.probe_seeds)
