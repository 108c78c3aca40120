"""How many steps a second do agents learn on latents, and on pixels? Both are measured in one run.

    python scripts/tools/benchmark_agents.py
    python scripts/tools/benchmark_agents.py --num-envs 8 --threads 1 --out rates.json

The same task, worlds drawn together, and the same settings of PPO; latents are those of ``rooms``.
Steps count from the first to the last, updates included; each side runs in a process of its own,
which has learned for a moment before. Encoding alone is measured beside them: no agent that encodes
each picture once can be faster. Nothing else should run meanwhile.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmark.agent_training import learning_seconds
from benchmark.fresh_process import in_a_fresh_process
from darla.encoder.bundle import load_encoder
from darla.running.atomic import write_json
from darla.running.command import run_command
from darla.running.markdown import markdown_table
from darla.running.precision import choose_precision

_KINDS = ("latent", "pixels")
_ENCODING = "encoding alone"


@dataclass(frozen=True)
class BenchmarkAgents:
    """What to measure."""

    num_envs: tuple[int, ...] = (8, 32)
    """Environments that are stepped together."""
    threads: tuple[int, ...] = (1, 2)
    """Threads of torch."""
    steps: int = 30_720
    """Steps that each agent learns for."""
    out: Path | None = None
    """File for the rates, as JSON."""

    def check(self) -> None:
        """Raise a ValueError for what is out of range."""
        for name, least in (("steps", 1024), ("num_envs", 1), ("threads", 1)):
            given = getattr(self, name)
            values = given if isinstance(given, tuple) else (given,)
            if not values or min(values) < least:
                raise ValueError(f"{name} is {given}, but must be at least {least}")
        if max(self.num_envs) > 128:
            raise ValueError(f"num_envs is {max(self.num_envs)}, but must be at most 128")


def main(config: BenchmarkAgents) -> None:
    """Measure, and print a table of steps a second."""
    config.check()
    found = []
    for num_envs in config.num_envs:
        for threads in config.threads:
            rates = {
                kind: in_a_fresh_process(agent_rate, kind, num_envs, config.steps, threads)
                for kind in _KINDS
            }
            rates[_ENCODING] = in_a_fresh_process(encoding_rate, num_envs, threads)
            found.append({"num_envs": num_envs, "threads": threads, "rates": rates})
            shown = ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
            print(f"{num_envs} environments, {threads} threads: {shown} a second", flush=True)
    print("\n" + _table(found))
    if config.out is not None:
        write_json(config.out, found)


def agent_rate(kind: str, num_envs: int, steps: int, threads: int) -> float:
    """Return the steps a second of an agent that learns."""
    learning_seconds(kind, num_envs, 1024, threads=threads)  # compiles, imports, warms up
    return steps / learning_seconds(kind, num_envs, steps, threads=threads)


def encoding_rate(count: int, threads: int, seconds: float = 3.0) -> float:
    """Return how many pictures a second are encoded, ``count`` at a time, as agents have them."""
    torch.set_num_threads(threads)
    encoder = load_encoder("rooms")
    encoder = encoder.in_precision("auto")
    frames = np.random.default_rng(0).integers(0, 256, (count, *encoder.image_shape), np.uint8)
    for _ in range(5):
        encoder.encode(frames)
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        encoder.encode(frames)
        done += count
    return done / (time.perf_counter() - begun)


def _table(found: list[dict[str, Any]]) -> str:
    """Return all rates as Markdown."""
    heading = ["environments, threads", "latents", "pixels", "", "encoding alone"]
    rows = []
    for each in found:
        latent, pixels = (each["rates"][kind] for kind in _KINDS)
        what = f"{each['num_envs']}, {each['threads']}"
        cells = [f"{latent:,.0f}", f"{pixels:,.0f}", f"{latent / pixels:.1f}x"]
        rows.append([what, *cells, f"{each['rates'][_ENCODING]:,.0f}"])
    precision = str(choose_precision("auto", torch.device("cpu"))).removeprefix("torch.")
    return f"Steps/s, encoded in {precision}:\n\n{markdown_table(heading, rows)}"


if __name__ == "__main__":
    run_command(BenchmarkAgents, main, __doc__)
