import pytest
import torch

from darla.running.tuned_convolutions import convolutions_tuned


@pytest.mark.parametrize("before", [False, True])
def test_convolutions_are_tuned_inside_and_as_before_after(
    before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", before)
    with pytest.raises(KeyError), convolutions_tuned():
        assert torch.backends.cudnn.benchmark
        raise KeyError
    assert torch.backends.cudnn.benchmark == before
