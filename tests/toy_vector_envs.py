"""Vector environments of the toys in ``toy_envs``; importing registers them as ``Toy/Many...``."""

from typing import Any

import gymnasium as gym
import numpy as np

from toy_envs import (
    TOY_FACTORS,
    CountingDictEnv,
    CountingImageEnv,
    CountingRenderEnv,
    FactorImageEnv,
)
from toy_tasks import ActedEnv


class FactorVectorEnv(gym.vector.SyncVectorEnv):
    """Several ``FactorImageEnv`` that can be put into many settings at once."""

    def __init__(self, num_envs: int, **settings: Any) -> None:
        super().__init__([lambda: FactorImageEnv(**settings)] * num_envs)
        self.factors = TOY_FACTORS

    def sample_settings(
        self, rng: np.random.Generator, count: int, in_view: float | None, per_look: int = 1
    ) -> np.ndarray:
        rows = np.empty((count, 4))
        for index, row in enumerate(rows):
            visible = None if in_view is None else bool(rng.random() < in_view)
            fixed = {"floor": rows[index - 1, 0]} if index % per_look else None
            setting = self.envs[0].sample_factors(fixed, in_view=visible, rng=rng)
            floor, yaw, shape, x = setting.values()
            row[:] = floor, yaw, TOY_FACTORS["object_shape"].categories.index(shape), x
        return rows

    def reset_to(self, rows: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        recorder, infos = gym.vector.VectorEnv(), {}
        recorder.num_envs = len(rows)
        for index, (floor, yaw, shape, x) in enumerate(rows.tolist()):
            shapes = TOY_FACTORS["object_shape"].categories
            setting = {"floor": floor, "agent_yaw": yaw, "object_x": x}
            setting["object_shape"] = shapes[int(shape)]
            frames[index], info = self.envs[index].reset(options={"factors": setting})
            infos = recorder._add_info(infos, info, index)
        return frames, infos


class BlindVectorEnv(gym.vector.SyncVectorEnv):
    """Several environments whose pictures come from rendering alone."""

    def __init__(self, num_envs: int, **settings: Any) -> None:
        super().__init__([lambda: CountingRenderEnv(**settings)] * num_envs)


class CountingVectorEnv(gym.vector.SyncVectorEnv):
    """Several ``CountingDictEnv``; draws in as many threads as it is told."""

    def __init__(self, num_envs: int, num_threads: int | None = None, **settings: Any) -> None:
        super().__init__([lambda: CountingDictEnv(**settings)] * num_envs)
        self.num_threads = num_threads


class SameStepVectorEnv(gym.vector.SyncVectorEnv):
    """Several ``CountingImageEnv`` that reset themselves in the last step of an episode."""

    def __init__(self, num_envs: int, **settings: Any) -> None:
        mode = gym.vector.AutoresetMode.SAME_STEP
        super().__init__([lambda: CountingImageEnv(**settings)] * num_envs, autoreset_mode=mode)


class ActedVectorEnv(gym.vector.SyncVectorEnv):
    """Several environments whose actions are of any kind."""

    def __init__(self, num_envs: int, **settings: Any) -> None:
        super().__init__([lambda: ActedEnv(**settings)] * num_envs)


if "Toy/ManyActed-v0" not in gym.registry:
    gym.register(
        "Toy/ManyActed-v0",
        entry_point="toy_tasks:ActedEnv",
        vector_entry_point="toy_vector_envs:ActedVectorEnv",
    )
TOY_VECTOR_IDS = {
    "Toy/ManyCounting-v0": (CountingDictEnv, CountingVectorEnv),
    "Toy/ManyFactors-v0": (FactorImageEnv, FactorVectorEnv),
    "Toy/ManyBlind-v0": (CountingRenderEnv, BlindVectorEnv),
    "Toy/ManySameStep-v0": (CountingImageEnv, SameStepVectorEnv),
}
for _id, (_class, _vector_class) in TOY_VECTOR_IDS.items():
    if _id not in gym.registry:
        gym.register(
            _id,
            entry_point=f"toy_envs:{_class.__name__}",
            vector_entry_point=f"toy_vector_envs:{_vector_class.__name__}",
        )
