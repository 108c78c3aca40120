"""Measure encoders on frames of a task: metrics, probes in every domain, and invariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.metrics import Samples, check_samples
from darla.probes import (
    Invariance,
    LabelledLatents,
    Probe,
    fit_linear,
    fit_mlp,
    invariance,
    prediction_movement,
    state_weights,
)
from darla.probes.linear import LinearProbe
from darla.probes.targets import ProbeTarget, split_usable
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.probe_targets import STATE, all_known, factor_columns
from darla_agents.encoder_evaluation.rooms import EvaluationRooms

_METRIC_FRAMES, _PROBE_TRAIN, _PROBE_TEST, _PAIRS = range(4)  # purposes of random numbers
_TOGETHER = 1000  # settings that are drawn at a time until there are enough


@dataclass(frozen=True)
class StateInvariance:
    """How little the look disturbs what stands for the state."""

    latents: Invariance
    """Movement of latents, weighted by how much a linear probe relies on each to read bearing and
    distance."""
    state_role: Invariance | None
    """The same over the latents that the encoder itself says hold the state, by a probe of those
    alone; None when it tells none apart."""
    active_state: Invariance | None
    """Over those of them that carry anything, each with the same weight; None when there is
    none."""
    predictions: dict[str, dict[str, float | None]]
    """For each kind of probe and each of bearing and distance the movement of what it reads; None
    where nothing can be read."""


def open_rooms(
    config: EncoderEvaluationConfig, domain: str, image_shape: tuple[int, int, int]
) -> EvaluationRooms:
    """Open the configured task's rooms in a domain."""
    return EvaluationRooms(config.env, domain, image_shape, config.threads)


def metric_samples(
    rooms: EvaluationRooms, encoders: Sequence[FrozenEncoder], config: EncoderEvaluationConfig
) -> list[Samples]:
    """Draw frames on which every factor is known, the same for all encoders."""
    rng = np.random.default_rng((config.seed, _METRIC_FRAMES))
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < config.frames:
        rows = rooms.sample(rng, _TOGETHER, in_view=1.0)
        _, targets = rooms.encode_labelled(rows, [])
        wanted = [target for target in targets if target.name in config.factors]
        parts.append(rows[all_known(wanted)])
    rows = np.concatenate(parts)[: config.frames]
    latents, targets = rooms.encode_labelled(rows, encoders)
    columns = factor_columns(targets, config.factors)
    return [
        check_samples(found, columns, active=encoder.active)
        for found, encoder in zip(latents, encoders, strict=True)
    ]


def labelled_latents(
    config: EncoderEvaluationConfig,
    domain: str,
    encoders: Sequence[FrozenEncoder],
    train: bool,
) -> list[LabelledLatents]:
    """Draw frames for probes, half of them with an object in view; one sample an encoder.

    The states are the same in every domain, so that domains differ in their looks alone.
    """
    count = config.probe_frames if train else config.test_frames
    purpose = _PROBE_TRAIN if train else _PROBE_TEST
    rng = np.random.default_rng((config.seed, purpose))
    with open_rooms(config, domain, encoders[0].image_shape) as rooms:
        rows = rooms.sample(rng, count, in_view=0.5)
        latents, targets = rooms.encode_labelled(rows, encoders)
    return [LabelledLatents(domain, found, targets) for found in latents]


def measure_invariance(
    rooms: EvaluationRooms,
    encoder: FrozenEncoder,
    train: LabelledLatents,
    config: EncoderEvaluationConfig,
) -> StateInvariance:
    """Draw states in two looks of the domain, and see what moves.

    Probes are fitted to frames of the same domain.
    """
    rng = np.random.default_rng((config.seed, _PAIRS))
    rows = rooms.sample(rng, config.pairs, in_view=1.0)
    (first,), targets = rooms.encode_labelled(rows, [encoder])
    second = rooms.encode(rooms.in_other_looks(rows, rng), encoder)
    state, _ = split_usable(target for target in train.targets if target.name in STATE)
    pairs = [target for target in targets if target.name in {each.name for each in state}]
    linear = fit_linear(train.latents, state)
    probes: dict[str, Probe] = {
        "linear": linear,
        "mlp": fit_mlp(train.latents, state, config.probe_seeds[0]),
    }
    predictions = {
        name: prediction_movement(probe, first, second, pairs) for name, probe in probes.items()
    }
    role = encoder.latent_roles.get("state", np.zeros(0, np.int64))
    active = role[encoder.active[role]]
    of_role = np.zeros(encoder.latent_dim)
    if len(role):
        of_role[role] = _reliance(fit_linear(train.latents[:, role], state), state)
    return StateInvariance(
        latents=invariance(first, second, _reliance(linear, state)),
        state_role=invariance(first, second, of_role) if len(role) else None,
        active_state=invariance(first, second, active) if len(active) else None,
        predictions=predictions,
    )


def _reliance(probe: LinearProbe, targets: Sequence[ProbeTarget]) -> np.ndarray:
    """Return how much a probe relies on each latent; evenly where it relies on none."""
    weights = state_weights(probe, [target.name for target in targets])
    return weights if weights.any() else np.ones(len(weights))
