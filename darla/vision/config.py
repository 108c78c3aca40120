"""The settings of a vision model's training."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from darla.objectives import OBJECTIVES, ObjectiveSettings
from darla.objectives.look_state_nce import LookStateNCESettings
from darla.running.plain_json import plain
from darla.running.precision import Precision
from darla.running.ranges import (
    AtLeastZero,
    Positive,
    PositiveInt,
    Share,
    WholeNumber,
    check_ranges,
)
from darla.stores.urls import place
from darla.tracking.trackers import check_tracker

RUN_ONLY = (
    *("out", "seeds", "threads", "device", "compile"),
    *("checkpoint_every", "log_every", "pictures_per_stage", "readout_epochs", "tracker"),
)
"""Settings that do not decide what is learnt: they may change when a run is resumed."""
USUAL_BATCH, USUAL_RATE = 32, 1e-3
"""Frames in a step, and Adam's learning rate."""


@dataclass(frozen=True)
class VisionConfig:
    """How to train a vision model.

    ::

        VisionConfig(data=(Path("frames"),), objective=BetaVAESettings(beta=4.0), epochs=2)
        VisionConfig(data=(Path("frames"),), objective=objective_settings("beta_vae", beta=4.0))
    """

    data: tuple[Path, ...] = ()
    """Frame datasets to learn from (D_U): folders made by darla collect, or URLs in a store
    (``s3://bucket/name``); several are learnt from as one."""
    out: Path = Path("runs/vision")
    """Folder of the run, or its URL in a store: checkpoints, TensorBoard events, pictures and the
    encoder bundle."""
    objective: ObjectiveSettings = field(default_factory=LookStateNCESettings)
    """What to train, and its settings."""
    epochs: Positive = 7.0
    """Passes over the dataset; fractions are allowed. Seven over 20,000 frames of 64x64 take the
    default objective a quarter of an hour on two cores."""
    batch_size: PositiveInt | None = None
    """Frames in a step, those of pairs and sequences counted one by one. By default 32, as many
    small steps learn fastest on a CPU; on a GPU up to 512, as long as 10,000 steps are left."""
    learning_rate: Positive | None = None
    """Adam's learning rate; by default 0.001, and more where a GPU's batches are larger by
    default."""
    learning_rate_decay: Share = 0.5
    """Share of each stage's steps, the last ones, in which the learning rate falls to a fiftieth;
    0 keeps it."""
    readout_epochs: AtLeastZero = 0.0
    """Passes over the dataset that train a second decoder afterwards, larger and for eyes: the
    encoder stays as it is, and all pictures are sharper. A finished run may be given it later."""
    seed: WholeNumber = 0
    """Seed of weights, noise and the order of frames."""
    seeds: tuple[WholeNumber, ...] = ()
    """Seeds to train at once in one process, in place of ``seed``: a run for each, in the folders
    seed_0, seed_1 and so on of ``out``. For GPUs, which one small network leaves idle; on a CPU it
    takes longer than one by one. Frames must fit into memory."""
    max_memory_gb: Positive = 8.0
    """Larger datasets are shuffled within windows of this much memory, and streamed from where they
    lie unless a GPU has room for them."""
    precision: Precision = "auto"
    """Arithmetic of the networks; auto: bfloat16 on a GPU, and on a CPU built for it."""
    device: str = "auto"
    """Where to train: auto (a GPU when there is one), cpu, cuda, cuda:1, ..."""
    compile: bool = True
    """On a GPU, compile the training step, and replay it as one CUDA graph. What cannot be compiled
    is said in a warning and trained as it is."""
    threads: PositiveInt | None = None
    """CPU threads; by default as many as there are cores. With another number the same seed gives
    other weights, by rounding alone."""
    checkpoint_every: PositiveInt = 1000
    """Steps between checkpoints."""
    log_every: PositiveInt = 100
    """Steps between entries in TensorBoard."""
    pictures_per_stage: WholeNumber = 10
    """How often, at most, a stage shows in TensorBoard what the model sees, and checks it for a
    collapse: at its end, and not more often than log_every; with 0 it only checks."""
    tracker: str | None = None
    """What is sent all that TensorBoard gets, besides it: wandb, mlflow or trackio, each of which
    needs the extra of its name."""

    @property
    def frames_per_step(self) -> int:
        """Frames in a step; the usual number where none is given or chosen."""
        return self.batch_size or USUAL_BATCH

    @property
    def usual_rate(self) -> float:
        """The learning rate; the usual one where none is given or chosen."""
        return self.learning_rate or USUAL_RATE

    def check(self) -> None:
        """Check what can be checked without the data; a ValueError says what is allowed."""
        if not self.data:
            raise ValueError("no dataset was given; give the folder of one or more as data")
        if not isinstance(self.objective, ObjectiveSettings):
            raise ValueError(
                f"objective is {self.objective!r}; give its settings, such as BetaVAESettings(), "
                'or by name with objective_settings("beta_vae")'
            )
        check_ranges(self)
        self.objective.check()
        check_tracker(self.tracker)
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds is {self.seeds}; give each seed once")
        self._check_batch_size()

    def _check_batch_size(self) -> None:
        """Check that the objective's loss can be computed of a batch."""
        name = self.objective.objective
        kind = OBJECTIVES[name]
        batch = self.frames_per_step
        if batch < kind.smallest_batch:
            raise ValueError(
                f"batch_size is {batch}, but {name!r} compares the frames of a batch; "
                f"give at least {kind.smallest_batch}"
            )
        if kind.paired and batch % 2:
            raise ValueError(
                f"batch_size is {batch}, but {name!r} learns from pairs; give an even number"
            )

    def to_json(self) -> dict[str, Any]:
        """Return all settings for JSON, the objective's name and its settings among the others."""
        found: dict[str, Any] = {}
        for each in dataclasses.fields(self):
            if each.name == "objective":
                found |= {"objective": self.objective.objective, **self.objective.to_json()}
            else:
                found[each.name] = plain(getattr(self, each.name))
        return {**found, "data": [str(place(path)) for path in self.data]}

    def identity(self) -> dict[str, Any]:
        """Return the settings that decide what is learnt, as plain values for JSON."""
        return {name: value for name, value in self.to_json().items() if name not in RUN_ONLY}
