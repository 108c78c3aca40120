import json

import numpy as np
import pytest
from gymnasium import spaces

from darla_agents.agent.spaces import check_actions, space_from_json, space_to_json

SPACES = [
    spaces.Box(0, 255, (3, 64, 64), np.uint8),
    spaces.Box(-np.inf, np.inf, (32,), np.float32),
    spaces.Box(np.array([0, -1, -np.inf]), np.array([1, np.inf, 5]), dtype=np.float32),
    spaces.Discrete(3),
    spaces.Discrete(4, start=1),
    spaces.Dict({"a": spaces.Box(-1, 1, (2, 2), np.float32), "b": spaces.Discrete(2)}),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_spaces_survive_json(space):
    text = json.dumps(space_to_json(space), allow_nan=False)
    assert space_from_json(json.loads(text), "a file", "mend it") == space


def test_unknown_spaces_are_refused():
    with pytest.raises(ValueError, match="Box, Discrete and Dict"):
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
        (spaces.MultiDiscrete([2, 3]), "ppo", "choose those of Discrete or Box"),
        (spaces.MultiBinary(2), "a2c", "choose those of Discrete or Box"),
        (spaces.Box(-1, 1, (2,), np.float32), "dqn", "choose those of Discrete;"),
    ],
)
def test_actions_that_no_agent_can_choose_are_refused(space, algorithm, message):
    with pytest.raises(ValueError, match=message):
        check_actions(space, algorithm)


def test_actions_that_agents_choose_are_let_through():
    check_actions(spaces.Discrete(3), "dqn")
    check_actions(spaces.Box(-1, 1, (2,), np.float32), "ppo")
