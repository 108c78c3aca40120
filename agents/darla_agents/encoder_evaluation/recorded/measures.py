"""Measure an encoder on recorded frames: metrics, probes in every look, recolouring, actions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.quantizers import codes_in_use
from darla.frames.attributes import FactorDescription
from darla.metrics import METRICS, Result, Samples, check_samples
from darla.metrics.factor_columns import LEAST_SAMPLES
from darla.metrics.total_correlation import total_correlation
from darla.probes import (
    PROBES,
    LabelledLatents,
    Probe,
    ProbeReport,
    ProbeTarget,
    fit_linear,
    fit_mlp,
    probe_domains,
)
from darla.probes.targets import split_usable
from darla.vision.verdict import judge
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.recorded.actions import chance, read_actions
from darla_agents.encoder_evaluation.recorded.domains import Part, Parts
from darla_agents.encoder_evaluation.recorded.factors import LOOK, metric_columns, targets_of
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned
from darla_agents.encoder_evaluation.recorded.recoloring import (
    FoundFrames,
    Recoloring,
    find_frames,
    measure_recoloring,
    recolored_pairs,
)
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


@dataclass(frozen=True, eq=False)
class Recording:
    """What all encoders are measured on."""

    frames: Sequence[RecordedFrames]
    described: Mapping[str, FactorDescription]
    """The factors that are to be read."""
    parts: Parts
    """Without a bound on their size, which frames in a row need."""
    config: EncoderEvaluationConfig

    def targets(self, dataset: int) -> tuple[ProbeTarget, ...]:
        """Return what is to be read from the frames of a dataset."""
        return targets_of(self.frames[dataset], self.described)

    def state_names(self) -> list[str]:
        """Return the factors that are not of the look."""
        return [name for name, each in self.described.items() if each["role"] != LOOK]


def state_latents(encoder: FrozenEncoder) -> tuple[np.ndarray, bool]:
    """Return the latents that stand for the state, int64, and whether the encoder says so.

    They are those of its active latents that it says hold the state; all active ones if it says
    nothing.
    """
    active, role = np.flatnonzero(encoder.active), encoder.latent_roles.get("state")
    return (active, False) if role is None else (np.intersect1d(active, role), True)


def samples_of(
    recording: Recording, encoder: FrozenEncoder, latents: np.ndarray
) -> tuple[Samples | None, dict[str, str]]:
    """Return what metrics are computed from, of the first dataset; and what is left out, and why.

    None where too few frames, or no factors, are known. The latents are (M, z).
    """
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
    return check_samples(latents[places[places_kept]], columns, encoder.active), reasons


def measure(
    recording: Recording,
    label: str,
    encoder: FrozenEncoder,
    latents: Sequence[np.ndarray],
    udr: float | None,
    part: Shown,
) -> RecordedScores:
    """Measure one encoder, whose latents of each dataset's frames are (M, z).

    ``udr`` is how far it agrees with others; ``part`` is called with the name of each part of the
    work, and what does it.
    """
    config, first = recording.config, recording.frames[0]
    state, told = state_latents(encoder)
    fewer = recording.parts.thinned(config.probe_frames, config.test_frames)
    labelled = partial(_labelled, recording, latents)

    def probes(**which: Any) -> ProbeReport | None:
        train, *tests = (labelled(each, **which) for each in (fewer.train, *fewer.tests))
        if not train.targets or not train.latents.shape[1]:
            return None
        return probe_domains(train, tests, PROBES, config.probe_seeds)

    def of_state() -> ProbeReport | None:
        return probes(columns=state, names=recording.state_names()) if told else None

    def restyle() -> dict[str, float | None]:
        places = thinned(np.arange(len(first)), min(config.pairs, _RESTYLED))
        return restyled_movements(first, encoder, places, state, config.seed + _RESTYLING)

    def find() -> FoundFrames | None:
        seed = config.seed + _RETRIEVAL
        return find_frames(first, encoder, latents[0], state, _CANDIDATES, seed)

    def read() -> ProbeReport | None:
        most = config.probe_frames, config.test_frames
        found = [each[:, state] for each in latents]
        return read_actions(
            recording.frames, found, recording.parts, most, PROBES, config.probe_seeds
        )

    samples, left_out = samples_of(recording, encoder, latents[0])
    metrics, refused = part("metrics", lambda: _metrics(samples, config))
    look = partial(_look_read, recording, latents, fewer)
    return RecordedScores(
        label=label,
        path=str(encoder.path),
        objective=encoder.config["objective"]["name"],
        active_latents=int(encoder.active.sum()),
        latents=encoder.latent_dim,
        codes_in_use=codes_in_use(latents[0], encoder.encoder.shape),
        total_correlation=total_correlation(latents[0], encoder.active).nats,
        metrics=metrics,
        udr=udr,
        verdict=part("reconstructions", lambda: judge(encoder, _judged(first, encoder))),
        probes=part("probes", probes),
        state_probes=part("probes of the state", of_state),
        look_from_state=part("look in the state", lambda: look(state)),
        look_from_all=look(np.flatnonzero(encoder.active)) if told else None,
        recoloring=part("recolouring", lambda: _recoloring(recording, encoder, labelled, fewer)),
        restyled=part("looks", restyle),
        found=part("retrieval", find),
        actions=part("actions", read) if len(state) else None,
        action_chance=chance(recording.frames),
        state_factors=tuple(recording.state_names()),
        left_out_of_metrics=left_out | refused,
        notes=tuple(_notes(recording, encoder)),
    )


def _notes(recording: Recording, encoder: FrozenEncoder) -> Iterator[str]:
    """Yield what must be known to believe what is measured of an encoder."""
    for frames in recording.frames:
        yield from frames.notes(encoder)
    if not any((frames.actions >= 0).any() for frames in recording.frames):
        yield "reads no actions: none that are single whole numbers were recorded"
    state, told = state_latents(encoder)
    if not told:
        yield (
            "does not say which latents hold the state; "
            f"all {len(state)} that are active are taken for it"
        )
    elif not len(state):
        yield "none of the latents that are to hold the state is active"


def _labelled(
    recording: Recording,
    latents: Sequence[np.ndarray],
    part: Part,
    columns: np.ndarray | None = None,
    names: Sequence[str] | None = None,
) -> LabelledLatents:
    """Return a part's latents, or some columns of them, with its factors, or some of them."""
    found = latents[part.dataset][part.places]
    targets = (
        target.take(part.places)
        for target in recording.targets(part.dataset)
        if names is None or target.name in names
    )
    return LabelledLatents(
        part.domain, found if columns is None else found[:, columns], tuple(targets)
    )


