import json

import numpy as np
import pytest
from gymnasium import spaces

from darla_agents.agent.spaces import (
    check_actions,
    check_observations,
    space_from_json,
    space_to_json,
)

SPACES = [
    spaces.Box(0, 255, (3, 64, 64), np.uint8),
    spaces.Box(-np.inf, np.inf, (32,), np.float32),
    spaces.Box(np.array([0, -1, -np.inf]), np.array([1, np.inf, 5]), dtype=np.float32),
    spaces.Discrete(3),
    spaces.Discrete(4, start=1),
    spaces.MultiDiscrete([2, 5, 3]),
    spaces.MultiBinary(4),
    spaces.Dict({"a": spaces.Box(-1, 1, (2, 2), np.float32), "b": spaces.Discrete(2)}),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_spaces_survive_json(space):
    text = json.dumps(space_to_json(space), allow_nan=False)
    assert space_from_json(json.loads(text), "a file", "mend it") == space


def test_unknown_spaces_are_refused():
    with pytest.raises(ValueError, match=r"Box, Discrete, .* and Dict"):
        space_to_json(spaces.Text(3))


BOX = {"type": "box", "shape": [3], "dtype": "float32", "low": 0, "high": 1}


@pytest.mark.parametrize(
    "data",
    [
        {"type": "bix"},
        {},
        None,
        [],
        {**BOX, "shape": [10**12]},
        {**BOX, "shape": [1024, 1024, 3]},
        {**BOX, "shape": [-1]},
        {**BOX, "dtype": "object"},
        {**BOX, "low": [0, 1]},
        {**BOX, "low": None},
        {**BOX, "low": 10**12, "shape": [40]},
        {"type": "discrete", "n": 10**9, "start": 0},
        {"type": "discrete", "n": 3.0, "start": 0},
        {"type": "multi_discrete", "nvec": [2, 0]},
        {"type": "multi_discrete", "nvec": []},
        {"type": "multi_binary", "n": 10**9},
        {"type": "dict", "entries": []},
        {"type": "dict", "entries": {"a": {"type": "dict", "entries": {"b": BOX}}}},
    ],
    ids=str,
)
def test_what_is_no_space_is_refused_in_one_line(data):
    with pytest.raises(ValueError, match=r"\Aa file is damaged: .*; mend it\Z"):
        space_from_json(data, "a file", "mend it")


@pytest.mark.parametrize(
    ("space", "algorithm", "message"),
    [
        (spaces.Discrete(3, start=5), "ppo", "begin with 0"),
        (spaces.MultiDiscrete([2, 3], start=[0, 1]), "a2c", "begin with 0"),
        (spaces.MultiDiscrete([[2, 3]]), "ppo", "along one axis"),
        (spaces.MultiBinary((2, 2)), "a2c", "along one axis"),
        (spaces.MultiBinary(2), "dqn", "choose those of Discrete; .* --algorithm ppo"),
        (spaces.Box(-1, 1, (2,), np.float32), "dqn", "choose those of Discrete;"),
        (spaces.Discrete(3), "sac", "choose those of Box;"),
        (spaces.Box(0, 9, (2,), np.int64), "ppo", "numbers with fractions"),
        (spaces.Box(-1, np.inf, (2,), np.float32), "td3", "between finite bounds"),
        (spaces.Box(1, 1, (2,), np.float32), "sac", "between finite bounds"),
        (spaces.Tuple([spaces.Discrete(2)]), "ppo", "choose those of Discrete or Box or Multi"),
    ],
)
def test_actions_that_no_agent_can_choose_are_refused_in_one_line(space, algorithm, message):
    with pytest.raises(ValueError, match=message) as error:
        check_actions(space, algorithm)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("space", "algorithms"),
    [
        (spaces.Discrete(3), ("ppo", "a2c", "dqn")),
        (spaces.Box(-1, 1, (2,), np.float32), ("ppo", "a2c", "sac", "td3")),
        (spaces.MultiDiscrete([2, 3]), ("ppo", "a2c")),
        (spaces.MultiBinary(3), ("ppo", "a2c")),
    ],
)
def test_actions_that_agents_choose_are_let_through(space, algorithms):
    for algorithm in algorithms:
        check_actions(space, algorithm)


def test_what_has_no_arrays_cannot_be_observed():
    eye, said = spaces.Box(0, 255, (64, 64, 3), np.uint8), spaces.Text(9)
    check_observations(spaces.Dict({"eye": eye, "where": spaces.Discrete(4)}), "A-v0")
    with pytest.raises(ValueError, match=r"entry 'mission' of what A-v0 shows is Text, .*leave it"):
        check_observations(spaces.Dict({"eye": eye, "mission": said}), "A-v0")
    for space in (said, spaces.Tuple([eye]), spaces.Graph(eye, None), spaces.Sequence(eye)):
        with pytest.raises(ValueError, match=r"A-v0 shows .*which no agent can observe"):
            check_observations(space, "A-v0")
