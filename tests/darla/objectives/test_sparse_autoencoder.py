import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.sparse_autoencoder import SparseAutoencoder
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(64)[0])


def make(**changes: float) -> SparseAutoencoder:
    objective = tiny_objective("sparse_autoencoder", **changes)
    assert isinstance(objective, SparseAutoencoder)
    return objective


@pytest.mark.parametrize("weight", [0.0, 2.5])
def test_it_charges_for_absolute_values(weight: float) -> None:
    objective, pictures = make(weight=weight), to_pictures(FRAMES[:8])
    losses = objective.losses(pictures, torch.zeros(()))
    size = objective.encoder(pictures).mu.abs().sum() / 8
    torch.testing.assert_close(losses.terms["loss/sparsity"], size)
    torch.testing.assert_close(losses.total, losses.terms["loss/reconstruction"] + weight * size)


def test_a_high_price_brings_latents_to_zero() -> None:
    sizes = {}
    for weight in (0.0, 1e4):
        objective = make(weight=weight)
        stage = objective.stages()[0]
        step = TrainingStep(objective, stage, torch.device("cpu"), torch.float32)
        for number in range(60):
            losses = step(FRAMES, number)
        sizes[weight] = losses.terms["loss/sparsity"].item()
    assert sizes[1e4] < 0.1 * sizes[0.0]


def test_the_decoder_s_weights_alone_decay() -> None:
    encoder, decoder = make(weight_decay=0.3).parameter_groups(1e-3)
    assert "weight_decay" not in encoder
    assert decoder["weight_decay"] == 0.3 and decoder["decoupled_weight_decay"]
