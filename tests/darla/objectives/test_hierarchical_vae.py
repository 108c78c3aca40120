from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives.hierarchical_vae import HierarchicalVAE
from darla.vision.train import train_vision
from toy_frames import tiny_config, tiny_objective, toy_frames, write_toy_dataset

PICTURES = to_pictures(torch.from_numpy(toy_frames(6)[0]))


def make(**changes: Any) -> HierarchicalVAE:
    objective = tiny_objective("hierarchical_vae", **changes)
    assert isinstance(objective, HierarchicalVAE)
    return objective


def test_one_level_is_the_beta_vae() -> None:
    same = {"beta": 3.0, "beta_warmup": 0.5, "free_bits": 0.1}
    one, other = make(level_latents=(4,), **same), tiny_objective("beta_vae", **same)
    for step in (0.0, 2.0, 9.0):
        torch.manual_seed(1)
        ours = one.losses(PICTURES, torch.tensor(step))
        torch.manual_seed(1)
        plain = other.losses(PICTURES, torch.tensor(step))
        assert torch.equal(ours.total, plain.total)
        assert torch.equal(ours.terms["kl_level/1"], plain.terms["loss/kl"])


def test_the_loss_charges_beta_for_the_nats_of_every_level() -> None:
    losses = make(level_latents=(1, 2, 1), channels=(8, 16, 16), beta=3.0, beta_warmup=0.0).losses(
        PICTURES, torch.zeros(())
    )
    levels = [losses.terms[f"kl_level/{number}"] for number in (1, 2, 3)]
    torch.testing.assert_close(losses.total, losses.terms["loss/reconstruction"] + 3 * sum(levels))
    assert losses.kl_per_latent is not None
    torch.testing.assert_close(levels[1], losses.kl_per_latent[1:3].sum())


def test_latents_are_shared_by_two_levels_unless_their_numbers_are_given() -> None:
    assert make(latents=5).level_latents == (3, 2)
    roles = make(latents=5, level_latents=(1, 4)).latent_roles(lambda: iter(()))
    assert roles == {"level_1": [0], "level_2": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level_latents": (2, 3)}, r"levels of \(2, 3\) latents, but there are 4"),
        ({"level_latents": (2, 1, 1)}, "3 levels of latents need as many convolutions"),
        ({"network": "painted"}, "the network 'painted' has no levels; give network 'ladder'"),
    ],
)
def test_impossible_levels_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(**changes)


def test_no_level_dies_on_toy_frames(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "toy", 160, chunk_size=80)
    config = tiny_config(
        data, tmp_path / "run", objective="hierarchical_vae", epochs=20.0, log_every=20
    )
    frozen = load_encoder(train_vision(config).bundle)
    assert frozen.latent_roles.keys() == {"level_1", "level_2"}
    assert frozen.encoder.shape.levels == (2, 2)
    events = EventAccumulator(str(config.out / "tensorboard/hierarchical_vae")).Reload()
    for number, indices in enumerate(frozen.latent_roles.values(), start=1):
        assert frozen.statistics.kl[indices].sum() > 0.5
        assert events.Scalars(f"kl_level/{number}")[-1].value > 0.5
