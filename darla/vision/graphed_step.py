"""A whole training step as one CUDA graph, which a GPU replays without being told each operation.

Whole-network capture of torch's notes on CUDA graphs: some steps are taken as they are, on a stream
of their own, in which all that is made once is made (compiled kernels, an optimiser's averages, the
plans of libraries); the next one is recorded, and from then on replayed. A graph reads and writes
the memory that it was recorded with. So frames are copied to where it expects them, what changes
with the steps must lie in tensors that stay, and results are overwritten by each replay. Random
numbers go on from replay to replay, as torch's generator says.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from darla.objectives import LossTerms
from darla.vision.compiled_losses import cause, warn

Take = Callable[[Tensor, Tensor | None], LossTerms]
"""Takes a step on uint8 frames (N, H, W, 3) and what is given beside them."""
_WARM_UP = 3
"""Steps that are taken before one is recorded, as torch advises."""


class GraphedStep:
    """Takes steps by a graph, once some have been taken without; for good without if that fails."""

    def __init__(self, take: Take) -> None:
        """Get ready to record ``take``, which must do the same work on the device every time."""
        self._plain = take
        self._chosen: Take | None = None
        self._taken = 0
        self._graphs = CudaGraphs()

    def __call__(self, frames: Tensor, given: Tensor | None) -> LossTerms:
        """Take a step; all batches are of one shape."""
        if self._chosen is None and self._taken == _WARM_UP:
            self._chosen = self._recorded(frames, given)
        if self._chosen is not None:
            return self._chosen(frames, given)
        self._taken += 1
        return self._graphs.beside(self._plain, frames, given)

    @property
    def is_graph(self) -> bool:
        """Whether steps are replayed by now."""
        return self._chosen is not None and self._chosen is not self._plain

    def _recorded(self, frames: Tensor, given: Tensor | None) -> Take:
        """Return the replay of a step, or the plain one and a warning."""
        try:
            return self._graphs.recorded(self._plain, frames, given)
        except Exception as error:
            warn(f"warning: the training step is no CUDA graph, and slower for it: {cause(error)}")
            return self._plain


class CudaGraphs:
    """What CUDA is asked for by :class:`GraphedStep`."""

    def __init__(self) -> None:
        """Have no stream yet."""
        self._stream: torch.cuda.Stream | None = None

    def beside(self, take: Take, frames: Tensor, given: Tensor | None) -> LossTerms:
        """Take a step on a stream of its own, as long as nothing else is done on the GPU's."""
        stream, current = self._own_stream(frames), torch.cuda.current_stream(frames.device)
        stream.wait_stream(current)
        with torch.cuda.device(frames.device), torch.cuda.stream(stream):
            losses = take(frames, given)
        current.wait_stream(stream)
        return losses

    def recorded(self, take: Take, frames: Tensor, given: Tensor | None) -> Take:
        """Record a step, without taking it, and return its replay for batches of this shape."""
        shown, told = frames.clone(), None if given is None else given.clone()
        graph, random = torch.cuda.CUDAGraph(), torch.cuda.get_rng_state(frames.device)
        try:
            with (
                torch.cuda.device(frames.device),
                torch.cuda.graph(graph, stream=self._own_stream(frames)),
            ):
                losses = take(shown, told)
        except Exception:
            _renew_random(frames.device, random)
            raise

        def replay(frames: Tensor, given: Tensor | None) -> LossTerms:
            shown.copy_(frames, non_blocking=True)
            if told is not None and given is not None:
                told.copy_(given, non_blocking=True)
            graph.replay()
            return losses

        return replay

    def _own_stream(self, frames: Tensor) -> torch.cuda.Stream:
        """Return the stream, which is the same for all of them, as gradients remember theirs."""
        if self._stream is None:
            self._stream = torch.cuda.Stream(frames.device)
        return self._stream


def _renew_random(device: torch.device, state: Tensor) -> None:
    """Give a GPU's random numbers a new home: the old one may still believe to be recorded."""
    fresh = torch.Generator(device)
    fresh.set_state(state)
    index = torch.cuda.current_device() if device.index is None else device.index
    torch.cuda.default_generators[index].graphsafe_set_state(fresh.graphsafe_get_state())
