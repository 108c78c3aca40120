"""How many frames, or steps, a second: training by batch size and way, encoding, an agent."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import torch

from benchmark.agent_training import learning_seconds
from darla.encoder.bundle import load_encoder
from darla.objectives import Objective, TrainingFacts, make_objective, objective_settings
from darla.running.precision import choose_precision
from darla.running.tuned_convolutions import convolutions_tuned
from darla.vision.stack import Stack
from darla.vision.training_step import Decay, Speed, TrainingStep
from gpu_check.config import CheckGpuConfig, Clock, Row, Rows

RECIPE = "look_state_nce of twins"
"""What the encoder that ships was trained as (scripts/studies/rooms/run.sh)."""
RECIPE_FRAMES = 600_000
"""Frames that its training sees: 1.5 times each of 400,000."""
RECIPE_BATCH = 32
_OBJECTIVES: dict[str, tuple[str, dict[str, Any]]] = {
    RECIPE: ("look_state_nce", {"recolored": 0.25, "one_hue": 0.15}),
    "beta_vae": ("beta_vae", {}),
    "look_state_vae": ("look_state_vae", {}),
}
_TINY: dict[str, Any] = {"channels": (8, 16), "hidden_units": 32, "latents": 4}
_FRAMES, _STEPS = 20_000, 10_000
_SEEDS = 8
"""That are trained at once, at the smallest batch, beside one."""
_COMPILING = 60.0  # seconds
_FIRST = 6  # steps, after which a graph is recorded


@dataclass(frozen=True)
class _Sizes:
    """What is measured."""

    batches: tuple[int, ...]
    encoded: tuple[int, ...]
    environments: tuple[int, ...]
    steps: int
    side: int
    frames: int


_USUAL = _Sizes((32, 128, 512, 2048), (1, 8, 64, 1024), (8, 64), 40_000, 64, _FRAMES)
_QUICK = _Sizes((8,), (1, 8), (8,), 256, 32, 64)


def training_rates(config: CheckGpuConfig, clock: Clock) -> Rows:
    """Measure training on frames that lie on the device, objective by objective.

    A batch of several seeds at once is that of all of them.
    """
    sizes = _QUICK if config.quick else _USUAL
    device = torch.device(config.device)
    speeds: tuple[Speed, ...] = ("eager", "graphs", "compiled")
    objectives = list(_OBJECTIVES)[: 1 if config.quick else None]
    for what in objectives:
        for batch in sizes.batches:
            for speed in speeds:
                if speed == "graphs" and device.type != "cuda":
                    continue
                needed = config.seconds if speed == "eager" else _COMPILING
                stacked = batch == sizes.batches[0] and speed != "compiled"
                alone = None
                for seeds in (1, _SEEDS) if stacked else (1,):
                    if clock.allows(f"vision {_title(what, seeds)} {batch} {speed}", needed):
                        row = _training_rate(what, batch, speed, seeds, sizes, config)
                        yield row if alone is None else _beside(alone, row)
                        alone = row


def _title(what: str, seeds: int) -> str:
    """Say which objective is trained, and of how many seeds if of several."""
    return what if seeds == 1 else f"{what}, {seeds} seeds"


def _beside(alone: Row, stacked: Row) -> Row:
    """Note in the row of a stack how long its step takes, relative to that of one seed."""
    times = stacked.size / stacked.rate * alone.rate / alone.size
    notes = [each for each in (stacked.note, f"{times:.2f} times one seed's step") if each]
    return replace(stacked, note="; ".join(notes))


def _training_rate(
    what: str, batch: int, speed: Speed, seeds: int, sizes: _Sizes, config: CheckGpuConfig
) -> Row:
    """Measure one way of training, of one seed or of a stack of several."""
    device = torch.device(config.device)
    shape = (sizes.frames, sizes.side, sizes.side, 3)
    frames = torch.randint(256, shape, dtype=torch.uint8, device=device)
    objectives = [_objective(what, sizes, config.quick, seed).to(device) for seed in range(seeds)]
    stages = [each.stages()[-1] for each in objectives]
    for objective, stage in zip(objectives, stages, strict=True):
        objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        stage.objective.prepare(lambda: frames[:2048].split(256))
        stage.objective.train()
    stack = Stack([stage.objective for stage in stages]) if seeds > 1 else None
    precision, decay = choose_precision("auto", device), Decay(_STEPS, 0.5)
    step = TrainingStep(objectives[0], stages[0], device, precision, speed, decay, stack)
    rows = torch.randint(sizes.frames, (64, seeds * batch), device=device)
    number = 0

    def take() -> None:
        nonlocal number
        step(frames.index_select(0, rows[number % len(rows)]), number)
        number += 1

    with convolutions_tuned():
        _forget_memory(device)
        rate, before = _rate(take, seeds * batch, _FIRST, config.seconds, device)
    fact = step.in_fact()
    note = "" if fact == speed else f"{fact} in fact"
    title, size = _title(what, seeds), seeds * batch
    return Row("vision", title, size, speed, rate, before, _megabytes(device), note)


def _objective(what: str, sizes: _Sizes, quick: bool, seed: int) -> Objective:
    """Make an objective as untrained as it begins."""
    name, settings = _OBJECTIVES[what]
    facts = TrainingFacts((sizes.side, sizes.side, 3), _FRAMES, _STEPS, has_twins=what == RECIPE)
    torch.manual_seed(seed)
    return make_objective(objective_settings(name, **settings, **(_TINY if quick else {})), facts)


def encoding_rates(config: CheckGpuConfig, clock: Clock) -> Rows:
    """Measure ``encode`` of the encoder that ships: arrays in, arrays out."""
    device = torch.device(config.device)
    encoder = load_encoder("rooms", device=config.device)
    for precision in ("bfloat16", "float32"):
        taken = encoder.in_precision(precision)
        for count in (_QUICK if config.quick else _USUAL).encoded:
            if clock.allows(f"encoding {count} {precision}", 2 * config.seconds):
                frames = np.zeros((count, *encoder.image_shape), np.uint8)
                encode = partial(taken.encode, frames)
                rate, before = _rate(encode, count, 3, config.seconds, device)
                yield Row("encoding", "rooms", count, precision, rate, before)


def agent_rates(config: CheckGpuConfig, clock: Clock) -> Rows:
    """Measure the learning of an agent on latents, drawing and evaluation at its end included."""
    sizes = _QUICK if config.quick else _USUAL
    begun = perf_counter()
    if clock.allows("agents", _COMPILING):
        _seconds(config, 8, 64)  # compiles the renderer
        before = perf_counter() - begun
        for count in sizes.environments:
            if clock.allows(f"agents {count}", _COMPILING):
                rate = sizes.steps / _seconds(config, count, sizes.steps)
                yield Row("agents", "latent, rooms", count, "ppo", rate, before)


def _seconds(config: CheckGpuConfig, num_envs: int, steps: int) -> float:
    """Let an agent on latents learn, encoded on the device, and return how long that took."""
    small = ("batch_size=64",)
    return learning_seconds("latent", num_envs, steps, small, encoder_device=config.device)


def _rate(
    take: Callable[[], object], count: int, first: int, seconds: float, device: torch.device
) -> tuple[float, float]:
    """Return how many frames a second are taken, ``count`` at a time, and the seconds before."""
    begun = perf_counter()
    for _ in range(first):
        take()
    _wait(device)
    before = perf_counter() - begun
    begun, taken = perf_counter(), 0
    while perf_counter() - begun < seconds:
        for _ in range(10):
            take()
        _wait(device)
        taken += 10
    return count * taken / (perf_counter() - begun), before


def _wait(device: torch.device) -> None:
    """Wait until a device has done all that it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _forget_memory(device: torch.device) -> None:
    """Begin to look for the most memory anew."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def _megabytes(device: torch.device) -> float | None:
    """Return the most memory of a GPU since; None on a CPU."""
    return torch.cuda.max_memory_reserved(device) / 1e6 if device.type == "cuda" else None
