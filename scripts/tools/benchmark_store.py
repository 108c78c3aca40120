"""How fast do frames come from a store, beside a local disk? Both are measured in one run.

    pip install -e '.[store]' 'moto[server]'
    python scripts/tools/benchmark_store.py
    python scripts/tools/benchmark_store.py --url s3://bucket/benchmark --out rates.json

Without a URL the store is a server of S3 on this machine, by moto, in a process of its own: it is
written in Python and takes a core's time, so that a real one is faster here and slower by its
distance. The same frames are written to both, read in windows of a third of them as larger datasets
are, and learnt from. Rounds alternate, and medians are told; what lay at the URL is replaced.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro

from darla.frames.attributes import read_attributes
from darla.frames.dataset import FrameDataset
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from darla.objectives import TrainingFacts, make_objective, objective_settings
from darla.running.atomic import write_json
from darla.running.markdown import markdown_table
from darla.stores.objects import StoredFolder
from darla.stores.urls import Place, StoreUrl, place
from darla.vision.batches import FrameBatches
from darla.vision.training_step import TrainingStep

_SIDE, _CHUNK, _BATCH, _SEED = 64, 1000, 32, 0
_SERVE = """
import sys, time
from moto.server import ThreadedMotoServer
from moto.s3.models import s3_backends
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
s3_backends["123456789012"]["global"].create_bucket("benchmark", "us-east-1")
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class BenchmarkStore:
    """What to measure."""

    url: str | None = None
    """Where frames are put in a store that the environment leads to; by default a local server."""
    num_frames: int = 12_000
    """Frames of 64x64 in either place."""
    steps: int = 300
    """Training steps in a round."""
    rounds: int = 3
    """Rounds, each in both places."""
    out: Path | None = None
    """File for the rates, as JSON."""


def main(config: BenchmarkStore) -> None:
    """Measure, and print a table of frames a second."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="darla-")))
        url = config.url or stack.enter_context(_served())
        places = {"local disk": place(folder / "frames"), "store": place(url)}
        written = {name: _rate(config, _write, where) for name, where in places.items()}
        rates = {"written": {name: [rate] for name, rate in written.items()}}
        datasets = {name: FrameDataset.open(where) for name, where in places.items()}
        for measure in (_read, _learn):
            rounds: dict[str, list[float]] = {name: [] for name in datasets}
            for _ in range(config.rounds):
                for name, dataset in datasets.items():
                    rounds[name].append(measure(config, dataset))
            rates[measure.__name__.strip("_")] = rounds
    _tell(rates)
    if config.out is not None:
        write_json(config.out, rates)


@contextmanager
def _served() -> Iterator[str]:
    """Serve a bucket from another process, and return a URL in it."""
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for every request
        text=True,
    )
    assert server.stdout is not None
    try:
        port = server.stdout.readline().strip()
        if not port:
            raise ValueError("no server of S3 could be started; pip install 'moto[server]'")
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": "us-east-1",
        }
        yield "s3://benchmark/frames"
    finally:
        server.terminate()
        server.wait()


def _rate(config: BenchmarkStore, do: Callable[[BenchmarkStore, Any], None], where: Any) -> float:
    """Return how many frames a second something takes care of."""
    begun = time.monotonic()
    do(config, where)
    return config.num_frames / (time.monotonic() - begun)


def _write(config: BenchmarkStore, where: Place) -> None:
    """Write a dataset of smooth pictures with some noise, which compress as rendered ones do."""
    if isinstance(where, StoreUrl) and read_attributes(where) is not None:
        folder = StoredFolder(where)
        folder.remove(folder.objects())
    create_frame_dataset(where, _attributes(config))
    writer, random = FrameWriter(where), np.random.default_rng(_SEED)
    for index, start in enumerate(range(0, config.num_frames, _CHUNK)):
        chunk = FrameChunk.empty(min(_CHUNK, config.num_frames - start), (_SIDE, _SIDE), 0)
        coarse = random.integers(0, 250, size=(len(chunk), 8, 8, 3), dtype=np.uint8)
        chunk.frames[:] = coarse.repeat(8, axis=1).repeat(8, axis=2)
        chunk.frames[:, ::4] += random.integers(
            0, 4, size=chunk.frames[:, ::4].shape, dtype=np.uint8
        )
        chunk.episode_starts[::2] = True
        writer.write(index, chunk)
    writer.complete()


def _attributes(config: BenchmarkStore) -> dict[str, Any]:
    """Return what the dataset says of itself."""
    return {
        "env": "benchmark",
        "seed": _SEED,
        "num_frames": config.num_frames,
        "size": [_SIDE, _SIDE],
        "chunk_size": _CHUNK,
        "factors": {},
    }


def _batches(dataset: FrameDataset, paired: bool) -> FrameBatches:
    """Return batches that are read in windows of a third of the dataset, or a sixth of pairs."""
    memory = 2 / 3 * int(np.prod(dataset.shape, dtype=np.int64)) / 1e9
    device = torch.device("cpu")
    return FrameBatches(dataset, _BATCH, (_SEED,), memory, device, paired=paired)


def _read(config: BenchmarkStore, dataset: FrameDataset) -> float:
    """Read an epoch in batches, and return frames a second."""
    steps, begun = config.num_frames // _BATCH, time.monotonic()
    for _ in islice(_batches(dataset, paired=False).starting_at(0), steps):
        pass
    return steps * _BATCH / (time.monotonic() - begun)


def _learn(config: BenchmarkStore, dataset: FrameDataset) -> float:
    """Take steps of the default objective, and return frames a second."""
    torch.manual_seed(_SEED)
    facts = TrainingFacts((_SIDE, _SIDE, 3), config.num_frames, config.steps)
    objective = make_objective(objective_settings("look_state_nce"), facts)
    stage = objective.stages()[0]
    step = TrainingStep(objective, stage, torch.device("cpu"), torch.float32)
    stream = islice(_batches(dataset, paired=True).starting_at(0), config.steps)
    begun = time.monotonic()
    for number, batch in enumerate(stream):
        step(batch.frames, number, batch.given)
    return config.steps * _BATCH / (time.monotonic() - begun)


def _tell(rates: dict[str, dict[str, list[float]]]) -> None:
    """Print medians, and what the store's are of the disk's."""
    rows = []
    for what, places in rates.items():
        disk, store = (statistics.median(places[name]) for name in ("local disk", "store"))
        rows.append([what, f"{disk:,.0f}", f"{store:,.0f}", f"{store / disk:.2f}"])
    print(markdown_table(["frames a second", "local disk", "store", "ratio"], rows))
    print(json.dumps({what: places["store"] for what, places in rates.items()}))


if __name__ == "__main__":
    main(tyro.cli(BenchmarkStore, description=__doc__))
