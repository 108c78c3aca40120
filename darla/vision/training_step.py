"""One step of training: forward, backward, update, on whatever device there is."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm

from darla.encoder.networks import to_pictures
from darla.objectives import LossTerms, Objective, Stage
from darla.vision.compiled_losses import CompiledLosses
from darla.vision.graphed_step import GraphedStep
from darla.vision.stack import Stack

Speed = Literal["eager", "compiled", "graphs"]
"""How a step is taken: operation by operation; with forward, loss and their gradients compiled; or
so, and all of it replayed as one CUDA graph."""
_LAST_RATE = 0.02


@dataclass(frozen=True)
class Decay:
    """A learning rate that falls in a straight line over the last steps."""

    steps: int
    """How many the stage takes in all."""
    share: float
    """Of the steps, the last ones, in which it falls; 0 for a constant rate."""

    def share_at(self, step: int) -> float:
        """Return what is left of the rate at ``step``: from 1 down to a fiftieth."""
        falling = self.share * self.steps
        if falling <= 0:
            return 1.0
        return min(1.0, max(_LAST_RATE, (self.steps - step) / falling))


def speed_of(objective: Objective, compiled: bool, device: torch.device) -> Speed:
    """Return how steps on an objective are taken: by a graph on a GPU, if that is wanted.

    Eagerly elsewhere, and where the objective says that it is no graph.
    """
    return "graphs" if compiled and objective.one_graph and device.type == "cuda" else "eager"


class TrainingStep:
    """Adam's steps on one stage's objective, and on its adversary if it has one.

    Attributes:
        optimizer: Adam, over the parameter groups of the stage's objective.
    """

    def __init__(
        self,
        root: nn.Module,
        stage: Stage,
        device: torch.device,
        precision: torch.dtype,
        speed: Speed = "eager",
        decay: Decay | None = None,
        stack: Stack | None = None,
    ) -> None:
        """Get ready to train ``stage``; parameters of ``root`` that it does not train are frozen.

        The root is the whole objective, on the device. Networks compute in ``precision``. Without a
        decay learning rates are constant. Of several models, each in the same stage, the ``stack``
        is trained; root and stage are then those of the first.
        """
        learner, root = (stage.objective, root) if stack is None else (stack, stack)
        groups = [
            {**group, "params": list(group["params"])}
            for group in learner.parameter_groups(stage.learning_rate)
        ]
        trained = [parameter for group in groups for parameter in group["params"]]
        root.requires_grad_(False)
        for parameter in trained:
            parameter.requires_grad_(True)
        adversary = learner.adversary
        self._opposed = [] if adversary is None else list(adversary.parameters())
        opposed = {id(parameter) for parameter in self._opposed}
        self._parameters = [parameter for parameter in trained if id(parameter) not in opposed]
        graphed = speed == "graphs"
        fused = device.type in ("cpu", "cuda")  # one pass for all: a tenth of the time of a loop
        self.optimizer = torch.optim.Adam(groups, fused=fused, capturable=graphed)
        self._rates = [group["lr"] for group in self.optimizer.param_groups]
        if graphed:  # a number would stay in the graph what it was when that was made
            for group in self.optimizer.param_groups:
                group["lr"] = torch.full((), group["lr"], dtype=torch.float32, device=device)
        self._decay = decay
        self._learner: Objective | Stack = learner
        self._models = () if stack is None else (stack.count,)
        self._device = device
        self._precision = precision
        compiled = speed != "eager"
        self._losses = CompiledLosses(self._forward, root) if compiled else self._forward
        self._take = GraphedStep(self._whole) if graphed else self._whole
        # On the device, and always the same tensors: a graph reads the step's number from them.
        self._progress = torch.zeros((), device=device)
        self._number = torch.zeros((), dtype=torch.int64, device=device)
        self._first_bad = torch.full(self._models, -1, dtype=torch.int64, device=device)

    def __call__(self, frames: Tensor, step: int, given: Tensor | None = None) -> LossTerms:
        """Take step number ``step`` on uint8 frames (N, H, W, 3); returns losses to log.

        Of a stack frames are those of one model after the other, and losses are (S,).
        The next step may write over these tensors. For what is given beside frames see
        :meth:`darla.objectives.base.Objective.losses_given`. Nothing here waits for a GPU.
        """
        self._progress.fill_(float(step))
        self._number.fill_(step)
        self._set_rates(step)
        return self._take(frames, given)

    def first_bad(self) -> int | None:
        """Return the first step whose loss or gradient was NaN or infinite; waits for the GPU."""
        return min((step for step, _ in self.bad()), default=None)

    def bad(self) -> list[tuple[int, int]]:
        """Return that step of each model that had one, and the model's number; waits likewise."""
        steps = self._first_bad.reshape(-1).tolist()
        return [(step, model) for model, step in enumerate(steps) if step >= 0]

    def in_fact(self) -> str:
        """Return how steps are taken by now, once a few were: a Speed, or both words of two."""
        compiled = isinstance(self._losses, CompiledLosses) and self._losses.are_compiled
        graphed = isinstance(self._take, GraphedStep) and self._take.is_graph
        if graphed:
            return "graphs" if compiled else "eager graphs"
        return "compiled" if compiled else "eager"

    def _whole(self, frames: Tensor, given: Tensor | None) -> LossTerms:
        """Take the step whose number is on the device: the same work whatever the number."""
        # Before the losses: a graph has its gradients at places of its own.
        self.optimizer.zero_grad(set_to_none=True)
        losses = self._losses(frames, self._progress, given)
        # One pass for both: neither loss reaches the other's parameters (see Objective.adversary).
        both = losses.total if losses.adversary is None else losses.total + losses.adversary
        both.sum().backward()
        norm = self._gradient_norm(self._parameters)
        # Kept on the device: asking every step would make a GPU wait for the CPU.
        norms = norm + self._gradient_norm(self._opposed) if self._opposed else norm
        good = torch.isfinite(both.detach()) & torch.isfinite(norms) | (self._first_bad >= 0)
        self._first_bad.copy_(torch.where(good, self._first_bad, self._number))
        self.optimizer.step()
        terms = {tag: value.detach() for tag, value in losses.terms.items()}
        return LossTerms(
            losses.total.detach(),
            {**terms, "gradient_norm": norm},
            _detached(losses.kl_per_latent),
            _detached(losses.adversary),
        )

    def _set_rates(self, step: int) -> None:
        """Let the learning rates fall as the decay says."""
        if self._decay is None:
            return
        share = self._decay.share_at(step)
        for group, rate in zip(self.optimizer.param_groups, self._rates, strict=True):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate * share)
            else:
                group["lr"] = rate * share

    def _forward(self, frames: Tensor, step: Tensor, given: Tensor | None = None) -> LossTerms:
        """Return the losses of uint8 frames, in the training's precision."""
        enabled = self._precision != torch.float32
        with torch.autocast(self._device.type, self._precision, enabled=enabled):
            return self._learner.losses_given(to_pictures(frames), step, given)

    def _gradient_norm(self, parameters: list[nn.Parameter]) -> Tensor:
        """Return the length of all gradients together, of each model."""
        gradients = [each.grad for each in parameters if each.grad is not None]
        if not self._models:
            return get_total_norm(gradients)
        lengths = [
            torch.linalg.vector_norm(each.reshape(len(each), -1), dim=1) for each in gradients
        ]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(lengths), dim=0)
        return norm


def _detached(tensor: Tensor | None) -> Tensor | None:
    """Return a tensor without its graph."""
    return None if tensor is None else tensor.detach()
