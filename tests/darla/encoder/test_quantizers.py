import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.encoder.network_shape import NetworkShape
from darla.encoder.quantizers import (
    QUANTIZERS,
    CodebookQuantizer,
    FiniteScalarQuantizer,
    codes_in_use,
    share_in_use,
)


def shape(posterior: str, latents: int = 4, codes: int = 5, code_size: int = 1) -> NetworkShape:
    return NetworkShape(
        (32, 32, 3), latents=latents, posterior=posterior, codes=codes, code_size=code_size
    )


def fsq(levels: int, latents: int = 1) -> FiniteScalarQuantizer:
    return FiniteScalarQuantizer(shape("fsq", latents, levels))


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 8, 255])
def test_every_number_of_fsq_has_the_same_share_of_tanh(levels: int) -> None:
    count = 100 * levels
    bounded = (torch.arange(count, dtype=torch.float64) + 0.5) / count * 2 - 1
    codes = fsq(levels)(torch.atanh(bounded).float()[:, None])[:, 0]
    numbers, counts = codes.unique(return_counts=True)
    torch.testing.assert_close(numbers, torch.linspace(-1, 1, levels))
    assert counts.sub(100).abs().max() <= 1


@settings(max_examples=50)
@given(st.integers(2, 40), st.floats(-50, 50))
def test_fsq_takes_the_nearest_number_of_what_it_bounds(levels: int, value: float) -> None:
    quantizer, values = fsq(levels), torch.tensor([[value]])
    numbers = torch.linspace(-1, 1, levels)
    apart = (quantizer.smooth(values) - numbers).abs()
    assert (quantizer(values) - numbers).abs().min() < 1e-6
    assert (quantizer(values) - quantizer.smooth(values)).abs() < apart.min() + 1e-5


def test_the_gradient_of_fsq_is_that_of_what_it_bounds() -> None:
    quantizer = fsq(5, latents=3)
    quantizer.follow(torch.tensor([0.0, 1.0, 0.0]), torch.tensor([1.0, 1.0, 2.0]), 1.0)
    outputs = torch.tensor([[0.3, 0.2, -4.0]], requires_grad=True)
    codes = quantizer(outputs)
    values = torch.tensor([[0.3, -0.8, -2.0]])
    expected = [[round(5 * (t + 1) / 2 - 0.5) / 2 - 1 for t in values.tanh()[0].tolist()]]
    assert codes.tolist() == expected
    weights = torch.tensor([[1.0, 10.0, 100.0]])
    (codes * weights).sum().backward()
    slope = 1.25 * (1 - values.tanh().square())
    torch.testing.assert_close(outputs.grad, weights * slope / torch.tensor([1.0, 1.0, 2.0]))


def test_a_codebook_gives_the_nearest_code_of_each_group() -> None:
    quantizer = CodebookQuantizer(shape("codebook", latents=4, codes=3, code_size=2))
    quantizer.codebook.copy_(
        torch.tensor([[[0, 0], [1, 0], [0, 1]], [[5, 5], [-5, 5], [5, -5]]], dtype=torch.float32)
    )
    values = torch.tensor([[0.9, 0.2, 4.0, -1.0], [0.1, 0.2, -1.0, 0.1]], requires_grad=True)
    assert quantizer.indices(values).tolist() == [[1, 2], [0, 1]]
    codes = quantizer(values)
    assert codes.tolist() == [[1, 0, 5, -5], [0, 0, -5, 5]]
    (codes * torch.arange(4.0)).sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [[0, 1, 2, 3]] * 2  # straight through


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(2, 9), st.integers(1, 3), st.integers(0, 1000))
def test_codes_are_their_own_nearest(groups: int, codes: int, size: int, seed: int) -> None:
    torch.manual_seed(seed)
    quantizer = CodebookQuantizer(shape("codebook", groups * size, codes, size))
    indices = torch.randint(0, codes, (6, groups))
    values = quantizer.code_values(indices)
    assert values.shape == (6, groups * size)
    assert torch.equal(quantizer.indices(values), indices)
    assert torch.equal(quantizer(values), values)


@settings(max_examples=30)
@given(st.sampled_from(sorted(QUANTIZERS)), st.integers(2, 9), st.integers(0, 1000))
def test_straight_through_gives_codes_to_the_last_bit(kind: str, codes: int, seed: int) -> None:
    torch.manual_seed(seed)
    quantizer = QUANTIZERS[kind](shape(kind, codes=codes))
    indices = torch.randint(0, codes, (6, 4))
    given = quantizer.straight_through(100 * torch.randn(6, 4), indices)
    assert torch.equal(given, quantizer.code_values(indices))


def test_a_codebook_is_the_same_as_buffer_and_as_parameter() -> None:
    learnt, fixed = (CodebookQuantizer(shape("codebook")) for _ in range(2))
    learnt.learn_by_gradient()
    assert [name for name, _ in learnt.named_parameters()] == ["codebook"]
    assert not list(fixed.parameters())
    fixed.load_state_dict(learnt.state_dict())
    values = torch.randn(7, 4)
    assert torch.equal(fixed(values), learnt(values))
    assert not learnt.straight_through(values, learnt.indices(values)).requires_grad


def test_shares_of_codes_count_each_group_on_its_own() -> None:
    indices = torch.tensor([[0, 1], [0, 2], [1, 3], [0, 3]])
    assert share_in_use(indices, 4).item() == pytest.approx((2 / 4 + 3 / 4) / 2)
    quantizer = CodebookQuantizer(shape("codebook", latents=4, codes=4, code_size=2))
    latents = quantizer.code_values(indices).numpy()
    found = codes_in_use(latents, shape("codebook", latents=4, codes=4, code_size=2))
    assert found == pytest.approx((2 / 4 + 3 / 4) / 2)
    assert codes_in_use(np.zeros((3, 4)), NetworkShape((32, 32, 3), latents=4)) is None
