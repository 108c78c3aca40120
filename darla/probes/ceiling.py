"""The most that can be read from frames: a network trained on the labels themselves."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from darla.networks import Encoder, NetworkShape, to_pictures
from darla.probes.domains import LabelledLatents, ProbeReport, score_probe
from darla.probes.fitting import FitSettings, TargetOutputs, fit_network, run_network
from darla.probes.targets import ProbeTarget, check_lengths, split_usable

CEILING_SETTINGS = FitSettings(epochs=30, patience=4, batch_size=64, learning_rate=1e-3)


def supervised_ceiling(
    domain: str,
    frames: np.ndarray,
    targets: Sequence[ProbeTarget],
    tests: Sequence[tuple[str, np.ndarray, tuple[ProbeTarget, ...]]],
    seed: int = 0,
    settings: FitSettings = CEILING_SETTINGS,
    device: str = "cpu",
) -> ProbeReport:
    """Train the encoder's network, from scratch, to predict all targets from frames.

    No latents of that architecture can be expected to let a probe read more in the domain that it
    is trained in, given as many labelled frames.

    Args:
        domain: the name of the domain that is trained in.
        frames: uint8 (N, H, W, 3).
        targets: N values each.
        tests: for each tested domain its name, frames and targets.
        seed: decides the first weights and the order of frames; torch's own random numbers are
            left as they were.
        settings: how to train.
        device: where to train.

    Returns:
        The scores of a probe called ``supervised``.

    Raises:
        ValueError: lengths differ, or the frames do not suit the network.
    """
    check_lengths("frames", len(frames), targets)
    kept, excluded = split_usable(targets)
    if not kept:
        return ProbeReport((), excluded)
    outputs = TargetOutputs(kept)
    height, width, colours = frames.shape[1:]
    shape = NetworkShape((height, width, colours), latents=outputs.size, posterior="point")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Encoder(shape).to(device)

    def run(batch: Tensor) -> Tensor:
        mu: Tensor = network(to_pictures(batch.to(device))).mu
        return mu

    def predict(pictures: np.ndarray) -> dict[str, np.ndarray]:
        return outputs.predictions(run_network(run, torch.from_numpy(pictures)))

    fit_network(run, network, torch.from_numpy(frames), outputs, settings, seed)
    scores = [
        score
        for name, pictures, wanted in tests
        for score in score_probe(
            predict, "supervised", domain, seed, LabelledLatents(name, pictures, wanted), kept
        )
    ]
    return ProbeReport(tuple(scores), excluded)
