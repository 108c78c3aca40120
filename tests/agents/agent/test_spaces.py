import json

import numpy as np
import pytest
from gymnasium import spaces

from darla_agents.agent.spaces import space_from_json, space_to_json

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
    assert space_from_json(json.loads(text)) == space


def test_unknown_spaces_are_refused():
    with pytest.raises(ValueError, match="Box, Discrete and Dict"):
        space_to_json(spaces.Text(3))
    with pytest.raises(ValueError, match="did you mean 'box'"):
        space_from_json({"type": "bix"})