def _judged(recorded: RecordedFrames, encoder: FrozenEncoder) -> np.ndarray:
    """Return frames whose reconstructions are compared with them."""
    height, width, _ = encoder.image_shape
    return recorded.read(thinned(np.arange(len(recorded)), _JUDGED), (height, width))


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


def _look_read(
    recording: Recording, latents: Sequence[np.ndarray], parts: Parts, columns: np.ndarray
) -> ProbeReport | None:
    """Probe latents linearly for the look: its factors, or where none are known the episode."""
    if not len(columns):
        return None
    names = [name for name, each in recording.described.items() if each["role"] == LOOK]
    seen = parts.tests[0]
    train, test = (
        _labelled(recording, latents, each, columns, names) for each in (parts.train, seen)
    )
    if not split_usable(train.targets)[0]:
        episode = _episode_targets(recording.frames[0], parts.train.places, seen.places)
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


def _recoloring(
    recording: Recording,
    encoder: FrozenEncoder,
    labelled: Callable[..., LabelledLatents],
    parts: Parts,
) -> Recoloring:
    """Recolour frames of the first dataset, and see what moves."""
    config, first = recording.config, recording.frames[0]
    places = thinned(np.arange(len(first)), config.pairs)
    pairs = recolored_pairs(first, encoder, places, config.seed + _RECOLORING)
    train = labelled(parts.train, names=recording.state_names())
    targets, _ = split_usable(train.targets)
    probes: dict[str, Probe] = {}
    if targets:
        probes = {
            "linear": fit_linear(train.latents, targets),
            "mlp": fit_mlp(train.latents, targets, config.probe_seeds[0]),
        }
    wanted = {target.name for target in targets}
    known = [each.take(places) for each in recording.targets(0) if each.name in wanted]
    return measure_recoloring(*pairs, state_latents(encoder)[0], probes, known)
