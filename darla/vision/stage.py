"""The loop that trains one stage of an objective, of a seed or several, from any step on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.objectives import Objective
from darla.running.atomic import write_json
from darla.running.progress import progress_bar
from darla.running.stop_requests import StopRequest, stop_requests
from darla.vision.batches import Batch
from darla.vision.config import VisionConfig
from darla.vision.log import VisionLog, open_log
from darla.vision.loss_means import TOTAL, LossMeans
from darla.vision.training_step import TrainingStep

_COLLAPSE_AFTER = 0.2  # share of a stage: before it, nothing has been learnt that could be lost


class Batches(Protocol):
    """What a stage learns from."""

    def starting_at(self, step: int) -> Iterator[Batch]:
        """Yield batches without end, the first of them number ``step``."""

    def indices(self, step: int) -> np.ndarray:
        """Return which frames batch number ``step`` holds, int64 (B,)."""


@dataclass(frozen=True)
class SeedOfStage:
    """One of the seeds that are trained in a stage."""

    config: VisionConfig
    """That of its run."""
    objective: Objective
    """What of it is trained."""
    freeze: Callable[[], FrozenEncoder]
    """Returns a frozen copy of the model as it is now."""


@dataclass(frozen=True)
class StageLoop:
    """What one stage needs to run, for a seed or for several, whose settings are the same."""

    name: str
    """Of the stage."""
    seeds: tuple[SeedOfStage, ...]
    """What to train; if several, by steps on a stack of them."""
    steps: int
    """How many steps it takes in all."""
    batches: Batches
    """Its frames; of several seeds, those of one after the other."""
    step: TrainingStep
    """Takes one step."""
    check_every: int
    """Steps between checks for NaN and infinity."""
    save: Callable[[int], None]
    """Writes checkpoints, given the number of steps done in this stage."""

    @property
    def config(self) -> VisionConfig:
        """What is the same for all seeds: everything but seed and folder."""
        return self.seeds[0].config

    def run(self, start: int) -> None:
        """Train from step ``start`` to the end; a ValueError at a NaN or an infinity."""
        if start >= self.steps:
            return
        logs: list[VisionLog] = []
        try:
            for seed in self.seeds:
                logs.append(open_log(seed.config, self.name, start))
            with self._bar(start) as bar, stop_requests() as request:
                self._run(start, logs, bar, request)
        finally:
            for log in logs:
                log.close()

    def _run(
        self, start: int, logs: list[VisionLog], bar: "tqdm[Any]", request: StopRequest
    ) -> None:
        """Take the steps, and do what is due after each."""
        batches, means = self.batches.starting_at(start), LossMeans()
        for seed in self.seeds:
            seed.objective.train()
        for done in range(start + 1, self.steps + 1):
            batch = next(batches)
            means.add(self.step(batch.frames, done - 1, batch.given), len(batch.indices))
            bar.update(len(batch.indices))
            last = done == self.steps
            stopping = request.asked
            if (
                stopping
                or last
                or any(done % n == 0 for n in (self.check_every, self.config.checkpoint_every))
            ):
                self._stop_if_bad()
            if last or done % self.config.log_every == 0:
                found = means.taken()
                for log, own in zip(logs, found, strict=True):
                    log.write(own, done)
                loss = sum(own.terms[TOTAL] for own in found) / len(found)
                bar.set_postfix(loss=f"{loss:.2f}", refresh=False)
            if last or done % self._steps_between_looks() == 0:
                for log, seed in zip(logs, self.seeds, strict=True):
                    self._look(log, seed, done)
            if stopping or last or done % self.config.checkpoint_every == 0:
                self.save(done)
            if stopping:
                request.obey()

    def _bar(self, start: int) -> "tqdm[Any]":
        """Make the progress bar, in frames of all seeds."""
        count = len(self.seeds)
        of_each = self.config.frames_per_step
        return progress_bar(
            count * self.steps * of_each,
            "frames",
            f"train {self.name}" if count == 1 else f"train {self.name}, {count} seeds",
            done=count * start * of_each,
            scaled=True,
        )

    def _steps_between_looks(self) -> int:
        """Return after how many steps pictures are due again."""
        return max(self.config.log_every, self.steps // max(1, self.config.pictures_per_stage))

    def _look(self, log: VisionLog, seed: SeedOfStage, done: int) -> None:
        """Log pictures of what a model sees now, and warn of a collapse."""
        frozen = seed.freeze()
        if self.config.pictures_per_stage:
            log.write_pictures(frozen, done)
            if done == self.steps:
                log.write_posteriors(frozen, done)
        if done >= _COLLAPSE_AFTER * self.steps:
            log.warn_of_collapse(frozen, done)

    def _stop_if_bad(self) -> None:
        """Raise a ValueError, and write a report, if a step was not finite."""
        bad = self.step.bad()
        if not bad:
            return
        step, place = min(bad)
        config = self.seeds[place].config
        indices = np.split(self.batches.indices(step), len(self.seeds))[place].tolist()
        report = config.out / "not_finite.json"
        write_json(report, {"stage": self.name, "step": step, "frames": indices})
        shown = ", ".join(str(index) for index in indices[:8])
        where = f"stage {self.name!r}"
        if len(self.seeds) > 1:
            where += f" of seed {config.seed}"
        raise ValueError(
            f"the loss or its gradient is NaN or infinite at step {step} of {where}, on the batch "
            f"of frames {shown}, ... (all in {report}); the last checkpoint is intact; lower the "
            f"learning rate, or look at those frames{self._remedy(config.seed)}"
        )

    def _remedy(self, seed: int) -> str:
        """Say how the other seeds can go on without one, if there are others."""
        others = [str(each.config.seed) for each in self.seeds if each.config.seed != seed]
        return f", or go on without it: --seeds {' '.join(others)}" if others else ""
