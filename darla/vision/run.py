"""The stages of a run one after the other, for one seed or for several at once.

Several seeds, each with a folder of its own, are trained as one stack (:mod:`darla.vision.stack`)
from steps to steps that they take together; what is written of each is what a run of its own
writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tqdm import tqdm

from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import describe_datasets
from darla.frames.joined import datasets_in
from darla.objectives import Objective, Stage
from darla.running.device import resolve_device
from darla.running.precision import choose_precision
from darla.running.seeds import Purpose, derive_seed
from darla.vision.batches import FrameBatches
from darla.vision.checkpoints import Checkpoint, resume, resume_together, save_checkpoint
from darla.vision.compiled_losses import warn
from darla.vision.config import VisionConfig
from darla.vision.fit import fit_stage
from darla.vision.results import frozen_copy, save_trained
from darla.vision.stack import Stack
from darla.vision.stack_check import check_stack
from darla.vision.stacked_batches import StackedBatches
from darla.vision.stage import SeedOfStage, StageLoop
from darla.vision.state import pack, unpack
from darla.vision.training_frames import TrainingFrames
from darla.vision.training_step import Decay, TrainingStep, speed_of
from darla.vision.untrained import Make, check_frames, make_untrained, steps_of

_GPU_CHECK_EVERY = 100  # steps: each check waits for the GPU, which then waits for the next step


@dataclass(frozen=True)
class SeedOfRun:
    """One of the seeds that a run trains."""

    config: VisionConfig
    """Its settings: those of the others but for the seed and the folder."""
    saved: Callable[[], None] = lambda: None
    """Called when a checkpoint or a bundle of it has been written."""
    make: Make | None = None
    """Makes another objective than that of the configuration."""


@dataclass(frozen=True)
class _Resumed:
    """Where a run goes on: after ``start`` steps of the stage of that number."""

    stage: int
    start: int
    step: TrainingStep


class VisionRun:
    """One run: its stages one after the other, each from where it was left.

    Attributes:
        objectives: what is trained, of each seed.
    """

    def __init__(self, seeds: Sequence[SeedOfRun], dataset: FrameDataset) -> None:
        """Build the untrained models, each of its own seed.

        A ValueError, before anything is written, where frames do not suit them, or several seeds
        cannot be trained at once.
        """
        self._seeds = tuple(seeds)
        self._config = config = seeds[0].config
        self._dataset = dataset
        self._device = device = torch.device(resolve_device(config.device))
        self.objectives: list[Objective] = [
            make_untrained(seed.config, dataset, device, seed.make) for seed in seeds
        ]
        self._stages = [objective.stages() for objective in self.objectives]
        check_frames(self._stages[0], config, dataset, device)
        if len(seeds) > 1:
            check_stack(self._stages, config, dataset, device)
            if device.type == "cpu":
                warn("warning: on a CPU seeds that are trained at once take longer than one by one")
            numbers = [seed.config.seed for seed in seeds]
            torch.manual_seed(derive_seed(numbers[0], Purpose.STACKED_SEEDS, *numbers[1:]))

    def train(self) -> None:
        """Train all stages that are not done yet, and write bundles after each."""
        resumed = self._resumed()
        first = 0 if resumed is None else resumed.stage
        frames = TrainingFrames(self._dataset, self._config, self._device)
        for number in range(first, len(self._stages[0])):
            self._train_stage(number, frames, resumed if number == first else None)

    def _resumed(self) -> _Resumed | None:
        """Go on from the newest checkpoint, of the same step for all seeds, if there is one."""
        folders = [seed.config.out / "checkpoints" for seed in self._seeds]
        if len(folders) == 1:
            return resume(folders[0], lambda found: self._go_on_from([found]))
        return resume_together(folders, self._go_on_from)

    def _go_on_from(self, checkpoints: list[Checkpoint]) -> _Resumed:
        """Put back a state of each seed; a ValueError if it is not of this run, or damaged."""
        for seed, each in zip(self._seeds, checkpoints, strict=True):
            self._check_same_data(each, seed.config)
        info = checkpoints[0].info
        number, start = info["stage"], info["stage_step"]
        if number >= len(self._stages[0]) or start > self._steps(self._stages[0][number]):
            raise ValueError(f"there is no step {start} of a stage {number} in this run")
        step = self._training_step(number)
        unpack([each.tensors for each in checkpoints], self.objectives, step.optimizer)
        tqdm.write(f"continuing after step {checkpoints[0].step}")
        return _Resumed(number, start, step)

    def _training_step(self, number: int) -> TrainingStep:
        """Make what takes the steps of a stage."""
        stages = self._of_each(number)
        stage = stages[0]
        stack = Stack([each.objective for each in stages]) if len(stages) > 1 else None
        return TrainingStep(
            root=self.objectives[0],
            stage=stage,
            device=self._device,
            precision=choose_precision(self._config.precision, self._device),
            speed=speed_of(stage.objective, self._config.compile, self._device),
            decay=Decay(self._steps(stage), self._config.learning_rate_decay),
            stack=stack,
        )

    def _train_stage(self, number: int, frames: TrainingFrames, resumed: _Resumed | None) -> None:
        """Train one stage, from where it was left if it was begun, and write its bundles."""
        stages = self._of_each(number)
        if stages[0].objective.closed_form:
            steps = fit_stage(stages[0], frames, self._config)
        else:
            steps = self._steps(stages[0])
            if resumed is None:
                for stage in stages:
                    stage.objective.prepare(frames.sample)
                resumed = _Resumed(number, 0, self._training_step(number))
            self._loop(number, resumed.step, frames).run(resumed.start)
        description = describe_datasets(self._dataset)
        for seed, stage in zip(self._seeds, stages, strict=True):
            training = {**seed.config.identity(), **self._together(), "steps": steps}
            path = seed.config.out / stage.bundle
            save_trained(path, stage.objective, frames.of(seed.config), description, training)
            seed.saved()

    def _together(self) -> dict[str, Any]:
        """Return what the bundle says of the seeds that were trained at once, if there were any."""
        seeds = list(self._config.seeds)
        return {"seeds": seeds} if seeds else {}

    def _loop(self, number: int, step: TrainingStep, frames: TrainingFrames) -> StageLoop:
        """Put together what a stage needs to run."""
        stages = self._of_each(number)
        of_each = [frames.of(seed.config) for seed in self._seeds]
        batches = [
            _batches(number, stage.objective, own)
            for stage, own in zip(stages, of_each, strict=True)
        ]
        return StageLoop(
            name=stages[0].name,
            seeds=tuple(
                _seed_of_stage(seed, stage, own)
                for seed, stage, own in zip(self._seeds, stages, of_each, strict=True)
            ),
            steps=self._steps(stages[0]),
            batches=batches[0] if len(batches) == 1 else StackedBatches(batches),
            step=step,
            check_every=1 if self._device.type == "cpu" else _GPU_CHECK_EVERY,
            save=lambda done: self._save_checkpoints(number, done, step),
        )

    def _save_checkpoints(self, number: int, stage_step: int, step: TrainingStep) -> None:
        """Save all that the run needs to go on after ``stage_step`` steps of a stage."""
        before = sum(self._steps(stage) for stage in self._stages[0][:number])
        info = {
            "stage": number,
            "stage_name": self._stages[0][number].name,
            "stage_step": stage_step,
            "frames_seen": stage_step * self._config.frames_per_step,
            "dataset": _identity(self._dataset),
        }
        alone = len(self._seeds) == 1
        for place, (seed, objective) in enumerate(zip(self._seeds, self.objectives, strict=True)):
            tensors = pack(objective, step.optimizer, None if alone else place)
            save_checkpoint(
                seed.config.out / "checkpoints", Checkpoint(before + stage_step, tensors, info)
            )
            seed.saved()

    def _check_same_data(self, checkpoint: Checkpoint, config: VisionConfig) -> None:
        """Check that a checkpoint was trained on the frames that are there now."""
        before, now = checkpoint.info["dataset"], _identity(self._dataset)
        if before != now:
            raise ValueError(
                f"{config.out} was trained on the dataset {before}, but "
                f"{self._dataset.path} is now {now}; give another --out"
            )

    def _of_each(self, number: int) -> list[Stage]:
        """Return the stage of a number, of each seed."""
        return [stages[number] for stages in self._stages]

    def _steps(self, stage: Stage) -> int:
        """Return how many steps a stage takes."""
        return steps_of(self._config, stage.epochs, len(self._dataset))


def _batches(number: int, objective: Objective, frames: TrainingFrames) -> FrameBatches:
    """Return the batches that an objective learns from in a stage of that number."""
    length = objective.sequence_length
    return frames.batches(number, objective.paired, objective.twinned, objective.factor, length)


def _seed_of_stage(seed: SeedOfRun, stage: Stage, frames: TrainingFrames) -> SeedOfStage:
    """Return what a stage's loop is told of a seed."""
    objective = stage.objective
    return SeedOfStage(seed.config, objective, lambda: frozen_copy(objective, frames))


def _identity(dataset: FrameDataset) -> dict[str, Any]:
    """Return what tells one dataset from another."""
    parts = [part.attributes for part in datasets_in(dataset)]
    told = {name: [part.get(name) for part in parts] for name in ("env", "seed")}
    own = {name: values[0] for name, values in told.items()} if len(parts) == 1 else told
    return {"shape": list(dataset.shape), **own}
