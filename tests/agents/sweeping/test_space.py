import pytest

from darla_agents.sweeping.space import Choices, Numbers, read_dimension


def test_a_range_is_whole_where_both_ends_are():
    assert read_dimension({"low": 1, "high": 8}, "here") == Numbers(1, 8, whole=True)
    assert read_dimension({"low": 1, "high": 8.0}, "here") == Numbers(1, 8.0)
    found = read_dimension({"low": 1e-4, "high": 1e-2, "log": True}, "here")
    assert found == Numbers(1e-4, 1e-2, log=True)
    assert read_dimension({"low": 16, "high": 64, "step": 16}, "here").step == 16


def test_what_is_drawn_becomes_what_the_file_says():
    channels = read_dimension({"values": [[32, 32], [64, 64]]}, "here")
    assert channels == Choices(([32, 32], [64, 64]))
    assert channels.labels == ("[32, 32]", "[64, 64]")
    assert channels.value_of("[64, 64]") == [64, 64]
    assert [channels.value_of(label) for label in channels.labels] == list(channels.values)
    whole = Numbers(1, 8, whole=True)
    assert whole.value_of(3) == 3 and isinstance(whole.value_of(3.0), int)
    assert isinstance(Numbers(0, 1).value_of(1), float)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (3, "here is 3; expected { low"),
        ({"lwo": 1, "high": 2}, "unknown key of here 'lwo'; did you mean 'low'?"),
        ({"low": 1}, "here has no high; give low and high"),
        ({"low": "a", "high": 2}, "here: low is 'a', expected"),
        ({"low": 2, "high": 1}, "here goes from 2 to 1; give finite numbers, low below high"),
        ({"low": 1, "high": float("inf")}, "give finite numbers"),
        ({"low": 0, "high": 1, "log": True}, "give a low above 0, and no step"),
        ({"low": 1, "high": 2, "step": 3}, "here has the step 3; give one above 0 that fits"),
        ({"low": 1, "high": 4, "step": 0.5}, "here has the step 0.5"),
        ({"values": [1]}, r"here has the values \[1\]; give two or more, each once"),
        ({"values": [[1], [1]]}, "give two or more, each once"),
        ({"values": [1, True]}, "give two or more, each once"),  # Optuna takes them for the same
        ({"values": [1, 2], "low": 1}, "here has values and a range"),
    ],
)
def test_what_is_no_dimension_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        read_dimension(table, "here")
