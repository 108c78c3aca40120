"""The last observations of episodes, which Stable-Baselines3 puts into infos."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def terminal_observations(dones: np.ndarray, infos: Sequence[dict[str, Any]]) -> dict[int, Any]:
    """Return the last observation of each episode that has just ended, by environment."""
    return {
        i: infos[i]["terminal_observation"]
        for i in np.flatnonzero(dones).tolist()
        if "terminal_observation" in infos[i]
    }


def with_terminal_observations(
    infos: Sequence[dict[str, Any]], finals: Mapping[int, Any]
) -> list[dict[str, Any]]:
    """Return infos with other last observations; those given stay as they are."""
    passed_on = list(infos)  # worker processes give a tuple
    for index, final in finals.items():
        passed_on[index] = {**infos[index], "terminal_observation": final}
    return passed_on
