"""Train a vision model on a frame dataset, and leave a frozen encoder for agents.

A run's folder holds ``run.json`` (what made it), ``checkpoints/``, ``tensorboard/<stage>/``, and in
the end ``encoder/`` (the bundle), ``traversals.png`` and ``reconstructions.png``.
"""

import copy
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from darla.encoder.bundle import load_encoder, save_bundle
from darla.encoder.frozen_encoder import FrozenEncoder, LatentStatistics, latent_statistics
from darla.encoder.latent_pictures import reconstructions, save_picture, traversals
from darla.encoder.networks import check_image_shape
from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import describe_datasets
from darla.frames.joined import datasets_in, open_frames
from darla.frames.order import Episodes
from darla.objectives import Objective, Stage, TrainingFacts, make_objective
from darla.running.atomic import read_json
from darla.running.denormals import denormals_flushed
from darla.running.device import resolve_device
from darla.running.exclusive import exclusive
from darla.running.precision import choose_precision
from darla.running.run_record import write_run_record
from darla.vision.batches import FrameBatches, load_resident, sample_chunks, sample_pairs
from darla.vision.checkpoints import Checkpoint, latest_checkpoint, save_checkpoint
from darla.vision.config import VisionConfig
from darla.vision.stage import StageLoop
from darla.vision.state import pack, unpack
from darla.vision.training_step import Decay, TrainingStep

_REFERENCE_FRAMES = 64
_STATISTICS_FRAMES = 20_000
_GPU_CHECK_EVERY = 10


def train_vision(config: VisionConfig) -> Path:
    """Train what ``config`` says, from the last checkpoint on if there is one.

    Returns:
        The folder of the encoder bundle.

    Raises:
        FileNotFoundError: there is no dataset.
        ValueError: a setting or the dataset cannot be used, the folder belongs to another run or
            another process trains in it, or the training met NaN or infinity.
    """
    config.check()
    dataset = open_frames(config.data)
    check_image_shape(dataset.shape[1:])
    bundle = config.out / "encoder"
    if _holds_this_run(config) and all(path.is_file() for path in _results(config.out)):
        tqdm.write(f"{bundle} is already trained with these settings; nothing to do")
        return bundle
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    devices = range(torch.cuda.device_count())
    with denormals_flushed(), torch.random.fork_rng(devices=devices):
        torch.manual_seed(config.seed)
        run = VisionRun(config, dataset)
        with exclusive(config.out):
            if not (config.out / "run.json").exists():
                write_run_record(config.out, config, config.seed)
            run.train()
    return bundle


