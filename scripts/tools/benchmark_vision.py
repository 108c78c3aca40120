"""How fast is a training, beside a plain loop of thirty lines? Both are measured in one run.

    python scripts/tools/benchmark_vision.py
    python scripts/tools/benchmark_vision.py --busy 1 --out rates.json

A beta-VAE with the network that is usual here, on a CPU: the plain loop has its frames in memory,
and does nothing but learn; ours is all that ``darla train-vision`` does, from reading frames to the
bundle, pictures, log and checkpoints among them. Beside them is the default objective, which
compares four pictures where a beta-VAE sees one. Each side runs in a process of its own. Nothing
else should run meanwhile, but for the busy processes that are asked for.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from benchmark.fresh_process import in_a_fresh_process
from benchmark.plain_training import Training, measure_ours, measure_plain
from darla.collection.collect import collect
from darla.collection.config import CollectConfig
from darla.running.atomic import write_json
from darla.running.command import run_command
from darla.running.markdown import markdown_table
from darla.running.precision import choose_precision
from darla_envs.description.tasks import GO_TO_OBJECT


@dataclass(frozen=True)
class BenchmarkVision:
    """What to measure."""

    batch_sizes: tuple[int, ...] = (32, 128)
    """Frames in a step."""
    frames: int = 36_000
    """Frames that each training sees."""
    num_frames: int = 12_000
    """Frames of the dataset, in memory on both sides."""
    threads: int | None = None
    """Threads of torch on both sides; by default as many as there are cores."""
    busy: int = 0
    """Processes that do nothing but keep a core busy meanwhile."""
    rounds: int = 1
    """Each side so often, in turns; the best of them counts."""
    out: Path | None = None
    """File for the rates, as JSON."""

    def check(self) -> None:
        """Raise a ValueError for what is out of range."""
        for name in ("frames", "num_frames", "rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, but must be at least 1")
        if not self.batch_sizes or min(self.batch_sizes) < 4 or self.busy < 0:
            raise ValueError("batch_sizes must be 4 or more each, and busy at least 0")
        if max(self.batch_sizes) > min(self.frames, self.num_frames):
            raise ValueError("frames and num_frames must be enough for a batch")


def main(config: BenchmarkVision) -> None:
    """Measure, and print a table of frames a second."""
    config.check()
    found = []
    with tempfile.TemporaryDirectory(prefix="darla-") as folder, _busy(config.busy):
        data = Path(folder) / "frames"
        collect(CollectConfig(GO_TO_OBJECT, "d_u", data, config.num_frames))
        for training in _trainings(config, data):
            sides: dict[str, tuple[Callable[..., float], tuple[object, ...]]] = {
                "plain loop": (measure_plain, (training,)),
                "beta_vae": (measure_ours, (training, "beta_vae")),
                "look_state_nce": (measure_ours, (training, "look_state_nce")),
            }
            rounds = [
                {name: in_a_fresh_process(side, *given) for name, (side, given) in sides.items()}
                for _ in range(config.rounds)
            ]
            rates = {name: max(each[name] for each in rounds) for name in sides}
            found.append({**asdict(replace(training, data=Path(data.name))), "rates": rates})
            print(_line(training, rates), flush=True)
    print("\n" + _table(found, config))
    if config.out is not None:
        write_json(config.out, [{**each, "data": GO_TO_OBJECT} for each in found])


def _trainings(config: BenchmarkVision, data: Path) -> Iterator[Training]:
    """Yield what is measured, one after the other."""
    threads = config.threads or len(os.sched_getaffinity(0))
    usual = choose_precision("auto", torch.device("cpu"))
    lower = ["bfloat16"] if usual == torch.bfloat16 else []
    for batch in config.batch_sizes:
        for precision in ("float32", *lower):
            yield Training(data, config.frames, batch, precision, threads)


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """Keep so many cores busy, as far as others let it, until the block ends."""
    context = multiprocessing.get_context("spawn")
    spinning = [context.Process(target=_spin, daemon=True) for _ in range(count)]
    for each in spinning:
        each.start()
    try:
        yield
    finally:
        for each in spinning:
            each.kill()


def _spin() -> None:
    """Do nothing, without end."""
    while True:
        pass


def _line(training: Training, rates: dict[str, float]) -> str:
    """Return what is printed while more is measured."""
    shown = ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
    return f"batches of {training.batch_size}, {training.precision}: {shown} frames/s"


def _table(found: list[dict[str, Any]], config: BenchmarkVision) -> str:
    """Return all rates as Markdown, with those of ours as shares of the plain loop's."""
    rows = []
    for each in found:
        rates = each["rates"]
        plain, ours, usual = rates["plain loop"], rates["beta_vae"], rates["look_state_nce"]
        what = f"{each['batch_size']}, {each['precision']}"
        shares = f"{ours / plain:.2f}", f"{usual / ours:.2f}"
        rows.append([what, f"{plain:,.0f}", f"{ours:,.0f}", shares[0], f"{usual:,.0f}", shares[1]])
    heading = ["batch", "plain loop", "`beta_vae`", "of the plain loop"]
    heading += ["`look_state_nce`", "of `beta_vae`"]
    beside = f", beside {config.busy} busy processes" if config.busy else ""
    title = f"Frames/s on {found[0]['threads']} threads{beside}, {config.frames:,} frames seen:"
    return f"{title}\n\n{markdown_table(heading, rows)}"


if __name__ == "__main__":
    run_command(BenchmarkVision, main, __doc__)
