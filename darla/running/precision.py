"""The arithmetic of networks: float32, or bfloat16 where the machine is made for it."""

from typing import TYPE_CHECKING, Literal, get_args

from darla.running.names import unknown

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "float32", "bfloat16"]
"""What settings may ask for."""
PRECISIONS: tuple[str, ...] = get_args(Precision)
"""Names of arithmetics."""


def choose_precision(precision: str, device: "torch.device") -> "torch.dtype":
    """Return what the networks compute in: float32 or bfloat16.

    ``auto`` is bfloat16 on a GPU, and on CPUs that multiply it: with matrix units (AMX) it is more
    than twice as fast there, with vector units (AVX-512) 1.3 times in training and 1.4 to 1.7 in
    encoding; elsewhere a CPU is slower with it. A ValueError where ``precision`` is none of
    PRECISIONS.
    """
    import torch  # here, for those that only read settings do not wait for it

    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    if precision != "auto":
        return torch.bfloat16 if precision == "bfloat16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16
    units = torch.cpu.get_capabilities()
    fast = units.get("amx_bf16") or units.get("avx512_bf16")
    return torch.bfloat16 if fast else torch.float32
