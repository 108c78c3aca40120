import pytest

from darla.running.names import lookup


def test_known_names_are_found():
    assert lookup("fruit", "apple", {"apple": 1}) == 1


def test_the_nearest_name_is_suggested():
    with pytest.raises(ValueError, match="unknown fruit 'aple'; did you mean 'apple'"):
        lookup("fruit", "aple", {"apple": 1, "pear": 2})


def test_without_a_near_name_all_are_listed():
    with pytest.raises(ValueError, match="unknown fruit 'zzz'; known: apple, pear"):
        lookup("fruit", "zzz", {"pear": 2, "apple": 1})
