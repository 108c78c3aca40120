"""Measure how fast worlds are drawn and stepped, beside stock MiniWorld at its best."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from benchmark.sides import Job, Rates, begin, measure, measure_batched, measure_stock
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.suites import suite_of

_SIZE = 64  # pixels, width and height
_BRIEFLY = 0.01  # seconds


@dataclass(frozen=True)
class BenchmarkConfig:
    """Compare frames/s of the batched renderer and of stock MiniWorld."""

    tasks: tuple[str, ...] = (
        "MiniWorld-OneRoom-v0",
        "MiniWorld-FourRooms-v0",
        "MiniWorld-Maze-v0",
        "MiniWorld-PickupObjects-v0",
        GO_TO_OBJECT,
        SEEK_AVOID,
    )
    """Ids of MiniWorld environments and of this package's tasks."""
    worlds: tuple[int, ...] = (1, 8, 64, 256)
    """How many worlds are drawn and stepped together; stock MiniWorld has one in each process."""
    cores: tuple[int, ...] = (1, 2)
    """How many cores; more than there are worlds are left out."""
    seconds: float = 2.0
    """How long whole steps are measured; drawing alone, which varies less, a quarter of it."""
    out: Path | None = None
    """A JSON file for all numbers."""

    def check(self) -> None:
        """Raise a ValueError for what is out of range, or cannot be drawn in batches."""
        here = len(os.sched_getaffinity(0))
        for name, values in (("tasks", self.tasks), ("worlds", self.worlds), ("cores", self.cores)):
            if not values:
                raise ValueError(f"no {name} were given; give at least one")
        if min(self.worlds) < 1:
            raise ValueError(f"worlds is {min(self.worlds)}, but must be at least 1")
        for cores in self.cores:
            if not 1 <= cores <= here:
                raise ValueError(f"cores is {cores}, but must be from 1 to {here}, all there are")
        if not 0 < self.seconds < float("inf"):
            raise ValueError(f"seconds is {self.seconds}, but must be more than 0")
        for task in self.tasks:
            if not suite_of(task).can_batch():
                raise ValueError(
                    f"{task} is no MiniWorld environment or task that can be drawn in batches"
                )


@dataclass(frozen=True)
class Row:
    """Both sides of one setting."""

    task: str
    cores: int
    worlds: int
    """How many in our batch."""
    samples: int
    """Samples a pixel in our pictures: 4 with anti-aliasing, 1 without. Stock MiniWorld always
    averages several."""
    stock: Rates
    """Rates of stock MiniWorld, one process with one environment on each core."""
    ours: Rates
    """Rates of the batch."""

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON takes it, with how many times faster ours is at its best."""
        draw, step = self.ours.draw / self.stock.draw, self.ours.best_step / self.stock.step
        return {**asdict(self), "draw_ratio": draw, "step_ratio": step}


def run_benchmark(config: BenchmarkConfig) -> Iterator[Row]:
    """Measure one setting after the other, each in fresh processes, and yield rows as they come.

    Stock MiniWorld does not depend on the number of worlds and is measured once for each task and
    number of cores. A ChildProcessError where a process died.
    """
    config.check()
    for task in config.tasks:
        _batched(task, 1, 1, True, _BRIEFLY)  # compiling takes memory, which is not to be counted
        for cores in config.cores:
            stock = _stock(task, cores, config.seconds)
            for worlds in config.worlds:
                if cores <= worlds:
                    for samples in (4, 1):
                        ours = _batched(task, cores, worlds, samples == 4, config.seconds)
                        yield Row(task, cores, worlds, samples, stock, ours)


def _stock(task: str, cores: int, seconds: float) -> Rates:
    """Measure one environment on each core, all at the same time."""
    jobs = [Job(task, _SIZE, (core,), seconds) for core in _cores(cores)]
    rates = _in_fresh_processes(measure_stock, [(job, k, cores) for k, job in enumerate(jobs)])
    return Rates(
        sum(each.draw for each in rates),
        sum(each.step for each in rates),
        sum(each.megabytes for each in rates),
    )


def _batched(task: str, cores: int, worlds: int, antialias: bool, seconds: float) -> Rates:
    """Measure a batch on that many cores."""
    job = Job(task, _SIZE, _cores(cores), seconds)
    return _in_fresh_processes(measure_batched, [(job, worlds, antialias)])[0]


def _cores(count: int) -> tuple[int, ...]:
    """Return the numbers of so many cores that this process may run on."""
    return tuple(sorted(os.sched_getaffinity(0))[:count])


def _in_fresh_processes(
    side: Callable[..., Rates], arguments: list[tuple[Any, ...]]
) -> list[Rates]:
    """Call a function in one new process for each tuple; their clocks start together."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(arguments))
    with ProcessPoolExecutor(len(arguments), context, begin, (barrier,)) as pool:
        futures = [pool.submit(measure, side, *each) for each in arguments]
        errors = [future.exception() for future in futures]
        causes = [each for each in errors if not isinstance(each, BrokenBarrierError | None)]
        if any(isinstance(each, BrokenProcessPool) for each in causes):
            raise ChildProcessError(
                f"a process that measured {arguments[0][0].task} died, often because memory ran "
                "out; give fewer worlds"
            )
        for error in causes:
            assert error is not None
            raise error
        return [future.result() for future in futures]


def table_heading() -> str:
    """Return what stands above the table's rows."""
    return (
        "frames/s of stock MiniWorld and of batched worlds, 64x64; MB: peak resident memory of all "
        "processes\nthat step, libraries included, added up; on several cores: w with a worker "
        "process each, t with\nthreads that draw in one process, whichever is faster\n\n"
        f"{'':21}{'drawing alone':>26}{'whole steps':>28}{'MB':>19}\n"
        f"{'cores':>5} {'worlds':>6} {'samples':>7} "
        f"{'stock':>10} {'ours':>9} {'ratio':>6}  "
        f"{'stock':>9} {'ours':>9}  {'ratio':>6}  "
        f"{'stock':>9} {'ours':>6}"
    )


def table_row(row: Row) -> str:
    """Return a row as a line of a table whose heading is :func:`table_heading`."""
    stock, ours = row.stock, row.ours
    mark = " " if ours.step_threads is None else "t" if ours.best_step > ours.step else "w"
    return (
        f"{row.cores:>5} {row.worlds:>6} {row.samples:>7} "
        f"{stock.draw:>10,.0f} {ours.draw:>9,.0f} {ours.draw / stock.draw:>5.1f}x  "
        f"{stock.step:>9,.0f} {ours.best_step:>9,.0f}{mark} {ours.best_step / stock.step:>5.1f}x  "
        f"{stock.megabytes:>9,.0f} {ours.megabytes:>6,.0f}"
    )
