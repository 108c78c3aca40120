"""Have what comes next made by threads, while what is there is used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def read_ahead(read: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """Yield ``read(item)`` of each item, in their order.

    Args:
        read: may be called by several threads at once.
        items: may be endless.
        most: results that are made before they are asked for, at the same time; with 0 each is
            made when it is asked for. No more of them are ever in memory.

    Raises:
        Exception: what ``read`` raised, where its item's turn comes; the others are not begun.
    """
    if most < 1:
        yield from map(read, items)
        return
    left = iter(items)
    with ThreadPoolExecutor(most, thread_name_prefix="read-ahead") as pool:
        waiting: deque[Future[R]] = deque(pool.submit(read, each) for each in islice(left, most))
        try:
            while waiting:
                result = waiting.popleft().result()
                waiting.extend(pool.submit(read, each) for each in islice(left, 1))
                yield result
        finally:
            for each in waiting:
                each.cancel()
