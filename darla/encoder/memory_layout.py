"""How pictures lie in memory: channels last, as convolutions are fastest on them."""

from torch import Tensor


def channels_last(grid: Tensor) -> Tensor:
    """Return a grid (N, C, H, W), with the channels of a pixel beside each other in memory.

    It is what ``contiguous(memory_format=torch.channels_last)`` makes, in words that also suit the
    grids of several models at once (:func:`torch.func.vmap`), which have five dimensions.
    """
    return grid.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
