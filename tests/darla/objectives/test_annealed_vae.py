import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.annealed_vae import AnnealedVAE
from toy_frames import tiny_objective, toy_frames


def annealed(**changes: object) -> AnnealedVAE:
    objective = tiny_objective("annealed_vae", steps=200, **changes)
    assert isinstance(objective, AnnealedVAE)
    return objective


@pytest.mark.parametrize(
    ("step", "capacity"), [(0, 0.0), (10, 2.0), (25, 5.0), (50, 10.0), (51, 10.0), (9999, 10.0)]
)
def test_capacity_grows_linearly_then_stays(step: int, capacity: float) -> None:
    objective = annealed(capacity=10.0, capacity_steps=50)
    assert objective.capacity(torch.tensor(float(step))).item() == pytest.approx(capacity)


def test_capacity_grows_for_half_of_the_run_by_default() -> None:
    assert annealed().effective_settings()["capacity_steps"] == 100


@pytest.mark.parametrize("step", [0.0, 25.0, 100.0])
def test_gamma_is_charged_for_each_nat_away_from_the_capacity(step: float) -> None:
    objective = annealed(capacity=30.0, capacity_steps=50, gamma=7.0)
    losses = objective.losses(to_pictures(torch.from_numpy(toy_frames(6)[0])), torch.tensor(step))
    away = (losses.terms["loss/kl"] - losses.terms["capacity"]).abs()
    torch.testing.assert_close(losses.total, losses.terms["loss/reconstruction"] + 7.0 * away)
