import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.vq_vae import VQVAE
from toy_frames import tiny_objective, toy_frames

FRAMES = torch.from_numpy(toy_frames(12)[0])


def make(**changes: float) -> VQVAE:
    objective = tiny_objective("vq_vae", **{"codes": 2, "code_size": 2, **changes})
    assert isinstance(objective, VQVAE)
    return objective


def test_codes_are_running_means_of_what_becomes_them() -> None:
    objective = make(decay=0.75)
    objective.counts.copy_(torch.tensor([[4.0, 2.0], [1.0, 1.0]]))
    codes = torch.tensor([[[0.0, 0], [3, 3]], [[-1, -1], [1, 1]]])
    objective.sums.copy_(objective.counts[..., None] * codes)
    objective.codebooks.codebook.copy_(codes)
    values = torch.tensor([[1.0, 0, -2, 0], [0, 1, -1, 1], [4, 2, 2, 1]])
    indices = objective.codebooks.indices(values)
    assert indices.tolist() == [[0, 0], [0, 0], [1, 1]]
    objective.follow(values, indices)
    counts = torch.tensor([[0.75 * 4 + 0.5, 0.75 * 2 + 0.25], [0.75 + 0.5, 0.75 + 0.25]])
    torch.testing.assert_close(objective.counts, counts)
    expected = torch.tensor(
        [
            [[0.25 / 3.5, 0.25 / 3.5], [(4.5 + 1) / 1.75, (4.5 + 0.5) / 1.75]],
            [[(-0.75 - 0.75) / 1.25, (-0.75 + 0.25) / 1.25], [0.75 + 0.5, 0.75 + 0.25]],
        ]
    )
    torch.testing.assert_close(objective.codebooks.codebook, expected)


def test_a_code_that_no_frame_has_is_taken_to_where_one_is() -> None:
    torch.manual_seed(0)
    objective = make(decay=0.99)
    objective.counts.copy_(torch.tensor([[5.0, 0.05], [5.0, 5.0]]))
    codes = torch.tensor([[[0.0, 0], [9, 9]], [[0, 0], [9, 9]]])
    objective.sums.copy_(objective.counts[..., None] * codes)
    objective.codebooks.codebook.copy_(codes)
    values = torch.tensor([[1.0, 0, 0, 1], [0, 1, 0, 0], [1, 1, 0, 2]])
    objective.follow(values, objective.codebooks.indices(values))
    first, second = objective.codebooks.codebook
    assert any(torch.allclose(first[1], frame) for frame in values[:, :2])
    assert objective.counts[0, 1] == pytest.approx(1.5)  # three frames for two codes
    torch.testing.assert_close(second[1], torch.tensor([9.0, 9.0]))  # often enough until now


def test_the_first_minibatch_makes_the_first_codes() -> None:
    objective = make(codes=6)
    pictures = to_pictures(FRAMES)
    values = objective.values(pictures, torch.zeros(()))
    objective.losses(pictures, torch.zeros(()))
    frames = objective.codebooks.grouped(values).detach()
    apart = (frames[:, :, None] - objective.codebooks.codebook).abs().amax(dim=3).amin(dim=0)
    assert apart.max() < 1e-5
    before = objective.codebooks.codebook.clone()
    objective.eval().losses(pictures, torch.ones(()))
    assert torch.equal(objective.codebooks.codebook, before)


def test_the_encoder_alone_pays_for_the_distance() -> None:
    objective = make(commitment=3.0).eval()
    values = torch.randn(5, 4, requires_grad=True)
    indices = objective.codebooks.indices(values)
    penalty = objective.code_penalty(values, indices)
    apart = values.detach() - objective.codebooks.code_values(indices)
    torch.testing.assert_close(penalty.cost.detach(), 3 * apart.square().sum(dim=1).mean())
    penalty.cost.backward()
    torch.testing.assert_close(values.grad, 3 * 2 / 5 * apart)
    assert "encoder.quantizer.codebook" not in dict(objective.named_parameters())
    assert "encoder.quantizer.codebook" in objective.state_dict()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code_size": 3}, "code_size is 3, which does not divide 4 latents; give another"),
        ({"codes": 1}, "codes is 1; expected a whole number from 2"),
        ({"decay": 1.0}, "decay is 1.0; expected a share from 0 to below 1"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(**changes)
