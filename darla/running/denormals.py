"""Denormal numbers, and why training does without them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Treat denormal floating-point numbers as 0 inside the block, and as before after it.

    The moments that Adam keeps for units that died fade into denormal numbers, on which a CPU
    computes twenty times slower. GPUs are not concerned.
    """
    before = float(torch.tensor(2e-38) * 0.1) == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)
