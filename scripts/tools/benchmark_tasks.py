"""Measure what a task and a chunk cost besides their work: what decides how many nodes pay.

    python scripts/tools/benchmark_tasks.py                       # worker processes alone
    python scripts/tools/benchmark_tasks.py --cluster auto        # and a Ray cluster

Tasks that do nothing are handed out and come back; chunks of random frames, which no codec makes
smaller, and of one value, which are smallest, are written into a folder. Nothing else should run.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from darla.frames.attributes import ATTRIBUTES
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset, finished_chunks
from darla.running.command import run_command
from darla.running.tasks import LOCAL, ClusterWords, connected, run_tasks


@dataclass(frozen=True)
class TaskBenchmarkConfig(ClusterWords):
    """What is measured."""

    tasks: int = 1000
    """Tasks that do nothing."""
    chunks: int = 20
    """Chunks that are written, of each size."""
    chunk_sizes: tuple[int, ...] = (1000, 10_000)
    """Frames in a chunk."""
    size: int = 64
    """Height and width of frames in pixels."""
    factors: int = 20
    """Factors of frames, each of which is an array, and a file in each chunk."""
    folder: Path | None = None
    """Where chunks are written: a folder that nodes share, to measure that; a temporary one when
    not given."""


def main(config: TaskBenchmarkConfig) -> None:
    """Measure, and print tables."""
    config.check_cluster()
    print("| tasks on | first, s | each, ms |\n|---|---:|---:|", flush=True)
    places = dict.fromkeys([LOCAL, config.cluster])
    for place in places:
        first, each = measure_tasks(replace(config, cluster=place))
        name = "2 processes" if place == LOCAL else place
        print(f"| {name} | {first:.2f} | {1000 * each:.2f} |", flush=True)
    print("\n| frames in a chunk | of | files | MB | written in, s |\n|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=config.folder) as folder:
        for place, (frames, kind) in enumerate(
            (frames, kind) for frames in config.chunk_sizes for kind in ("noise", "one color")
        ):
            files, size, seconds = measure_chunks(config, frames, kind, Path(folder) / str(place))
            print(f"| {frames:,} | {kind} | {files} | {size / 1e6:.2f} | {seconds:.3f} |")


def measure_tasks(config: TaskBenchmarkConfig) -> tuple[float, float]:
    """Return the seconds until a first task is back, connecting included, and those of each."""
    began = time.perf_counter()
    with connected(config):
        list(run_tasks(nothing, [0] * 2, config, 2))
        first = time.perf_counter() - began
        began = time.perf_counter()
        arrivals: Iterator[float] = (
            time.perf_counter() for _ in run_tasks(nothing, range(config.tasks), config, 2)
        )
        came = list(arrivals)
    start = came[0] if config.is_local else began  # local processes start with each list
    return first, (came[-1] - start) / config.tasks


def nothing(number: int) -> int:
    """Do nothing."""
    return number


def measure_chunks(
    config: TaskBenchmarkConfig, frames: int, kind: str, path: Path
) -> tuple[int, int, float]:
    """Return the files and bytes of a chunk, and the seconds that writing it takes."""
    names = [f"factor_{number}" for number in range(config.factors)]
    told = {"kind": "continuous", "categories": [], "low": None, "high": None}
    described = {name: {**told, "unit": "", "role": "state"} for name in names}
    attributes = dict.fromkeys(set(ATTRIBUTES) - {"format", "schema", "finished_chunks"})
    create_frame_dataset(
        path,
        {
            **attributes,
            "env": "none",
            "env_kwargs": {},
            "how": "random",
            "num_frames": frames * config.chunks,
            "chunk_size": frames,
            "size": [config.size] * 2,
            "action_size": 0,
            "factors": described,
        },
    )
    before = {each for each in path.rglob("*") if each.is_file()}
    chunk = made(config, frames, kind)
    began = time.perf_counter()
    for index in range(config.chunks):
        FrameWriter(path).write(index, chunk)
    seconds = (time.perf_counter() - began) / config.chunks
    assert len(finished_chunks(path)) == config.chunks
    files = {each for each in path.rglob("*") if each.is_file()} - before
    size = sum(each.stat().st_size for each in files)
    return len(files) // config.chunks, size // config.chunks, seconds


def made(config: TaskBenchmarkConfig, frames: int, kind: str) -> FrameChunk:
    """Return a chunk of noise, or of one value."""
    chunk = FrameChunk.empty(frames, (config.size, config.size), config.factors)
    if kind == "noise":
        rng = np.random.default_rng(0)
        shape = chunk.frames.shape
        noise = rng.integers(0, 256, shape, dtype=np.uint8)
        chunk = replace(chunk, frames=noise, factors=rng.random(chunk.factors.shape, np.float32))
    return chunk


if __name__ == "__main__":
    import benchmark_tasks  # by its name, under which nodes of a cluster find its functions too

    run_command(benchmark_tasks.TaskBenchmarkConfig, benchmark_tasks.main, __doc__)
