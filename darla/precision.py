"""The arithmetic of networks: float32, or bfloat16 where the machine is made for it."""

import torch

from darla.names import unknown

PRECISIONS = ("auto", "float32", "bfloat16")
"""Names of arithmetics."""


def choose_precision(precision: str, device: torch.device) -> torch.dtype:
    """Return what the networks compute in: float32 or bfloat16.

    ``auto`` is bfloat16 on a GPU, and on CPUs with matrix units for it (AMX), where it is more
    than twice as fast; elsewhere a CPU is slower with it.

    Raises:
        ValueError: ``precision`` is none of PRECISIONS.
    """
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    if precision != "auto":
        return torch.bfloat16 if precision == "bfloat16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16
    fast = torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if fast else torch.float32
