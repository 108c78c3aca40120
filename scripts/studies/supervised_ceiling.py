"""The most that can be read from frames: a network trained on the labels themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Encoder, make_encoder, to_pictures
from darla.probes.fitting import FitSettings, TargetOutputs, fit_network, run_network
from darla.probes.targets import ProbeTarget, check_lengths, split_usable

CEILING_SETTINGS = FitSettings(epochs=30, patience=4, batch_size=64, learning_rate=1e-3)


@dataclass(frozen=True)
class SupervisedNetwork:
    """The encoder's network, trained with labels.

    Attributes:
        encoder: frames to outputs in place of latents, ``posterior`` "point": a standardised value
            for each continuous target, cosine and sine for a circular one, logits for categories.
        outputs: which output stands for which target.
        device: where it is.
    """

    encoder: Encoder
    outputs: TargetOutputs
    device: str

    def predict(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Return what the network says of uint8 frames (N, H, W, 3), by target."""
        return self.outputs.predictions(run_network(self.run, torch.from_numpy(frames)))

    def run(self, batch: Tensor) -> Tensor:
        """Return the outputs (n, outputs.size) for uint8 frames (n, H, W, 3)."""
        mu: Tensor = self.encoder(to_pictures(batch.to(self.device))).mu
        return mu


def train_supervised(
    frames: np.ndarray,
    targets: Sequence[ProbeTarget],
    seed: int = 0,
    settings: FitSettings = CEILING_SETTINGS,
    device: str = "cpu",
) -> SupervisedNetwork:
    """Train the encoder's network, from scratch, to predict the usable targets from frames.

    No latents of that architecture can be expected to let a probe read more in the domain that it
    is trained in, given as many labelled frames. Frames are uint8 (N, H, W, 3), and targets hold N
    values each. The seed decides the first weights and the order of frames; torch's own random
    numbers are left as they were.

    Raises:
        ValueError: lengths differ, no target is usable, or the frames do not suit the network.
    """
    check_lengths("frames", len(frames), targets)
    kept, _ = split_usable(targets)
    if not kept:
        raise ValueError("none of the targets varies; give frames in which some do")
    outputs = TargetOutputs(kept)
    height, width, colours = frames.shape[1:]
    shape = NetworkShape((height, width, colours), latents=outputs.size, posterior="point")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SupervisedNetwork(make_encoder(shape).to(device), outputs, device)
    fit_network(network.run, network.encoder, torch.from_numpy(frames), outputs, settings, seed)
    return network
