"""Losses compiled for the device, or as they are where that fails.

Compiling can fail for reasons that have nothing to do with what is trained: there is no compiler,
or a run that was killed while it compiled has left half a library in the cache, on which every
later one would die. So losses are compiled, with their gradients, in a rehearsal that changes
nothing, if need be once more with an empty cache; whatever still fails is said in one line.
"""

import sys
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm import tqdm

from darla.objectives import LossTerms
from darla.running.one_line import one_line

Losses = Callable[[Tensor, Tensor, Tensor | None], LossTerms]
"""Losses of uint8 frames (N, H, W, 3), the step's number and what is given beside the frames."""
_LONGEST = 200  # characters of an error: compilers tell all they know


class CompiledLosses:
    """Losses that are compiled when they are first asked for."""

    def __init__(self, losses: Losses, root: nn.Module) -> None:
        """Get ready to compile losses, which may change buffers of ``root``."""
        self._plain = losses
        self._root = root
        self._chosen: Losses | None = None

    def __call__(self, frames: Tensor, step: Tensor, given: Tensor | None = None) -> LossTerms:
        """Return the losses; for what is given see :data:`Losses`."""
        if self._chosen is None:
            self._chosen = self._compiled(frames, step, given)
        return self._chosen(frames, step, given)

    @property
    def are_compiled(self) -> bool:
        """Whether compiling has succeeded."""
        return self._chosen is not None and self._chosen is not self._plain

    def _compiled(self, *batch: Tensor | None) -> Losses:
        """Return compiled losses, or the plain ones and a warning."""
        try:
            compiled: Losses = torch.compile(self._plain, dynamic=False)
            try:
                self._rehearse(compiled, *batch)
            except torch._dynamo.exc.BackendCompilerFailed:
                self._rehearse_anew(compiled, *batch)
        except Exception as error:
            warn(f"warning: the training step is not compiled, and slower for it: {cause(error)}")
            return self._plain
        return compiled

    def _rehearse_anew(self, losses: Losses, *batch: Tensor | None) -> None:
        """Rehearse with an empty cache in place of one that may be broken."""
        failure = None
        with torch._inductor.utils.fresh_cache():  # of errors it would say more than a line
            try:
                self._rehearse(losses, *batch)
            except Exception as error:
                failure = error
        if failure is not None:
            raise failure

    def _rehearse(self, losses: Losses, *batch: Tensor | None) -> None:
        """Compute losses and gradients once, and forget them."""
        trained = [each for each in self._root.parameters() if each.requires_grad]
        buffers = [(each, each.clone()) for each in self._root.buffers()]
        devices = {each.device for each in trained if each.device.type == "cuda"}
        with torch.random.fork_rng(devices=devices), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what compilers think of code that is not the user's
            try:
                found = losses(*batch)  # type: ignore[arg-type]
                both = found.total if found.adversary is None else found.total + found.adversary
                torch.autograd.grad(both.sum(), trained, allow_unused=True)
            finally:
                with torch.no_grad():
                    for buffer, before in buffers:
                        buffer.copy_(before)


def cause(error: Exception) -> str:
    """Return which error it is, and the beginning of what it says, in a line."""
    told = one_line(error)
    shown = told if len(told) <= _LONGEST else f"{told[:_LONGEST]} ..."
    return f"{type(error).__name__}: {shown}"


def warn(message: str) -> None:
    """Say a line on the error stream, above the progress bar."""
    tqdm.write(message, file=sys.stderr)
