"""The loop that trains one stage of an objective, from any of its steps on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.objectives import Stage
from darla.running.atomic import write_json
from darla.running.progress import progress_bar
from darla.running.stop_requests import StopRequest, stop_requests
from darla.vision.batches import FrameBatches
from darla.vision.config import VisionConfig
from darla.vision.log import VisionLog, open_log
from darla.vision.training_step import TrainingStep

_COLLAPSE_AFTER = 0.2  # share of a stage: before it, nothing has been learnt that could be lost


@dataclass(frozen=True)
class StageLoop:
    """What one stage needs to run."""

    stage: Stage
    """What to train."""
    steps: int
    """How many steps it takes in all."""
    batches: FrameBatches
    """Its frames."""
    step: TrainingStep
    """Takes one step."""
    check_every: int
    """Steps between checks for NaN and infinity."""
    config: VisionConfig
    """The run's."""
    freeze: Callable[[], FrozenEncoder]
    """Returns a frozen copy of the model as it is now."""
    save: Callable[[int], None]
    """Writes a checkpoint, given the number of steps done in this stage."""

    def run(self, start: int) -> None:
        """Train from step ``start`` to the end; a ValueError at a NaN or an infinity."""
        if start >= self.steps:
            return
        log = open_log(self.config, self.stage.name, start)
        try:
            with self._bar(start) as bar, stop_requests() as request:
                self._run(start, log, bar, request)
        finally:
            log.close()

    def _run(self, start: int, log: VisionLog, bar: "tqdm[Any]", request: StopRequest) -> None:
        """Take the steps, and do what is due after each."""
        batches = self.batches.starting_at(start)
        self.stage.objective.train()
        for done in range(start + 1, self.steps + 1):
            batch = next(batches)
            log.add(self.step(batch.frames, done - 1, batch.given), len(batch.indices))
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
                bar.set_postfix(loss=f"{log.write(done):.2f}", refresh=False)
            if last or done % self._steps_between_looks() == 0:
                self._look(log, done)
            if stopping or last or done % self.config.checkpoint_every == 0:
                self.save(done)
            if stopping:
                request.obey()

    def _bar(self, start: int) -> "tqdm[Any]":
        """Make the progress bar, in frames."""
        return progress_bar(
            self.steps * self.config.frames_per_step,
            "frames",
            f"train {self.stage.name}",
            done=start * self.config.frames_per_step,
            scaled=True,
        )

    def _steps_between_looks(self) -> int:
        """Return after how many steps pictures are due again."""
        return max(self.config.log_every, self.steps // max(1, self.config.pictures_per_stage))

    def _look(self, log: VisionLog, done: int) -> None:
        """Log pictures of what the model sees now, and warn of a collapse."""
        frozen = self.freeze()
        if self.config.pictures_per_stage:
            log.write_pictures(frozen, done)
            if done == self.steps:
                log.write_posteriors(frozen, done)
        if done >= _COLLAPSE_AFTER * self.steps:
            log.warn_of_collapse(frozen, done)

    def _stop_if_bad(self) -> None:
        """Raise a ValueError, and write a report, if a step was not finite."""
        bad = self.step.first_bad()
        if bad is None:
            return
        indices = self.batches.indices(bad).tolist()
        report = self.config.out / "not_finite.json"
        write_json(report, {"stage": self.stage.name, "step": bad, "frames": indices})
        shown = ", ".join(str(index) for index in indices[:8])
        raise ValueError(
            f"the loss or its gradient is NaN or infinite at step {bad} of stage "
            f"{self.stage.name!r}, on the batch of frames {shown}, ... (all in {report}); "
            "the last checkpoint is intact; lower the learning rate, or look at those frames"
        )
