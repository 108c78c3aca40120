"""Train a vision model on a frame dataset, and leave a frozen encoder for agents.

A run's folder holds ``run.json`` (what made it), ``checkpoints/``, ``tensorboard/<stage>/``, and in
the end ``encoder/`` (the bundle), ``traversals.png`` and ``reconstructions.png``. A decoder for
eyes that is trained afterwards has checkpoints and events of its own in ``readout/``. The folder
may be in a store (:mod:`darla.stores.mirrored_runs`). Several seeds may be trained at once, each
into a folder of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from tqdm import tqdm

from darla.encoder.bundle import load_encoder
from darla.encoder.network_shape import check_image_shape
from darla.frames.dataset import FrameDataset
from darla.frames.joined import open_frames
from darla.objectives import Objective, TrainingFacts
from darla.objectives.readout import NETWORK as READOUT
from darla.objectives.readout import Readout
from darla.running.continuing import recorded_config
from darla.running.denormals import denormals_flushed
from darla.running.exclusive import exclusive
from darla.running.run_record import RECORD, write_run_record
from darla.running.tuned_convolutions import convolutions_tuned
from darla.stores.mirrored_runs import mirrored_run
from darla.stores.urls import Place, StoreUrl, place
from darla.vision.batch_choice import settled
from darla.vision.config import VisionConfig
from darla.vision.results import BUNDLE, TrainedVision, draw_results
from darla.vision.resuming import check_begun_together, holds_this_run
from darla.vision.run import SeedOfRun, VisionRun
from darla.vision.stack import slow_operations_unsaid


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
    if config.seeds:
        raise ValueError(
            f"seeds is {config.seeds}, but train_vision trains one; give seed, or call train_seeds"
        )
    out = place(config.out)
    with _local(out) as (folder, saved):
        _train([SeedOfRun(replace(config, out=folder), saved)])
    return TrainedVision.in_folder(out)


def train_seeds(config: VisionConfig) -> list[TrainedVision]:
    """Train ``config.seeds`` at once, each from its last checkpoint on if there is one.

    The run of seed 3 is in the folder ``seed_3`` of ``config.out``, and is one as
    :func:`train_vision` makes it: of the weights and in the order of frames that seed 3 has alone.
    Only noise within steps differs from that of a run of its own. Seeds that are finished are left
    as they are, and the others go on together.

    Returns:
        Where the results of each are, in the order of ``config.seeds``.

    Raises:
        FileNotFoundError: there is no dataset.
        ValueError: as of :func:`train_vision`; or the objective is none of which several seeds can
            be trained at once, frames do not fit into memory, or some of the folders were begun
            without the others.
        StoreError: a store that the dataset or the folders are in cannot be reached.
    """
    config.check()
    if not config.seeds:
        raise ValueError("no seeds were given; give some, or call train_vision")
    out = place(config.out)
    folders = [out / f"seed_{seed}" for seed in config.seeds]
    with ExitStack() as held:
        runs = []
        for seed, own in zip(config.seeds, folders, strict=True):
            folder, saved = held.enter_context(_local(own))
            runs.append(SeedOfRun(replace(config, out=folder, seed=seed), saved))
        _train(runs)
    return [TrainedVision.in_folder(own) for own in folders]


@contextmanager
def _local(out: Place) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Hold a run's local folder in the block, and what sends it to where it belongs."""
    if isinstance(out, StoreUrl):
        with mirrored_run(out) as run:
            yield run.folder, run.send
    else:
        yield out, lambda: None


def _train(seeds: Sequence[SeedOfRun]) -> None:
    """Train in local folders; each is told whenever a checkpoint or a bundle has been saved."""
    dataset = open_frames(seeds[0].config.data)
    check_image_shape(dataset.shape[1:])
    seeds = _settled(seeds, len(dataset))
    unseeing = [each for each in seeds if not _sees(each.config)]
    undrawn = [each for each in seeds if not _draws(each.config)]
    for each in seeds:
        if each not in unseeing and each not in undrawn:
            bundle = TrainedVision.in_folder(each.config.out).bundle
            tqdm.write(f"{bundle} is already trained with these settings; nothing to do")
    if not unseeing and not undrawn:
        return
    check_begun_together([each.config for each in unseeing])
    if seeds[0].config.threads is not None:
        torch.set_num_threads(seeds[0].config.threads)
    devices = range(torch.cuda.device_count())
    with (
        denormals_flushed(),
        convolutions_tuned(),
        slow_operations_unsaid(),
        torch.random.fork_rng(devices=devices),
    ):
        _train_left(unseeing, undrawn, dataset)


def _train_left(
    unseeing: Sequence[SeedOfRun], undrawn: Sequence[SeedOfRun], dataset: FrameDataset
) -> None:
    """Train encoders of the first, and decoders for eyes of the others, which may be the same."""
    run = VisionRun(unseeing, dataset) if unseeing else None
    with ExitStack() as held:
        for config in {each.config.out: each.config for each in (*unseeing, *undrawn)}.values():
            held.enter_context(exclusive(config.out))
            if not (config.out / RECORD).exists():
                write_run_record(config.out, config.to_json(), config.seed)
        if run is not None:
            run.train()
            for each in unseeing:
                draw_results(each.config.out)
        if undrawn:
            _train_readouts(undrawn, dataset)


def _settled(seeds: Sequence[SeedOfRun], num_frames: int) -> list[SeedOfRun]:
    """Return seeds with batch size and learning rate, those that one was begun with if one was."""
    begun = [each.config for each in seeds if recorded_config(each.config.out) is not None]
    first = settled((begun or [seeds[0].config])[0], num_frames)
    batch, rate = first.batch_size, first.learning_rate
    return [
        replace(each, config=replace(each.config, batch_size=batch, learning_rate=rate))
        for each in seeds
    ]


def _sees(config: VisionConfig) -> bool:
    """Whether the encoder is trained; a ValueError where the folder holds another run."""
    return holds_this_run(config) and TrainedVision.in_folder(config.out).is_there


def _draws(config: VisionConfig) -> bool:
    """Whether there is a decoder for eyes, or none is wanted."""
    if not config.readout_epochs:
        return True
    return _sees(config) and TrainedVision.in_folder(config.out).has_readout


def _train_readouts(seeds: Sequence[SeedOfRun], dataset: FrameDataset) -> None:
    """Give trained encoders decoders for eyes, from the last checkpoint on if there is one."""
    VisionRun([_readout(each) for each in seeds], dataset).train()
    for each in seeds:
        draw_results(each.config.out)


def _readout(seed: SeedOfRun) -> SeedOfRun:
    """Return the run of a decoder for eyes."""
    config, bundle = seed.config, seed.config.out / BUNDLE

    def make(facts: TrainingFacts) -> Objective:
        return Readout(load_encoder(bundle), facts, str(bundle.resolve()))

    own = replace(config, out=config.out / READOUT, epochs=config.readout_epochs)
    return SeedOfRun(own, seed.saved, make)
