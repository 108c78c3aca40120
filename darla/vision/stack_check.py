"""Whether seeds of an objective can be trained at once: found out by doing both, before training.

Most can: a step is a function of parameters, buffers, frames and noise. One that looks at the value
of a tensor, keeps what it learns beside its buffers or puts another tensor in a buffer's place
would fail, or be wrong without a word. So a loss with its gradients and all buffers that it moves
is computed for two models alone and for the stack of both, with the same frames and noise, and what
is not the same is refused.
"""

import copy
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from darla.encoder.network_shape import MemoryShape
from darla.encoder.networks import to_pictures
from darla.frames.dataset import FrameDataset
from darla.objectives import Objective, Stage
from darla.vision.batches import fits_memory, frame_bytes
from darla.vision.compiled_losses import cause
from darla.vision.config import VisionConfig
from darla.vision.stack import Stack

_ROWS = 8
_TOLERANCES = {"losses": 0.005, "gradients": 0.05, "buffers": 0.05}
"""Relative distances: rounding makes 1e-6 on a CPU, and 1e-3 on a GPU that rounds products."""


def check_stack(
    stages: Sequence[Sequence[Stage]],
    config: VisionConfig,
    dataset: FrameDataset,
    device: torch.device,
) -> None:
    """Check that seeds, whose stages these are, can be trained at once.

    A ValueError says in a line why they cannot, and to train them one by one.
    """
    name = config.objective.objective
    if not fits_memory(dataset, config.max_memory_gb, device):
        raise ValueError(
            f"seeds are trained at once on frames in memory, and these take "
            f"{frame_bytes(dataset) / 1e9:.1f} GB; raise max_memory_gb, which is "
            f"{config.max_memory_gb}, or train them one by one, with --seed"
        )
    for of_each in zip(*stages, strict=True):
        why = why_not([stage.objective for stage in of_each[:2]])
        if why is not None:
            raise ValueError(
                f"seeds of {name!r} cannot be trained at once: {why}; train them one by one, with "
                "--seed"
            )


def why_not(models: Sequence[Objective]) -> str | None:
    """Return why two models of an objective cannot be stacked, None if they can.

    The models themselves, and torch's random numbers, stay as they are.
    """
    if models[0].closed_form:
        return "it is fitted in closed form, and takes no steps"
    device = next(models[0].parameters()).device
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        try:
            pictures, given = _batch(models[0], len(models), device)
            step = torch.full((), 0.5 * models[0].facts.steps, device=device)  # all is under way
            copies = [copy.deepcopy(each).train() for each in models]
            alone = [
                _outcome(copy.deepcopy(model), shown, step, told)
                for model, shown, told in zip(copies, pictures, given, strict=True)
            ]
            beside = [each for each in given if each is not None]
            stack, every = Stack(copies, randomness="same"), torch.cat(pictures)
            stacked = _outcome(stack, every, step, torch.cat(beside) if beside else None)
        except Exception as error:
            return f"its step is none for several models ({cause(error)})"
    for what, found in stacked.items():
        for place, one in enumerate(alone):
            if _apart(one[what], [each[place] for each in found]) > _TOLERANCES[what]:
                return f"a model's {what} are not those that it has alone"
    return None


def _batch(
    model: Objective, count: int, device: torch.device
) -> tuple[list[Tensor], list[Tensor | None]]:
    """Make pictures of noise for each model, and what is given beside them."""
    torch.manual_seed(0)
    length = model.sequence_length
    rows = -(-max(_ROWS, model.smallest_batch) // (4 * length)) * 4 * length
    shape = (count, rows, *model.facts.image_shape)
    frames = torch.randint(256, shape, dtype=torch.uint8).to(device)
    numbers = None
    if length > 1 and model.facts.actions is not None:
        numbers = MemoryShape(1, *model.facts.actions).told
    elif model.factor is not None:
        numbers = model.facts.factors[model.factor]
    given = None if numbers is None else torch.rand(rows, numbers).to(device)
    return [to_pictures(each) for each in frames], [given] * count


def _outcome(
    learner: Objective | Stack, pictures: Tensor, step: Tensor, given: Tensor | None
) -> dict[str, list[Tensor]]:
    """Return what a step finds: losses, gradients, and how buffers move; of a stack (S, ...)."""
    learner.requires_grad_(True)
    before = [each.clone() for each in learner.buffers()]
    parameters = list(learner.parameters())
    torch.manual_seed(0)
    losses = learner.losses_given(pictures, step, given)
    values = [each for each in (losses.total, losses.adversary) if each is not None]
    both = torch.stack(values).sum()
    gradients = torch.autograd.grad(both, parameters, allow_unused=True)
    return {
        "losses": [each.detach() for each in values],
        "gradients": [
            torch.zeros_like(parameter) if gradient is None else gradient
            for parameter, gradient in zip(parameters, gradients, strict=True)
        ],
        "buffers": [
            now.double() - then for now, then in zip(learner.buffers(), before, strict=True)
        ],
    }


def _apart(alone: list[Tensor], stacked: list[Tensor]) -> float:
    """Return how far tensors are apart, all together, relative to their length; NaN is far."""
    if not alone:
        return 0.0
    one, other = (
        torch.cat([each.double().flatten() for each in tensors]) for tensors in (alone, stacked)
    )
    if torch.equal(one, other):  # such as buffers that stay as they are
        return 0.0
    apart = float((one - other).norm() / one.norm())
    return apart if math.isfinite(apart) else math.inf
