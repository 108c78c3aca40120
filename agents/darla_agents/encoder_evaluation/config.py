"""Which encoders to evaluate, and on what."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from darla.metrics import METRICS
from darla.running.names import unknown
from darla.running.precision import Precision
from darla_agents.encoder_evaluation.probe_targets import PROBE_TARGETS
from darla_envs.description.domains import find_domain, target_names
from darla_envs.description.tasks import GO_TO_OBJECT, find_task
from darla_envs.description.usual_domains import UNSUPERVISED

SOURCE = "source"
_FEWEST = {"frames": 1000, "probe_frames": 400, "test_frames": 100, "pairs": 50}
_QUICK: dict[str, Any] = {"frames": 1000, "probe_frames": 400, "test_frames": 200, "pairs": 100}


@dataclass(frozen=True)
class EncoderEvaluationConfig:
    """Which encoders to evaluate, and on what."""

    bundles: tuple[Path, ...]
    """Folders of encoder bundles, or names of those that come with darla (rooms)."""
    env: str = GO_TO_OBJECT
    """The task whose frames they see; one of this package's, which know their true factors."""
    out: Path = Path("runs/evaluation")
    """Folder of the results; earlier ones in it are replaced."""
    factors: tuple[str, ...] = ("floor", "wall", "object_color", "yaw", "bearing", "distance")
    """Factors that metrics ask latents for."""
    metrics: tuple[str, ...] = ()
    """Metrics to compute; every one that is known when not given."""
    interventions: bool = True
    """Without, those metrics are left out that hold one factor while others vary."""
    domain: str = UNSUPERVISED
    """Where frames for metrics, for what is kept and for pairs of looks come from."""
    source: str = SOURCE
    """Where the probes of the forecast are trained."""
    targets: tuple[str, ...] = ()
    """Where they are tested as well; every target of the task when not given."""
    frames: int = 10_000
    """Frames for metrics."""
    probe_frames: int = 10_000
    """Frames that probes are trained on."""
    test_frames: int = 2_000
    """Frames that probes are tested on, in each domain."""
    pairs: int = 2_000
    """States that are drawn in two looks."""
    seed: int = 0
    """Decides the frames; every encoder sees the same."""
    probe_seeds: tuple[int, ...] = (0,)
    """Seeds of the probes that are networks."""
    quick: bool = False
    """As few frames as possible: to try things out, not to be believed."""
    threads: int | None = None
    """Limits the threads of torch and of drawing."""
    device: str = "auto"
    """Device of the encoders: auto (a GPU when there is one), cpu or cuda."""
    precision: Precision = "float32"
    """Arithmetic of the encoders; auto: bfloat16 on a GPU, and on a CPU built for it, which is
    faster and moves scores by less than a hundredth."""
    progress: bool = True
    """Show a progress bar."""

    def checked(self) -> "EncoderEvaluationConfig":
        """Return the configuration as it takes effect, after checking names and numbers.

        A ValueError where a name is unknown (the nearest is suggested) or a number is too small.
        """
        if not self.bundles:
            raise ValueError("no bundle was given; give --bundles runs/vision/encoder")
        config = replace(self, **_QUICK) if self.quick else self
        find_task(config.env)
        tested = config.targets or tuple(target_names(config.env))
        for domain in (config.domain, config.source, *tested):
            find_domain(config.env, domain)
        for name in config.factors:
            if name not in PROBE_TARGETS:
                raise unknown("factor", name, PROBE_TARGETS)
        for name, fewest in _FEWEST.items():
            if getattr(config, name) < fewest:
                raise ValueError(f"{name} is {getattr(config, name)}; give at least {fewest}")
        if config.seed < 0 or not config.probe_seeds or not config.factors:
            raise ValueError("seed must be at least 0, and a probe seed and a factor are needed")
        return replace(config, targets=tested, metrics=config._metrics_to_compute())

    def _metrics_to_compute(self) -> tuple[str, ...]:
        """Return the names of metrics; those that other packages broke only if asked for."""
        chosen = {name: METRICS[name] for name in self.metrics} or METRICS.usable()
        return tuple(
            name
            for name, metric in chosen.items()
            if self.interventions or not metric.interventions
        )
