"""Measure frames/s of the batched renderer beside stock MiniWorld at its best, in about 10 minutes.

    python scripts/tools/benchmark_render.py
    python scripts/tools/benchmark_render.py --tasks Darla/GoToObject-v0 --out /tmp/rates.json

Nothing else should run meanwhile. Stock MiniWorld, which always averages several samples a pixel,
has one process with one environment on each core, a window of the observation's size, and OpenGL's
checks switched off.
"""

from benchmark.rows import BenchmarkConfig, run_benchmark, table_heading, table_row
from darla.running.atomic import write_json
from darla.running.command import run_command


def main(config: BenchmarkConfig) -> None:
    """Measure, and print a table as it grows."""
    config.check()
    print(table_heading(), flush=True)
    task, found = None, []
    for row in run_benchmark(config):
        if row.task != task:
            task = row.task
            print(task, flush=True)
        print(table_row(row), flush=True)
        found.append(row.as_json())
        if config.out is not None:
            write_json(config.out, found)
    if config.out is not None:
        print(f"all numbers: {config.out}")


if __name__ == "__main__":
    run_command(BenchmarkConfig, main, __doc__)
