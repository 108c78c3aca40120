"""What a frame dataset says about itself: the attributes of its Zarr group, read without Zarr.

Processes that write chunks need no more than this, and Zarr takes long to import.
"""

from pathlib import Path
from typing import Any

from darla.running.atomic import read_json

FORMAT = "darla frames"
SCHEMA = 1
DEFAULT_CHUNK_SIZE = 1000

ATTRIBUTES = {
    "format": f"always {FORMAT!r}",
    "schema": f"version of this layout, {SCHEMA}",
    "env": "id of the environment",
    "env_kwargs": "what the environment was made with",
    "how": "random, factors or agent",
    "in_view": "share of frames with the object in view, for 'factors'",
    "frames_per_look": "frames in a row that share their look, for 'factors'; without it, 1",
    "agent": "folder of the agent, for 'agent'",
    "seed": "where all random numbers came from",
    "rendering": "batched or stock, as asked for; without it, stock",
    "renderer": "batched or stock, as drawn: batched asks for stock where there is nothing else",
    "key": "entry of a Dict observation that holds the picture, null for the only one",
    "num_frames": "N",
    "size": "[H, W]",
    "chunk_size": "frames in a chunk",
    "factors": "{name: {kind, low, high, unit, categories, role}}",
    "domain": "the environment's own description of its domain, null when it has none",
    "versions": "versions of Python and packages",
    "finished_chunks": "number of chunks that are written; all of them in a finished dataset",
}
"""What the attributes of a dataset mean."""


def read_attributes(path: Path) -> dict[str, Any] | None:
    """Return the attributes of the dataset at ``path``, finished or not, or None for no dataset.

    A path that does not exist and an empty folder count as no dataset. A ValueError where the path
    holds something else, or a dataset of a newer version.
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    header = path / "zarr.json"
    metadata = read_json(header) if header.is_file() else {}
    attributes = metadata.get("attributes", {}) if isinstance(metadata, dict) else {}
    if attributes.get("format") != FORMAT:
        raise ValueError(
            f"{path} holds something else than a frame dataset, which is left alone; "
            "give the path of a dataset, or one that does not exist yet"
        )
    if attributes["schema"] != SCHEMA:
        raise ValueError(
            f"the frame dataset {path} has schema {attributes['schema']}, this version of darla "
            f"reads {SCHEMA}; use the version that wrote it, or collect it again"
        )
    return attributes


def is_finished(attributes: dict[str, Any]) -> bool:
    """Tell from a dataset's attributes whether all of its chunks are written."""
    return bool(attributes["finished_chunks"] == num_chunks(attributes))


def num_chunks(attributes: dict[str, Any]) -> int:
    """Return the number of chunks that a dataset of these attributes has when finished."""
    return -(-int(attributes["num_frames"]) // int(attributes["chunk_size"]))
