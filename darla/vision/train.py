"""Train a vision model on a frame dataset, and leave a frozen encoder for agents.

A run's folder holds ``run.json`` (what made it), ``checkpoints/``, ``tensorboard/<stage>/``, and in
the end ``encoder/`` (the bundle), ``traversals.png`` and ``reconstructions.png``. A decoder for
eyes that is trained afterwards has checkpoints and events of its own in ``readout/``. The folder
may be in a store (:mod:`darla.stores.mirrored_runs`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from tqdm import tqdm

from darla.encoder.bundle import load_encoder
from darla.encoder.network_shape import check_image_shape
from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import describe_datasets
from darla.frames.joined import datasets_in, open_frames
from darla.frames.order import Episodes, Twins
from darla.frames.recorded_actions import action_form
from darla.frames.recorded_factors import factor_widths
from darla.objectives import Objective, TrainingFacts, make_objective
from darla.objectives.readout import NETWORK as READOUT
from darla.objectives.readout import Readout
from darla.running.denormals import denormals_flushed
from darla.running.device import resolve_device
from darla.running.exclusive import exclusive
from darla.running.precision import choose_precision
from darla.running.run_record import RECORD, write_run_record
from darla.running.tuned_convolutions import convolutions_tuned
from darla.stores.mirrored_runs import mirrored_run
from darla.stores.urls import StoreUrl, place
from darla.vision.batch_choice import settled
from darla.vision.batches import FrameBatches
from darla.vision.checkpoints import Checkpoint, resume, save_checkpoint
from darla.vision.config import VisionConfig
from darla.vision.fit import fit_stage
from darla.vision.results import (
    BUNDLE,
    TrainedVision,
    draw_results,
    frozen_copy,
    save_trained,
)
from darla.vision.resuming import holds_this_run
from darla.vision.stage import StageLoop
from darla.vision.state import pack, unpack
from darla.vision.training_frames import TrainingFrames
from darla.vision.training_step import Decay, TrainingStep, speed_of

_GPU_CHECK_EVERY = 100  # steps: each check waits for the GPU, which then waits for the next step


def train_vision(config: VisionConfig) -> TrainedVision:
    """Train what ``config`` says, from the last checkpoint on if there is one.

    Returns:
        Where the encoder bundle and pictures of what it sees are; URLs where ``config.out`` is one.

    Raises:
        FileNotFoundError: there is no dataset.
        ValueError: a setting or the dataset cannot be used, the folder belongs to another run or
            another process trains in it, or the training met NaN or infinity.
        StoreError: a store that the dataset or the folder is in cannot be reached.
    """
    config.check()
    out = place(config.out)
    if isinstance(out, StoreUrl):
        with mirrored_run(out) as run:
            _train(replace(config, out=run.folder), run.send)
    else:
        _train(replace(config, out=out), lambda: None)
    return TrainedVision.in_folder(out)


def _train(config: VisionConfig, saved: Callable[[], None]) -> None:
    """Train in a local folder; it is told whenever a checkpoint or a bundle has been ``saved``."""
    dataset = open_frames(config.data)
    check_image_shape(dataset.shape[1:])
    config = settled(config, len(dataset))
    trained = TrainedVision.in_folder(config.out)
    sees = holds_this_run(config) and trained.is_there
    draws = not config.readout_epochs or (sees and trained.has_readout)
    if sees and draws:
        tqdm.write(f"{trained.bundle} is already trained with these settings; nothing to do")
        return
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    devices = range(torch.cuda.device_count())
    with denormals_flushed(), convolutions_tuned(), torch.random.fork_rng(devices=devices):
        torch.manual_seed(config.seed)
        run = None if sees else VisionRun(config, dataset, saved=saved)
        with exclusive(config.out):
            if not (config.out / RECORD).exists():
                write_run_record(config.out, config.to_json(), config.seed)
            if run is not None:
                run.train()
                draw_results(config.out)
            if not draws:
                _train_readout(config, dataset, saved)


def _train_readout(config: VisionConfig, dataset: FrameDataset, saved: Callable[[], None]) -> None:
    """Give a trained encoder a decoder for eyes, from the last checkpoint on if there is one."""
    torch.manual_seed(config.seed)
    bundle = config.out / BUNDLE
    frozen, where = load_encoder(bundle), str(bundle.resolve())
    own = replace(config, out=config.out / READOUT, epochs=config.readout_epochs)
    VisionRun(own, dataset, lambda facts: Readout(frozen, facts, where), saved).train()
    draw_results(config.out)


@dataclass(frozen=True)
class _Resumed:
    """Where a run goes on: after ``start`` steps of the stage of that number."""

    stage: int
    start: int
    step: TrainingStep


class VisionRun:
    """One run: its stages one after the other, each from where it was left."""

    def __init__(
        self,
        config: VisionConfig,
        dataset: FrameDataset,
        make: Callable[[TrainingFacts], Objective] | None = None,
        saved: Callable[[], None] = lambda: None,
    ) -> None:
        """Build the untrained model; the seed of torch decides its weights.

        It is the objective of the configuration, unless ``make`` makes another. ``saved`` is called
        when a checkpoint or a bundle has been written.
        """
        self._saved = saved
        self._config = config
        self._dataset = dataset
        self._device = torch.device(resolve_device(config.device))
        count, height, width, colours = dataset.shape
        facts = TrainingFacts(
            image_shape=(height, width, colours),
            num_frames=count,
            steps=self._steps(config.epochs),
            epochs=config.epochs,
            learning_rate=config.usual_rate,
            has_twins=Twins.of(dataset) is not None,
            factors=factor_widths(dataset),
            actions=action_form(dataset),
        )
        objective = make(facts) if make else make_objective(config.objective, facts)
        self._objective = objective.to(self._device)
        # mypy: torch's annotations lack this overload.
        self._objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._stages = self._objective.stages()
        if any(stage.objective.paired for stage in self._stages):
            Episodes.of(dataset)  # before anything is written: an error if there are no pairs
        for stage in self._stages:
            length = stage.objective.sequence_length
            if length > 1:  # likewise: an error if batches cannot hold sequences
                memory = config.max_memory_gb
                FrameBatches(
                    *(dataset, config.frames_per_step, (0,), memory, self._device),
                    sequence_length=length,
                )

    def train(self) -> None:
        """Train all stages that are not done yet, and write a bundle after each."""
        resumed = resume(self._config.out / "checkpoints", self._go_on_from)
        first = 0 if resumed is None else resumed.stage
        frames = TrainingFrames(self._dataset, self._config, self._device)
        for number in range(first, len(self._stages)):
            self._train_stage(number, frames, resumed if number == first else None)

    def _go_on_from(self, checkpoint: Checkpoint) -> "_Resumed":
        """Put back the state of a checkpoint; a ValueError if it is not of this run, or damaged."""
        self._check_same_data(checkpoint)
        number, start = checkpoint.info["stage"], checkpoint.info["stage_step"]
        if number >= len(self._stages) or start > self._steps(self._stages[number].epochs):
            raise ValueError(f"there is no step {start} of a stage {number} in this run")
        step = self._training_step(number)
        unpack(checkpoint.tensors, self._objective, step.optimizer)
        tqdm.write(f"continuing after step {checkpoint.step}")
        return _Resumed(number, start, step)

    def _training_step(self, number: int) -> TrainingStep:
        """Make what takes the steps of a stage."""
        stage = self._stages[number]
        return TrainingStep(
            root=self._objective,
            stage=stage,
            device=self._device,
            precision=choose_precision(self._config.precision, self._device),
            speed=speed_of(stage.objective, self._config.compile, self._device),
            decay=Decay(self._steps(stage.epochs), self._config.learning_rate_decay),
        )

    def _train_stage(self, number: int, frames: TrainingFrames, resumed: "_Resumed | None") -> None:
        """Train one stage, from where it was left if it was begun, and write its bundle."""
        config, stage = self._config, self._stages[number]
        if stage.objective.closed_form:
            steps = fit_stage(stage, frames, config)
        else:
            steps = self._steps(stage.epochs)
            if resumed is None:
                resumed = _Resumed(number, 0, self._training_step(number))
                stage.objective.prepare(frames.sample)
            self._loop(number, resumed.step, frames).run(resumed.start)
        description = describe_datasets(self._dataset)
        training = {**config.identity(), "steps": steps}
        path = config.out / stage.bundle
        save_trained(path, stage.objective, frames, description, training)
        self._saved()

    def _loop(self, number: int, step: TrainingStep, frames: TrainingFrames) -> StageLoop:
        """Put together what a stage needs to run."""
        config, stage = self._config, self._stages[number]
        return StageLoop(
            stage=stage,
            steps=self._steps(stage.epochs),
            batches=self._batches(number, frames),
            step=step,
            check_every=1 if self._device.type == "cpu" else _GPU_CHECK_EVERY,
            config=config,
            freeze=lambda: frozen_copy(stage.objective, frames),
            save=lambda done: self._save_checkpoint(number, done, step),
        )

    def _batches(self, number: int, frames: TrainingFrames) -> FrameBatches:
        """Return the batches that a stage's objective learns from."""
        objective = self._stages[number].objective
        length = objective.sequence_length
        return frames.batches(number, objective.paired, objective.twinned, objective.factor, length)

    def _save_checkpoint(self, number: int, stage_step: int, step: TrainingStep) -> None:
        """Save all that the run needs to go on after ``stage_step`` steps of a stage."""
        before = sum(self._steps(stage.epochs) for stage in self._stages[:number])
        info = {
            "stage": number,
            "stage_name": self._stages[number].name,
            "stage_step": stage_step,
            "frames_seen": stage_step * self._config.frames_per_step,
            "dataset": _identity(self._dataset),
        }
        tensors = pack(self._objective, step.optimizer)
        save_checkpoint(
            self._config.out / "checkpoints", Checkpoint(before + stage_step, tensors, info)
        )
        self._saved()

    def _check_same_data(self, checkpoint: Checkpoint) -> None:
        """Check that a checkpoint was trained on the frames that are there now."""
        before, now = checkpoint.info["dataset"], _identity(self._dataset)
        if before != now:
            raise ValueError(
                f"{self._config.out} was trained on the dataset {before}, but "
                f"{self._dataset.path} is now {now}; give another --out"
            )

    def _steps(self, epochs: float) -> int:
        """Return how many steps so many passes over the dataset take."""
        return max(1, round(epochs * len(self._dataset) / self._config.frames_per_step))


def _identity(dataset: FrameDataset) -> dict[str, Any]:
    """Return what tells one dataset from another."""
    parts = [part.attributes for part in datasets_in(dataset)]
    told = {name: [part.get(name) for part in parts] for name in ("env", "seed")}
    own = {name: values[0] for name, values in told.items()} if len(parts) == 1 else told
    return {"shape": list(dataset.shape), **own}
