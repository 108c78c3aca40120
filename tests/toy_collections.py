"""Collections of toy environments that take a second."""

from pathlib import Path
from typing import Any

from darla.collection.collect import CollectConfig


def config_of(out: str | Path, env: str = "Toy/Counting-v0", **changes: Any) -> CollectConfig:
    """Return settings that collect 90 frames in 5 chunks."""
    settings: dict[str, Any] = {
        "policy": "random",
        "num_frames": 90,
        "chunk_size": 20,
        "size": (16,),
        "env_kwargs": {"size": 16},
        "imports": ("toy_envs", "toy_vector_envs"),
        "workers": 1,
    }
    return CollectConfig(env=env, out=Path(out), **{**settings, **changes})
