"""Convolutions of GPUs, and which of their algorithms is the fastest."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def convolutions_tuned() -> Iterator[None]:
    """Let cuDNN try its algorithms on each new shape inside the block, and keep the fastest.

    Batches of a training have one shape. CPUs are not concerned.
    """
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before
