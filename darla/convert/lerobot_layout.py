"""The files of a LeRobot dataset of version 3.0, and how its tables are laid out.

See https://huggingface.co/docs/lerobot/lerobot-dataset-v3: ``meta/info.json``, ``meta/stats.json``,
``meta/tasks.parquet``, ``meta/episodes/chunk-000/file-000.parquet`` and
``data/chunk-000/file-000.parquet``, whose rows are frames.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from darla.running.checked_json import Count
from darla.running.extras import extra

INFO, STATS = "meta/info.json", "meta/stats.json"
TASKS = "meta/tasks.parquet"
EPISODES = "meta/episodes"
DATA = "data"
FILE = "chunk-{chunk:03d}/file-{file:03d}"
FILES_IN_A_CHUNK = 1000
MEGABYTES_IN_A_FILE = 100

VERSION = "v3.0"
IMAGE, ACTION, REWARD, DONE = "observation.image", "action", "next.reward", "next.done"
STATE = "observation.state"
FACTOR = "factor."
"""What columns of factors begin with."""

_INDICES = ("frame_index", "episode_index", "index", "task_index")
_Side = Annotated[int, Meta(ge=0, le=1 << 20)]


class Feature(TypedDict):
    """What is said of a column."""

    dtype: str
    shape: Annotated[list[_Side], Meta(max_length=8)]
    names: NotRequired[Any]
    info: NotRequired[dict[str, Any] | None]
    video_info: NotRequired[dict[str, Any] | None]


class Info(TypedDict):
    """``meta/info.json``."""

    codebase_version: str
    total_frames: Count
    total_episodes: Count
    fps: Annotated[float, Meta(gt=0, le=1e6)]
    features: Annotated[dict[str, Feature], Meta(max_length=10_000)]


def lerobot_library(module: str) -> Any:
    """Import a part of pyarrow; a ValueError that names the extra where it is missing."""
    return extra(module, "lerobot", "datasets of LeRobot")


def features(
    size: tuple[int, int], action_size: int, factors: Mapping[str, Any]
) -> dict[str, Feature]:
    """Return what is said of each column that is written."""

    def column(dtype: str, numbers: int = 1) -> Feature:
        return {"dtype": dtype, "shape": [numbers], "names": None}

    image: Feature = {
        "dtype": "image",
        "shape": [*size, 3],
        "names": ["height", "width", "channels"],
    }
    return {
        IMAGE: image,
        ACTION: column("float32", action_size) if action_size else column("int64"),
        REWARD: column("float32"),
        DONE: column("bool"),
        **{FACTOR + name: column("float32") for name in factors},
        "timestamp": column("float32"),
        **{name: column("int64") for name in _INDICES},
    }


def schema(columns: Mapping[str, Feature]) -> Any:
    """Return the Arrow schema of rows, with what the library ``datasets`` wants to know of it."""
    pa = lerobot_library("pyarrow")
    fields: list[Any] = []
    said: dict[str, Any] = {}
    for name, feature in columns.items():
        numbers, dtype = feature["shape"][0], feature["dtype"]
        value = {"dtype": dtype, "_type": "Value"}
        if dtype == "image":
            kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
            said[name] = {"_type": "Image"}
        elif numbers > 1:
            kind = pa.list_(pa.from_numpy_dtype(dtype), numbers)
            said[name] = {"feature": value, "length": numbers, "_type": "Sequence"}
        else:
            kind = pa.from_numpy_dtype(dtype)
            said[name] = value
        fields.append(pa.field(name, kind))
    return pa.schema(fields, {"huggingface": json.dumps({"info": {"features": said}})})


def info(columns: Mapping[str, Feature], frames: int, episodes: int, fps: int) -> dict[str, Any]:
    """Return ``meta/info.json``."""
    return {
        "codebase_version": VERSION,
        "robot_type": None,
        "total_episodes": episodes,
        "total_frames": frames,
        "total_tasks": 1,
        "chunks_size": FILES_IN_A_CHUNK,
        "data_files_size_in_mb": MEGABYTES_IN_A_FILE,
        "video_files_size_in_mb": 200,
        "fps": fps,
        "splits": {"train": f"0:{episodes}"},
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": None,
        "features": dict(columns),
    }


def tasks_table(task: str) -> Any:
    """Return ``meta/tasks.parquet``: one task, which is the index, as pandas has it."""
    pa = lerobot_library("pyarrow")

    def column(name: str, kind: str, numpy_kind: str) -> dict[str, Any]:
        return {
            "name": name,
            "field_name": name,
            "pandas_type": kind,
            "numpy_type": numpy_kind,
            "metadata": None,
        }

    said = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
        "pandas_version": "2.2.0",
    }
    table = pa.table({"task_index": pa.array([0], pa.int64()), "task": pa.array([task])})
    return table.replace_schema_metadata({"pandas": json.dumps(said)})
