"""The settings of a vision model's training."""

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from darla.objective_settings import (
    GROUPS,
    BetaTCVAESettings,
    ContractiveSettings,
    DIPVAESettings,
    FactorVAESettings,
    InfoVAESettings,
)
from darla.running.names import unknown
from darla.running.precision import Precision

RUN_ONLY = ("out", "threads", "device", "compile", "checkpoint_every", "log_every")
"""Settings that do not decide what is learnt: they may change when a run is resumed."""

_POSITIVE = (
    "epochs",
    "dae_epochs",
    "batch_size",
    "learning_rate",
    "dae_learning_rate",
    "dae_units",
    "sigma",
    "gamma",
    "capacity_steps",
    "look_latents",
    "max_memory_gb",
    "threads",
    "checkpoint_every",
    "log_every",
)
_FROM_ZERO = ("pixel_weight", "capacity", "beta", "beta_look", "state_likeness", "free_bits")
_SHARES = ("recolored", "beta_warmup", "learning_rate_decay")


@dataclass(frozen=True)
class VisionConfig:
    """How to train a vision model."""

    data: tuple[Path, ...] = (Path("data/go_to_object"),)
    """Frame dataset to learn from (D_U): a folder made by darla collect; several are learnt
    from as one."""
    out: Path = Path("runs/vision")
    """Folder of the run: checkpoints, TensorBoard events, pictures and the encoder bundle."""
    objective: str = "darla"
    """What to train: autoencoder, dae, contractive, vae, beta_vae, annealed_vae, factor_vae,
    beta_tcvae, dip_vae_i, dip_vae_ii, info_vae or darla_2017; on pairs of frames of one episode
    darla, ml_vae, ada_gvae or darla_ada."""
    beta: float | None = None
    """What one nat of KL costs (beta_vae: 4 by default; darla: 0.5; darla_2017, ml_vae and
    ada_gvae: 1), or of total correlation (beta_tcvae: 6)."""
    beta_warmup: float | None = None
    """Share of the steps in which beta grows from 0 (darla: 0.25 by default; others: 0)."""
    free_bits: float = 0.0
    """All VAEs: nats that each latent may carry, on average over a batch, for the price of none."""
    latents: int = 32
    """Number of latents (dae has dae_units instead)."""
    channels: tuple[int, ...] = (32, 32, 64, 64)
    """Channels of the encoder's 4x4 convolutions of stride 2."""
    hidden_units: int = 256
    """Units between convolutions and latents; 0 leaves that layer out."""
    likelihood: Literal["bernoulli", "gaussian"] = "bernoulli"
    """Likelihood of pixels (all but darla's own loss; its denoising autoencoder uses it)."""
    sigma: float = 0.5
    """Standard deviation of the Gaussian likelihood, in units of a picture's range of 1."""
    capacity: float = 20.0
    """annealed_vae: nats that the latents may carry in the end."""
    capacity_steps: int | None = None
    """annealed_vae: steps in which the capacity grows from 0; half of the run by default."""
    gamma: float = 100.0
    """annealed_vae: cost of each nat of KL away from the capacity."""
    dae: Path | None = None
    """darla: bundle of an earlier denoising autoencoder; by default one is trained first."""
    dae_epochs: float = 3.0
    """darla: passes over the dataset that train its denoising autoencoder."""
    dae_learning_rate: float = 1e-3
    """Adam's learning rate for a denoising autoencoder."""
    dae_units: int = 128
    """Units of the denoising autoencoder's bottleneck."""
    mask: float = 0.5
    """Largest share of a picture's side that a masked rectangle covers."""
    feature_layer: str = "bottleneck"
    """darla: layer of the denoising autoencoder to compare: bottleneck, or conv1 to conv4."""
    feature_scaling: Literal["whiten", "standardize"] = "whiten"
    """darla: how features are evened out over the dataset: their principal directions to one
    variance, or each feature on its own."""
    pixel_weight: float = 0.02
    """darla: weight of the squared pixel error, which keeps pictures readable."""
    look_latents: int | None = None
    """darla and ml_vae: latents that both frames of a pair share (darla: 12 by default; ml_vae:
    half of them)."""
    beta_look: float | None = None
    """darla and ml_vae: what one nat of those latents' KL costs in the end (darla: 1.5 by default;
    ml_vae: beta)."""
    recolored: float | None = None
    """darla and ml_vae: share of the frames whose state is inferred from a copy in other colours,
    so that it cannot tell them (darla: 1 by default; ml_vae: 0)."""
    state_likeness: float | None = None
    """darla and ml_vae, where frames are recoloured: what each nat between the states of a copy and
    of its frame costs (darla: 0.3 by default; ml_vae: 0)."""
    epochs: float = 7.0
    """Passes over the dataset; fractions are allowed."""
    batch_size: int = 32
    """Frames in a step, those of pairs counted one by one: many small steps learn fastest on a CPU;
    a GPU likes larger ones."""
    learning_rate: float = 1e-3
    """Adam's learning rate."""
    learning_rate_decay: float = 0.5
    """Share of each stage's steps, the last ones, in which the learning rate falls to a fiftieth;
    0 keeps it."""
    seed: int = 0
    """Seed of weights, noise and the order of frames."""
    max_memory_gb: float = 8.0
    """Larger datasets are streamed from disk, shuffled within windows of this much memory."""
    precision: Precision = "auto"
    """Arithmetic of the networks; auto: bfloat16 on a GPU, and on a CPU built for it."""
    device: str = "auto"
    """Where to train: auto (a GPU when there is one), cpu, cuda, cuda:1, ..."""
    compile: bool = True
    """On a GPU, compile the training step."""
    threads: int | None = None
    """CPU threads; by default as many as there are cores."""
    checkpoint_every: int = 1000
    """Steps between checkpoints."""
    log_every: int = 100
    """Steps between entries in TensorBoard; pictures come ten times a stage."""
    contractive: ContractiveSettings = field(default_factory=ContractiveSettings)
    """Settings of contractive."""
    factor_vae: FactorVAESettings = field(default_factory=FactorVAESettings)
    """Settings of factor_vae."""
    beta_tcvae: BetaTCVAESettings = field(default_factory=BetaTCVAESettings)
    """Settings of beta_tcvae, beside beta."""
    dip_vae: DIPVAESettings = field(default_factory=DIPVAESettings)
    """Settings of dip_vae_i and dip_vae_ii."""
    info_vae: InfoVAESettings = field(default_factory=InfoVAESettings)
    """Settings of info_vae."""

    def check(self) -> None:
        """Check what can be checked without the data.

        Raises:
            ValueError: a setting is out of range; the message names it and what is allowed.
        """
        from darla.objectives import OBJECTIVES

        if not self.data:
            raise ValueError("no dataset was given; give the folder of one or more as data")
        if self.objective not in OBJECTIVES:
            raise unknown("objective", self.objective, OBJECTIVES)
        self._check_positive()
        self._check_from_zero()
        for name in GROUPS:
            wrong = getattr(self, name).wrong()
            if wrong is not None:
                raise ValueError(f"{name}.{wrong}")
        if not 0 < self.mask <= 1:
            raise ValueError(f"mask is {self.mask}; expected a share above 0 and up to 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; expected a whole number of at least 0")

    def _check_positive(self) -> None:
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; expected a number above 0")

    def _check_from_zero(self) -> None:
        for name in _FROM_ZERO:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} is {value}; expected a number of at least 0")
        for name in _SHARES:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}; expected a share from 0 to 1")

    def identity(self) -> dict[str, Any]:
        """Return the settings that decide what is learnt, as plain values for JSON."""
        values = dataclasses.asdict(self)
        kept = {name: value for name, value in values.items() if name not in RUN_ONLY}
        kept["channels"] = list(self.channels)
        kept["data"] = [str(path) for path in self.data]
        kept["dae"] = None if self.dae is None else str(self.dae)
        return kept
