"""sequence_vae: what its KL costs, what it learns from, and what it refuses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from darla.encoder.bundle import load_encoder
from darla.encoder.network_shape import MemoryShape
from darla.encoder.networks import to_pictures
from darla.encoder.remembered import encode_sequence, foretell
from darla.frames.dataset import FrameDataset
from darla.objectives import make_objective, objective_settings
from darla.objectives.sequence_vae import balanced_kl
from darla.vision.train import train_vision
from toy_frames import (
    tiny_config,
    tiny_objective,
    tiny_settings,
    toy_facts,
    toy_frames,
    write_toy_dataset,
)
from toy_walks import write_walks


def gaussians(seed: int) -> tuple[Tensor, Tensor]:
    """Return mu and logvar of two latents of three frames, that gradients reach."""
    torch.manual_seed(seed)
    return torch.randn(3, 2, requires_grad=True), torch.randn(3, 2, requires_grad=True)


@pytest.mark.parametrize("free", [0.0, 2.0])
def test_the_balanced_kl_is_that_of_gaussians_and_each_side_pays_its_own(free: float) -> None:
    posterior, prior = gaussians(0), gaussians(1)
    each = kl_divergence(
        *(Normal(mu, (0.5 * logvar).exp()) for mu, logvar in (posterior, prior))
    ).sum(dim=1)
    found = balanced_kl(posterior, prior, free)
    torch.testing.assert_close(found.nats, each.detach())
    torch.testing.assert_close(found.per_latent.sum(dim=1), each.detach())
    for charged in (found.dynamics, found.representation):
        torch.testing.assert_close(charged, each.clamp_min(free))
    assert free == 0 or ((each < free).any() and (each > free).any())
    expected = torch.autograd.grad(each[each > free].sum(), [*posterior, *prior])
    for charged, learns, spared in (
        (found.dynamics, prior, posterior),
        (found.representation, posterior, prior),
    ):
        gradients = torch.autograd.grad(
            charged.sum(), [*learns, *spared], retain_graph=True, allow_unused=True
        )
        own = expected[2:] if learns is prior else expected[:2]
        torch.testing.assert_close(gradients[:2], own)
        assert gradients[2:] == (None, None)


def test_the_loss_is_the_sum_of_its_terms() -> None:
    objective = tiny_objective("sequence_vae", dynamics=0.7, representation=0.2, free_nats=0.05)
    pictures = to_pictures(torch.from_numpy(toy_frames(6)[0]))
    losses = objective.losses(pictures, torch.zeros(()))
    terms = losses.terms
    expected = (
        terms["loss/reconstruction"]
        + 0.7 * terms["loss/dynamics"]
        + 0.2 * terms["loss/representation"]
    )
    torch.testing.assert_close(losses.total, expected)
    assert losses.kl_per_latent is not None
    assert (losses.kl_per_latent[:4] > 0).all() and (losses.kl_per_latent[4:] == 0).all()


def test_nothing_is_known_before_a_sequence() -> None:
    objective = tiny_objective("sequence_vae")
    pictures = to_pictures(torch.from_numpy(toy_frames(4)[0]))
    losses = []
    for first in (0.0, 1.0):
        told = torch.zeros(4, 4)
        told[:2, 0] = first  # the actions that led to the first frames
        torch.manual_seed(0)
        losses.append(objective.losses_given(pictures, torch.zeros(()), told).total)
    assert losses[0] == losses[1]
    told[2:, 0] = 1  # those that led to the second ones
    torch.manual_seed(0)
    assert objective.losses_given(pictures, torch.zeros(()), told).total != losses[0]


def test_frames_without_actions_are_refused_in_one_line_before_anything_is_written(
    tmp_path: Path,
) -> None:
    data = write_toy_dataset(tmp_path / "toy", per_look=4)
    with pytest.raises(
        ValueError, match=r"the frames were recorded without any, .*--policy random"
    ) as error:
        train_vision(tiny_config(data, tmp_path / "run", objective="sequence_vae"))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match="recorded without any"):
        make_objective(tiny_settings("sequence_vae"), replace(toy_facts(), actions=None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 15, "sequence_length": 4}, "sequences of 4 frames need a multiple of 4"),
        ({"batch_size": 200, "sequence_length": 200}, "sequences have 200 frames, but the dataset"),
    ],
)
def test_sequences_must_fit(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "toy", per_look=4, choices=2)
    with pytest.raises(ValueError, match=message):
        train_vision(tiny_config(data, tmp_path / "run", objective="sequence_vae", **changes))
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match="sequence_length is 1, but sequences have 2 frames"):
        objective_settings("sequence_vae", sequence_length=1)


def test_it_learns_where_actions_lead(tmp_path: Path) -> None:
    """Of walks on a circle it foretells some steps; a copy of the last frame stays behind."""
    data = write_walks(tmp_path / "walks", episodes=24, steps=50, stride=8)
    config = tiny_config(
        *(data, tmp_path / "run"),
        objective="sequence_vae",
        latents=6,
        memory=64,
        hidden_units=64,
        sequence_length=8,
        batch_size=64,
        epochs=26.0,
        likelihood="gaussian",
        sigma=0.7,
    )
    encoder = load_encoder(train_vision(config).bundle)
    assert encoder.encoder.shape.memory == MemoryShape(64, choices=2)
    assert encoder.active.sum() > 6  # in the frames' order the memory moves

    count, seen, steps = 16, 6, 3
    path = write_walks(tmp_path / "fresh", count, seen + steps, seed=1, stride=8)
    fresh = FrameDataset.open(path)
    frames = fresh.read(0, len(fresh)).reshape(count, seen + steps, *fresh.shape[1:])
    actions = fresh.actions.reshape(count, seen + steps)
    starts = np.arange(seen) == 0
    pairs = zip(frames[:, :seen], actions[:, :seen], strict=True)
    before = np.stack([encode_sequence(encoder, *pair, starts)[-1] for pair in pairs])
    done = actions[:, seen:].T

    def error(pictures: np.ndarray) -> float:
        """Return the squared error of what is foretold, (steps, count, H, W, 3)."""
        true = frames[:, seen:].swapaxes(0, 1).astype(float)
        return float(((pictures.astype(float) - true) ** 2).mean())

    def drawn(acted: np.ndarray) -> np.ndarray:
        """Return pictures of what would come of actions."""
        found = foretell(encoder, before, acted)
        pictures = encoder.decode(found.reshape(-1, encoder.latent_dim))
        return pictures.reshape(*acted.shape, *fresh.shape[1:])

    copies = np.broadcast_to(frames[:, seen - 1], (steps, *frames[:, 0].shape))
    assert error(drawn(done)) < 0.7 * error(copies)
    assert error(drawn(done)) < 0.7 * error(drawn(1 - done))
