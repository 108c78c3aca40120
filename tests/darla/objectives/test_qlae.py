import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.qlae import QLAE
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(12)[0])


def make(**changes: float) -> QLAE:
    objective = tiny_objective("qlae", **{"codes": 5, **changes})
    assert isinstance(objective, QLAE)
    return objective


def test_numbers_start_evenly_spaced() -> None:
    codes = make().codebooks.codebook.detach()
    torch.testing.assert_close(codes, torch.linspace(-2, 2, 5)[None, :, None].expand(4, 5, 1))


def test_codes_pull_at_values_and_values_at_codes() -> None:
    objective = make(quantization=3.0, commitment=0.5)
    values = torch.tensor([[0.2, -0.9, 1.6, 2.5], [0.1, 1.1, 0.4, -9.0]], requires_grad=True)
    nearest = torch.tensor([[0.0, -1, 2, 2], [0, 1, 0, -2]])
    indices = objective.codebooks.indices(values)
    assert torch.equal(indices, nearest.long() + 2)
    penalty = objective.code_penalty(values, indices)
    apart = values.detach() - nearest
    squares = apart.square().sum(dim=1).mean()
    torch.testing.assert_close(penalty.terms["loss/commitment"].detach(), squares)
    torch.testing.assert_close(penalty.cost.detach(), 3.5 * squares)
    penalty.cost.backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad, 0.5 * apart)  # 2 * 0.5 / 2 frames
    codebook = objective.codebooks.codebook
    expected = torch.zeros_like(codebook)
    for row, moved in zip(indices, -3.0 * apart, strict=True):
        expected[torch.arange(4), row, 0] += moved
    torch.testing.assert_close(codebook.grad, expected)


def test_the_reconstruction_does_not_move_codes() -> None:
    objective = make(quantization=0.0)
    objective.losses(to_pictures(FRAMES), torch.zeros(())).total.backward()
    grad = objective.codebooks.codebook.grad
    assert grad is not None and not grad.any()
    assert objective.encoder.continuous.head.weight.grad.any()


def test_weights_of_both_networks_decay_and_codes_do_not() -> None:
    objective, free = make(weight_decay=0.5), make(weight_decay=0.0)
    for each in (objective, free):
        stage = each.stages()[0]
        TrainingStep(each, stage, torch.device("cpu"), torch.float32)(FRAMES, 0)
    rate, before = stage.learning_rate, dict(make().named_parameters())
    others = dict(free.named_parameters())
    for name, weight in objective.named_parameters():
        share = 0.0 if "codebook" in name else 0.5
        # decoupled: Adam's own step is that without decay
        expected = others[name] - rate * share * before[name]
        torch.testing.assert_close(weight, expected, atol=1e-6, rtol=0)


def test_numbers_are_few() -> None:
    with pytest.raises(ValueError, match="codes is 1; expected a whole number from 2 to"):
        make(codes=1)
