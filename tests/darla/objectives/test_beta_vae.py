import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.darla_2017 import Darla2017
from toy_frames import tiny_objective, toy_frames

PICTURES = to_pictures(torch.from_numpy(toy_frames(6)[0]))


def beta_at(step: float, name: str = "beta_vae", **changes: object) -> float:
    objective = tiny_objective(name, steps=200, **changes)
    losses = objective.losses(PICTURES, torch.tensor(step))
    beta = losses.terms["beta"]
    pixel_weight = objective.settings.pixel_weight if isinstance(objective, Darla2017) else 0.0
    rest = losses.terms["loss/reconstruction"] + pixel_weight * losses.terms["loss/pixel"]
    torch.testing.assert_close(losses.total, rest + beta * losses.terms["loss/kl"])
    return float(beta)


@pytest.mark.parametrize(("step", "share"), [(0, 0.0), (10, 0.2), (25, 0.5), (50, 1.0), (99, 1.0)])
def test_beta_warms_up_linearly_and_stays(step: float, share: float) -> None:
    assert beta_at(step, beta=6.0, beta_warmup=0.25) == pytest.approx(6.0 * share)


def test_a_beta_vae_does_not_warm_up_by_itself_and_darla_does() -> None:
    assert beta_at(0) == 4.0
    assert beta_at(0, "darla_2017") == 0.0
    assert beta_at(50, "darla_2017") == 1.0
    assert beta_at(0, "darla_2017", beta_warmup=0.0) == 1.0
