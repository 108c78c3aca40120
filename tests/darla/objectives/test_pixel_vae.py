import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from darla.encoder.bundle import load_encoder
from darla.encoder.likelihoods import Bernoulli
from darla.encoder.networks import to_pictures
from darla.objectives.pixel_vae import MaskedConvolutions, PixelVAE
from darla.vision.train import train_vision
from toy_frames import tiny_config, tiny_objective, toy_frames, write_toy_dataset

PICTURES = to_pictures(torch.from_numpy(toy_frames(6)[0]))


def make(**changes: Any) -> PixelVAE:
    objective = tiny_objective("pixel_vae", **changes)
    assert isinstance(objective, PixelVAE)
    return objective


def masked() -> MaskedConvolutions:
    torch.manual_seed(0)
    return MaskedConvolutions(channels=8, layers=2)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 5), (4, 0), (6, 5), (10, 11)])
def test_no_pixel_depends_on_itself_or_on_later_ones(row: int, column: int) -> None:
    pictures = torch.rand(2, 3, 11, 12, requires_grad=True)
    logits = masked()(pictures, torch.randn(2, 3, 11, 12))
    logits[:, :, row, column].sum().backward()
    assert pictures.grad is not None
    reached = pictures.grad.abs().sum(dim=(0, 1))
    before = torch.zeros(11, 12, dtype=torch.bool)
    before[:row], before[row, :column] = True, True
    assert not reached[~before].any()
    if column:
        assert reached[row, column - 1] > 0
    if row:
        assert reached[row - 1, column] > 0


def test_each_pixel_depends_on_its_latents() -> None:
    logits = torch.randn(1, 3, 8, 8, requires_grad=True)
    masked()(torch.rand(1, 3, 8, 8), logits)[0, :, 4, 4].sum().backward()
    assert logits.grad is not None and (logits.grad[0, :, 4, 4] != 0).all()


def test_chances_of_all_pictures_add_up_to_one() -> None:
    values = torch.tensor(list(itertools.product([0.0, 1.0], repeat=12)))
    pictures = values.view(-1, 3, 2, 2)
    logits = torch.randn(1, 3, 2, 2).expand_as(pictures)
    network = masked()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        chances = (-Bernoulli().negative_log(network(pictures, logits), pictures)).exp()
    assert chances.max() > 3 / 4096  # far from all alike
    assert chances.sum().item() == pytest.approx(1.0, abs=1e-4)


def test_the_loss_weighs_pictures_of_latents_alone_by_blind() -> None:
    losses = make(blind=0.3, beta=2.0).losses(PICTURES, torch.zeros(()))
    terms = losses.terms
    expected = 0.3 * terms["loss/blind"] + 0.7 * terms["loss/next_pixel"]
    torch.testing.assert_close(terms["loss/reconstruction"], expected)
    torch.testing.assert_close(losses.total, expected + 2.0 * terms["loss/kl"])


def test_a_wholly_blind_one_is_the_beta_vae() -> None:
    ours, plain = make(blind=1.0, beta=3.0), tiny_objective("beta_vae", beta=3.0)
    totals = []
    for objective in (ours, plain):
        torch.manual_seed(1)
        totals.append(objective.losses(PICTURES, torch.zeros(())).total)
    torch.testing.assert_close(*totals)


def test_it_cannot_be_blind_to_latents_alone() -> None:
    with pytest.raises(ValueError, match=r"blind is 0\.0; expected a share above 0 and up to 1"):
        make(blind=0.0)


def test_pixels_are_foretold_and_latents_stay_alive(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "toy", 160, chunk_size=80)
    config = tiny_config(data, tmp_path / "run", objective="pixel_vae", epochs=20.0, log_every=20)
    frozen = load_encoder(train_vision(config).bundle)
    events = EventAccumulator(str(config.out / "tensorboard/pixel_vae")).Reload()
    blind, seen = (events.Scalars(f"loss/{term}")[-1].value for term in ("blind", "next_pixel"))
    assert seen < blind
    assert frozen.statistics.kl.sum() > 2.0
    frames, _ = toy_frames(64, seed=1)
    decoded = frozen.decode(frozen.encode(frames)).astype(float)
    assert ((decoded - frames) ** 2).mean() < 0.5 * frames.var(axis=0).mean()
