"""Which encoders to evaluate, and on what: frames of a task, or recorded ones of anything."""

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
_FACTORS = ("floor", "wall", "object_color", "yaw", "bearing", "distance")
FEWEST = {"frames": 1000, "probe_frames": 400, "test_frames": 100, "pairs": 50}
"""The smallest numbers that an evaluation can be made with."""
_QUICK: dict[str, Any] = {"frames": 1000, "probe_frames": 400, "test_frames": 200, "pairs": 100}


@dataclass(frozen=True)
class EncoderEvaluationConfig:
    """Which encoders to evaluate, and on what."""

    bundles: tuple[Path, ...]
    """Folders of encoder bundles, or names of those that come with darla (rooms)."""
    data: tuple[Path, ...] = ()
    """Datasets of darla collect, of any environment, to measure on in place of a task. Give frames
    that no encoder has learnt from, such as those of another --seed. Of one dataset, probes are
    trained in the looks of two thirds of its episodes and tested in those and in the others; of
    several, such as one for each domain, trained in the first and tested in each. Then env, domain,
    source, targets and interventions do not matter. Frames of another size are resized."""
    env: str = GO_TO_OBJECT
    """The task whose frames they see; one of this package's, which know their true factors. The
    report says which encoders have learnt from other frames alone."""
    out: Path = Path("runs/evaluation")
    """Folder of the results; earlier ones in it are replaced."""
    factors: tuple[str, ...] = ()
    """Factors that metrics ask latents for; when not given, floor, wall, object_color, yaw, bearing
    and distance of a task, and of data all that were recorded."""
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
    """States that are drawn in two looks; of data, frames that are recoloured."""
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
        config._check_numbers()
        config = replace(config, metrics=config._metrics_to_compute())
        return config if config.data else config._with_names_of_task()

    def _with_names_of_task(self) -> "EncoderEvaluationConfig":
        """Return the configuration with the domains and factors of its task, checked."""
        config = replace(self, factors=self.factors or _FACTORS)
        try:
            find_task(config.env)
        except ValueError as error:
            raise ValueError(
                f"{error}; of any other environment collect frames, and give these with --data"
            ) from error
        tested = config.targets or tuple(target_names(config.env))
        for domain in (config.domain, config.source, *tested):
            find_domain(config.env, domain)
        for name in config.factors:
            if name not in PROBE_TARGETS:
                raise unknown("factor", name, PROBE_TARGETS)
        return replace(config, targets=tested)

    def _check_numbers(self) -> None:
        """Raise a ValueError for a number that is too small."""
        for name, fewest in FEWEST.items():
            if getattr(self, name) < fewest:
                raise ValueError(f"{name} is {getattr(self, name)}; give at least {fewest}")
        if self.seed < 0 or not self.probe_seeds:
            raise ValueError("seed must be at least 0, and a probe seed is needed")

    def _metrics_to_compute(self) -> tuple[str, ...]:
        """Return the names of metrics; those that other packages broke only if asked for."""
        chosen = {name: METRICS[name] for name in self.metrics} or METRICS.usable()
        holding = [name for name, metric in chosen.items() if metric.interventions]
        if self.data and self.metrics and holding:
            raise ValueError(
                f"{', '.join(holding)} needs frames in which one factor is held, which were not "
                "recorded; leave it out, or data"
            )
        possible = self.interventions and not self.data
        return tuple(name for name in chosen if possible or name not in holding)
