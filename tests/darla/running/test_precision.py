"""Which arithmetic a network computes in."""

import pytest
import torch

from darla.running.precision import choose_precision

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def test_precision_suits_the_device() -> None:
    assert choose_precision("float32", GPU) == torch.float32
    assert choose_precision("bfloat16", CPU) == torch.bfloat16
    assert choose_precision("auto", GPU) == torch.bfloat16


@pytest.mark.parametrize(
    ("unit", "dtype"),
    [
        ({"amx_bf16": True, "avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": False, "avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": False, "avx512_bf16": False, "avx512": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_a_cpu_takes_bfloat16_where_it_is_fast(
    unit: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: unit)
    assert choose_precision("auto", CPU) == dtype


def test_other_names_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown precision 'float23'; did you mean 'float32'"):
        choose_precision("float23", CPU)
