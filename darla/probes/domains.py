"""Probe latents in one domain, and test the probes in every other.

What a probe reads in the domain that it was trained in says what the latents keep. What it still
reads where the world looks different forecasts what happens to a policy there, without any
reinforcement learning (Traeuble et al., 2022, "The Role of Pretrained Representations for the OOD
Generalization of RL Agents", use such a proxy to choose representations).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from darla.probes.fitting import FitSettings
from darla.probes.linear import fit_linear
from darla.probes.mlp import fit_mlp
from darla.probes.scores import Match, match
from darla.probes.targets import ProbeTarget, check_lengths, split_usable
from darla.running.names import lookup

PROBES = ("linear", "mlp")


class Probe(Protocol):
    """What was fitted to read targets from latents."""

    def predict(self, latents: np.ndarray) -> dict[str, np.ndarray]:
        """Return for each target (N, width): values, or scores of categories."""


@dataclass(frozen=True)
class LabelledLatents:
    """Latents of frames of one domain, and what is to be read from them.

    A ValueError where lengths differ.
    """

    domain: str
    latents: np.ndarray
    """(N, z)."""
    targets: tuple[ProbeTarget, ...]
    """N values each."""

    def __post_init__(self) -> None:
        check_lengths("latents", len(self.latents), self.targets)


@dataclass(frozen=True)
class ProbeScore:
    """How well one probe read one target in one domain."""

    target: str
    kind: str
    probe: str
    """``linear``, ``mlp`` or ``supervised``."""
    trained_in: str
    """The domain of the samples that the probe was fitted to."""
    tested_in: str
    """The domain of the samples that it was tested on."""
    seed: int
    """The probe's; always 0 for linear probes, which draw nothing."""
    match: Match


@dataclass(frozen=True)
class ProbeReport:
    """The scores of probes that were trained in one domain."""

    scores: tuple[ProbeScore, ...]
    """One for each target, probe, domain and seed."""
    excluded: Mapping[str, str]
    """Targets that could not be learnt, and why."""

    def mean(self, target: str, tested_in: str, probe: str) -> float | None:
        """Return the mean score over seeds; None when there is none."""
        found = [
            each.match.score
            for each in self.scores
            if (each.target, each.tested_in, each.probe) == (target, tested_in, probe)
            and each.match.score is not None
        ]
        return float(np.mean(found)) if found else None


def probe_domains(
    train: LabelledLatents,
    tests: Sequence[LabelledLatents],
    probes: Sequence[str] = PROBES,
    seeds: Sequence[int] = (0,),
    settings: FitSettings | None = None,
) -> ProbeReport:
    """Train probes of these kinds in one domain, and test them in others on fresh samples.

    Of kinds that draw random numbers there is a probe for each seed. A ValueError where a kind is
    not in ``PROBES``, or samples do not fit each other.
    """
    targets, excluded = split_usable(train.targets)
    fitters: dict[str, Callable[[int], Probe]] = {
        "linear": lambda seed: fit_linear(train.latents, targets),
        "mlp": lambda seed: fit_mlp(train.latents, targets, seed, settings),
    }
    scores: list[ProbeScore] = []
    for kind in probes:
        fit = lookup("probe", kind, fitters)
        for seed in (0,) if kind == "linear" else seeds:
            if targets:
                score = partial(score_probe, fit(seed).predict, kind, train.domain, seed)
                scores += [each for test in tests for each in score(test, targets)]
    return ProbeReport(tuple(scores), excluded)


def score_probe(
    predict: Callable[[np.ndarray], dict[str, np.ndarray]],
    probe: str,
    trained_in: str,
    seed: int,
    test: LabelledLatents,
    targets: Sequence[ProbeTarget],
) -> list[ProbeScore]:
    """Score a probe's predictions of the given targets on the samples of ``test``."""
    tested = {target.name: target for target in test.targets}
    predicted = predict(test.latents)
    return [
        ProbeScore(
            target=target.name,
            kind=target.kind,
            probe=probe,
            trained_in=trained_in,
            tested_in=test.domain,
            seed=seed,
            match=match(predicted[target.name], lookup("target", target.name, tested)),
        )
        for target in targets
    ]
