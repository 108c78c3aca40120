"""Probes that are not linear: a small network, as a policy has one on top of its latents."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from darla.probes.fitting import FitSettings, TargetOutputs, fit_network, run_network
from darla.probes.linear import LatentScale
from darla.probes.targets import ProbeTarget, check_lengths

HIDDEN_UNITS = 128


class MlpProbe:
    """A network of two hidden layers of 128 rectified units from latents to all targets."""

    def __init__(self, scale: LatentScale, network: nn.Module, outputs: TargetOutputs) -> None:
        self._scale = scale
        self._network = network
        self._outputs = outputs

    def predict(self, latents: np.ndarray) -> dict[str, np.ndarray]:
        """Return for each target (N, width): values, or probabilities of categories."""
        inputs = _as_inputs(self._scale, latents)
        return self._outputs.predictions(run_network(self._network, inputs))


def fit_mlp(
    latents: np.ndarray,
    targets: Sequence[ProbeTarget],
    seed: int = 0,
    settings: FitSettings | None = None,
) -> MlpProbe:
    """Fit one small network to all targets; see :func:`darla.probes.linear.fit_linear`.

    The seed decides the first weights and the order of samples; torch's own random numbers are
    left as they were.
    """
    check_lengths("latents", len(latents), targets)
    scale = LatentScale.measure(latents)
    outputs = TargetOutputs(targets)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Linear(latents.shape[1], HIDDEN_UNITS),
            nn.ReLU(),
            nn.Linear(HIDDEN_UNITS, HIDDEN_UNITS),
            nn.ReLU(),
            nn.Linear(HIDDEN_UNITS, outputs.size),
        )
    inputs = _as_inputs(scale, latents)
    with _one_thread():
        fit_network(network, network, inputs, outputs, settings or FitSettings(), seed)
    return MlpProbe(scale, network, outputs)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread: in steps this small, others would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _as_inputs(scale: LatentScale, latents: np.ndarray) -> Tensor:
    """Return scaled latents as a tensor."""
    return torch.from_numpy(scale(latents)).float()
