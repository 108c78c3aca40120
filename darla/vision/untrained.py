"""The untrained model of a run, and whether its frames are such as it learns from."""

from collections.abc import Callable

import torch

from darla.frames.dataset import FrameDataset
from darla.frames.order import Episodes, Twins
from darla.frames.recorded_actions import action_form
from darla.frames.recorded_factors import factor_widths
from darla.objectives import Objective, Stage, TrainingFacts, make_objective
from darla.vision.batches import FrameBatches
from darla.vision.config import VisionConfig

Make = Callable[[TrainingFacts], Objective]
"""Makes an untrained objective, of weights that torch draws."""


def make_untrained(
    config: VisionConfig, dataset: FrameDataset, device: torch.device, make: Make | None = None
) -> Objective:
    """Make the model of a run on a device; its seed decides the weights, and then goes on in torch.

    It is the objective of the configuration, unless ``make`` makes another.
    """
    torch.manual_seed(config.seed)
    count, height, width, colours = dataset.shape
    facts = TrainingFacts(
        image_shape=(height, width, colours),
        num_frames=count,
        steps=steps_of(config, config.epochs, count),
        epochs=config.epochs,
        learning_rate=config.usual_rate,
        has_twins=Twins.of(dataset) is not None,
        factors=factor_widths(dataset),
        actions=action_form(dataset),
    )
    objective = make(facts) if make else make_objective(config.objective, facts)
    objective.to(device)
    # mypy: torch's annotations lack this overload.
    objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return objective


def check_frames(
    stages: list[Stage], config: VisionConfig, dataset: FrameDataset, device: torch.device
) -> None:
    """Check, before anything is written, that frames can be put into the batches of all stages.

    A ValueError where there are no pairs, or batches cannot hold sequences.
    """
    if any(stage.objective.paired for stage in stages):
        Episodes.of(dataset)
    for stage in stages:
        length = stage.objective.sequence_length
        if length > 1:
            FrameBatches(
                *(dataset, config.frames_per_step, (0,), config.max_memory_gb, device),
                sequence_length=length,
            )


def steps_of(config: VisionConfig, epochs: float, num_frames: int) -> int:
    """Return how many steps so many passes over so many frames take."""
    return max(1, round(epochs * num_frames / config.frames_per_step))
