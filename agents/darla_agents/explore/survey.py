"""What the latents of an encoder do over some thousand frames, and which factor each holds."""

from dataclasses import dataclass

import numpy as np

from darla.metrics import check_samples
from darla.metrics.factor_columns import LEAST_SAMPLES
from darla.metrics.mutual_information import binned_information, class_entropy
from darla_agents.encoder_evaluation.recorded.factors import metric_columns
from darla_agents.explore.messages import Answer, numbers
from darla_agents.explore.opened import Opened
from darla_agents.explore.sampled_frames import SampledFrames, sample_frames

BINS = 24
_LEAST_SHARE = 0.08  # of a factor's entropy, below which a latent is not said to hold it


@dataclass(frozen=True, eq=False)
class LatentSurvey:
    """What was measured of one encoder."""

    frames: SampledFrames
    latents: np.ndarray
    """float32 (N, z), the posterior means."""
    importance: np.ndarray
    """float64 (z, F), the share of each factor's entropy that a latent tells: mutual information of
    histograms, from 0 to 1; F is 0 where no factor is known of enough frames."""
    factors: tuple[str, ...]

    def answer(self) -> Answer:
        """Return it for the page."""
        histograms = [_histogram(column) for column in self.latents.T]
        return {
            "origin": self.frames.origin,
            "histograms": histograms,
            "factors": list(self.factors),
            "importance": numbers(self.importance),
            "holds": [_held(row, self.factors) for row in self.importance],
        }


def survey(opened: Opened, bundle: int) -> LatentSurvey:
    """Return what was measured of an encoder; it is measured when it is first asked for."""
    named = opened.bundle(bundle)

    def measure() -> LatentSurvey:
        drawn = opened.frames.dataset is None and opened.frames.world is not None
        of_whom = "all" if drawn else bundle  # drawn once for all; others depend on the encoder
        frames = opened.once(
            ("frames", of_whom), lambda: sample_frames(opened.frames, named, opened.seed)
        )
        latents = named.encoder.encode(frames.read(named.encoder.image_shape[:2]))
        importance, factors = _importance(latents, frames, named.encoder.active)
        return LatentSurvey(frames, latents, importance, factors)

    return opened.once(("survey", bundle), measure)


def _importance(
    latents: np.ndarray, frames: SampledFrames, active: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the share of each factor that each latent tells, and the factors' names."""
    nothing = np.zeros((latents.shape[1], 0)), ()
    if not frames.targets:
        return nothing
    places, columns, _ = metric_columns(frames.targets)
    if len(places) < LEAST_SAMPLES or not columns:
        return nothing
    samples = check_samples(latents[places], columns, active)
    entropies = np.array([class_entropy(factor) for factor in samples.factors])
    return binned_information(samples) / entropies, samples.names


def _histogram(values: np.ndarray) -> Answer:
    """Return counts of values in equally wide bins, and where these begin and end."""
    counts, edges = np.histogram(values, BINS)
    return {"counts": numbers(counts), "low": float(edges[0]), "high": float(edges[-1])}


def _held(shares: np.ndarray, factors: tuple[str, ...]) -> list[Answer]:
    """Return the factors that a latent tells most of, at most two."""
    order = np.argsort(-shares, kind="stable")[:2]
    return [
        {"factor": factors[index], "share": float(shares[index])}
        for index in order
        if shares[index] >= _LEAST_SHARE
    ]