class VisionRun:
    """One run: its stages one after the other, each from where it was left."""

    def __init__(self, config: VisionConfig, dataset: FrameDataset) -> None:
        """Build the untrained model; the seed of torch decides its weights."""
        self._config = config
        self._dataset = dataset
        self._device = torch.device(resolve_device(config.device))
        count, height, width, colours = dataset.shape
        facts = TrainingFacts((height, width, colours), count, self._steps(config.epochs))
        objective = make_objective(config, facts)
        self._objective = objective.to(self._device)
        # mypy: torch's annotations lack this overload.
        self._objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._stages = self._objective.stages()
        if any(stage.objective.paired for stage in self._stages):
            Episodes.of(dataset)  # before anything is written: an error if there are no pairs
        self._resident: Tensor | None = None

    def train(self) -> None:
        """Train all stages that are not done yet, and write a bundle after each."""
        checkpoint = latest_checkpoint(self._config.out / "checkpoints")
        first = 0
        if checkpoint is not None:
            self._check_same_data(checkpoint)
            first = checkpoint.info["stage"]
            tqdm.write(f"continuing after step {checkpoint.step}")
        self._resident = load_resident(self._dataset, self._config.max_memory_gb, self._device)
        for number in range(first, len(self._stages)):
            self._train_stage(number, checkpoint if number == first else None)
        self._draw()

    def _train_stage(self, number: int, checkpoint: Checkpoint | None) -> None:
        stage = self._stages[number]
        step = TrainingStep(
            root=self._objective,
            stage=stage,
            device=self._device,
            precision=choose_precision(self._config.precision, self._device),
            compiled=self._config.compile,
            decay=Decay(self._steps(stage.epochs), self._config.learning_rate_decay),
        )
        if checkpoint is None:
            stage.objective.prepare(lambda: self._sample(_STATISTICS_FRAMES))
            start = 0
        else:
            unpack(checkpoint.tensors, self._objective, step.optimizer)
            start = checkpoint.info["stage_step"]
        self._loop(number, step).run(start)
        self._save_bundle(stage)

    def _loop(self, number: int, step: TrainingStep) -> StageLoop:
        config, stage = self._config, self._stages[number]
        batches = FrameBatches(
            self._dataset,
            config.batch_size,
            seed=(config.seed, number),
            max_memory_gb=config.max_memory_gb,
            device=self._device,
            resident=self._resident,
            paired=stage.objective.paired,
        )
        return StageLoop(
            stage=stage,
            steps=self._steps(stage.epochs),
            batches=batches,
            batch_size=config.batch_size,
            step=step,
            check_every=1 if self._device.type == "cpu" else _GPU_CHECK_EVERY,
            log_every=config.log_every,
            checkpoint_every=config.checkpoint_every,
            folder=config.out,
            freeze=lambda: self._freeze(stage.objective),
            save=lambda done: self._save_checkpoint(number, done, step),
        )

    def _save_checkpoint(self, number: int, stage_step: int, step: TrainingStep) -> None:
        before = sum(self._steps(stage.epochs) for stage in self._stages[:number])
        info = {
            "stage": number,
            "stage_name": self._stages[number].name,
            "stage_step": stage_step,
            "frames_seen": stage_step * self._config.batch_size,
            "dataset": _identity(self._dataset),
        }
        tensors = pack(self._objective, step.optimizer)
        save_checkpoint(
            self._config.out / "checkpoints", Checkpoint(before + stage_step, tensors, info)
        )

    def _check_same_data(self, checkpoint: Checkpoint) -> None:
        before, now = checkpoint.info["dataset"], _identity(self._dataset)
        if before != now:
            raise ValueError(
                f"{self._config.out} was trained on the dataset {before}, but "
                f"{self._dataset.path} is now {now}; give another --out"
            )

    def _save_bundle(self, stage: Stage) -> None:
        objective = stage.objective
        statistics = latent_statistics(objective.encoder, self._sample(_STATISTICS_FRAMES))
        likelihood = dataclasses.asdict(objective.likelihood)  # type: ignore[call-overload]
        roles = objective.latent_roles(lambda: self._sample_pairs(_STATISTICS_FRAMES))
        description = {
            "objective": {"name": objective.name, "settings": objective.settings()},
            "likelihood": likelihood,
            "dataset": describe_datasets(self._dataset),
            "training": {**self._config.identity(), "steps": self._steps(stage.epochs)},
            **({"latent_roles": roles} if roles else {}),
        }
        save_bundle(
            self._config.out / stage.bundle,
            objective.encoder,
            objective.decoder,
            statistics,
            self._reference,
            description,
        )

    def _draw(self) -> None:
        config, traversed, reconstructed = _results(self._config.out)
        frozen = load_encoder(config.parent)
        save_picture(traversed, traversals(frozen))
        save_picture(reconstructed, reconstructions(frozen))

    def _freeze(self, objective: Objective) -> FrozenEncoder:
        """Copy the model as it is now, with statistics of the reference frames alone."""
        encoder = copy.deepcopy(objective.encoder)
        decoder = copy.deepcopy(objective.decoder)
        frames = self._reference
        tensor = torch.from_numpy(frames).to(self._device)
        statistics: LatentStatistics = latent_statistics(encoder, [tensor])
        return FrozenEncoder(encoder, decoder, statistics, frames, config={})

    @functools.cached_property
    def _reference(self) -> np.ndarray:
        """Frames of D_U for pictures, uint8 (64 or fewer, H, W, 3), drawn with the run's seed."""
        count = len(self._dataset)
        random = np.random.default_rng(self._config.seed)
        chosen = random.choice(count, size=min(count, _REFERENCE_FRAMES), replace=False)
        return np.concatenate([self._dataset.read(int(i), int(i) + 1) for i in np.sort(chosen)])

    def _sample(self, largest: int) -> Iterator[Tensor]:
        return sample_chunks(self._dataset, largest, self._device, self._resident)

    def _sample_pairs(self, largest: int) -> Iterator[Tensor]:
        seed = self._config.seed
        return sample_pairs(self._dataset, largest, self._device, seed, self._resident)

    def _steps(self, epochs: float) -> int:
        return max(1, round(epochs * len(self._dataset) / self._config.batch_size))


def _identity(dataset: FrameDataset) -> dict[str, Any]:
    """Return what tells one dataset from another."""
    parts = [part.attributes for part in datasets_in(dataset)]
    env, seed = ([part[name] for part in parts] for name in ("env", "seed"))
    if len(parts) == 1:
        env, seed = env[0], seed[0]
    return {"shape": list(dataset.shape), "env": env, "seed": seed}


def _results(out: Path) -> tuple[Path, Path, Path]:
    """Return the files that a finished run's folder holds, in the order they are written."""
    return out / "encoder" / "config.json", out / "traversals.png", out / "reconstructions.png"


def _holds_this_run(config: VisionConfig) -> bool:
    """Tell whether the run's folder holds this run already.

    Raises:
        ValueError: it holds another run, or something else.
    """
    record = config.out / "run.json"
    if not record.is_file():
        if config.out.exists() and (not config.out.is_dir() or any(config.out.iterdir())):
            raise ValueError(f"{config.out} already holds something else; give another --out")
        return False
    # A run that knew nothing of a setting had its default.
    before = {**VisionConfig().identity(), **read_json(record).get("config", {})}
    if isinstance(before["data"], str):  # of a version that knew one dataset alone
        before["data"] = [before["data"]]
    for name, value in config.identity().items():
        if before.get(name) != value:
            raise ValueError(
                f"{config.out} holds a run with {name}={before.get(name)}, not {value}; "
                "repeat its settings to continue it, or give another --out"
            )
    return True
