"""Results come in order, a few ahead of time and never more."""

import threading
from itertools import count

import pytest

from darla.stores.read_ahead import read_ahead


@pytest.mark.parametrize("most", [0, 1, 3, 50])
def test_results_come_in_the_order_of_their_items(most: int) -> None:
    assert list(read_ahead(lambda item: item * item, range(20), most)) == [
        number * number for number in range(20)
    ]


@pytest.mark.parametrize("most", [1, 4])
def test_so_many_are_read_before_they_are_asked_for_and_no_more(most: int) -> None:
    begun: list[int] = []
    results = read_ahead(lambda item: begun.append(item) or item, count(), most)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    results.close()
    assert sorted(begun) == list(range(len(begun)))
    assert len(begun) <= 5 + most


def test_they_are_read_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=20)
    assert list(read_ahead(lambda item: together.wait() >= 0, range(3), 3)) == [True] * 3


def test_an_error_is_raised_where_its_turn_comes() -> None:
    def read(item: int) -> int:
        if item == 2:
            raise OSError("broken")
        return item

    results = read_ahead(read, range(9), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(OSError, match="broken"):
        next(results)
