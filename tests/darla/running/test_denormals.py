import torch

from darla.running.denormals import denormals_flushed


def _denormal() -> float:
    return float(torch.tensor(2e-38) * 0.1)


def test_denormals_are_flushed_inside_and_kept_after():
    assert _denormal() > 0
    with denormals_flushed():
        assert _denormal() == 0
        with denormals_flushed():
            pass
        assert _denormal() == 0
    assert _denormal() > 0
