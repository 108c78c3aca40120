"""Each side of a benchmark in a process of its own."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


def in_a_fresh_process(side: Callable[..., float], *arguments: object) -> float:
    """Call a function in a new process, which ends with it."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(side, *arguments).result()
