"""What a frame dataset says about itself: the attributes of its Zarr group, read without Zarr.

Processes that write chunks need no more than this, and Zarr takes long to import.
"""

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from darla.running.checked_json import LARGEST_JSON, Count, check_shape, parse_json, read_json
from darla.stores.objects import StoredFolder
from darla.stores.urls import Place, StoreUrl

FORMAT = "darla frames"
HEADER = "zarr.json"
"""The file of a dataset's attributes."""
SCHEMA = 1
DEFAULT_CHUNK_SIZE = 1000

COLLECT_AGAIN = "delete the dataset and collect it again"
"""What to do with a dataset that is damaged."""

ATTRIBUTES = {
    "format": f"always {FORMAT!r}",
    "schema": f"version of this layout, {SCHEMA}",
    "env": "id of the environment, or module:function",
    "env_kwargs": "what the environment was made with",
    "wrappers": "what was put around it, innermost first; without it, nothing",
    "look": "{name, env_kwargs, reset_options, wrappers, restyle}: the domain, of looks",
    "how": "random, factors or agent; converted, where others made the frames",
    "in_view": "share of frames with the object in view, for 'factors'",
    "frames_per_look": "frames in a row that share their look; without it, or 1, episodes do",
    "looks_per_state": "looks in which those frames are drawn one after the other; without it, 1",
    "look_factors": "factors that make the look; without it, all whose role it is but kinds",
    "agent": "folder of the agent, for 'agent'",
    "seed": "where all random numbers came from",
    "rendering": "batched or stock, as asked for; without it, stock",
    "renderer": "batched or stock, as drawn: batched asks for stock where there is nothing else",
    "key": "entry of a Dict observation that holds the picture, null for the only one",
    "num_frames": "N",
    "size": "[H, W]",
    "chunk_size": "frames in a chunk",
    "factors": "{name: {kind, low, high, unit, categories, role}}",
    "action_size": "numbers in an action; 0, as without it, where it is one whole number",
    "domain": "the environment's own description of its domain, null when it has none",
    "versions": "versions of Python and packages",
    "finished_chunks": "number of chunks that are written; all of them in a finished dataset",
}
"""What the attributes of a dataset mean."""

SIDES = (8, 1024)
"""The fewest and the most pixels of a side that pictures may be brought to."""

LARGEST_SIDE = 4096
"""Pixels of a side of frames that a dataset may hold."""

MOST_ACTION_NUMBERS = 4096
"""Numbers of an action that a dataset may hold."""

_Side = Annotated[int, Meta(ge=1, le=LARGEST_SIDE)]
_FromOne = Annotated[int, Meta(ge=1, le=10**9)]


class FactorDescription(TypedDict):
    """What a dataset says of one factor: as its environment describes it, null for no limit."""

    kind: str
    low: float | None
    high: float | None
    unit: str
    categories: Annotated[list[str], Meta(max_length=10_000)]
    role: str


class _Attributes(TypedDict):
    """The attributes that others rely on; see :data:`ATTRIBUTES` for what they mean."""

    env: str
    num_frames: _FromOne
    size: Annotated[list[_Side], Meta(min_length=2, max_length=2)]
    chunk_size: _FromOne
    factors: Annotated[dict[str, FactorDescription], Meta(max_length=10_000)]
    finished_chunks: Count
    env_kwargs: NotRequired[dict[str, Any] | None]
    wrappers: NotRequired[list[str] | None]
    look: NotRequired[dict[str, Any] | None]
    how: NotRequired[str | None]
    in_view: NotRequired[float | None]
    frames_per_look: NotRequired[_FromOne | None]
    looks_per_state: NotRequired[_FromOne | None]
    look_factors: NotRequired[list[str] | None]
    agent: NotRequired[str | None]
    seed: NotRequired[Count | None]
    rendering: NotRequired[str | None]
    renderer: NotRequired[str | None]
    key: NotRequired[str | None]
    action_size: NotRequired[Annotated[int, Meta(ge=0, le=MOST_ACTION_NUMBERS)] | None]
    domain: NotRequired[dict[str, Any] | str | None]
    versions: NotRequired[dict[str, str] | None]


class _Header(TypedDict):
    """``zarr.json`` of a dataset's folder."""

    zarr_format: Literal[3]
    node_type: Literal["group"]
    attributes: _Attributes


LARGEST_CHUNK = 1 << 29
"""Bytes that the frames of one chunk may have; it is read as a whole."""


_NO_PLACE_TO_WRITE = (
    ", which is left alone; give the path of a dataset, or one that does not exist yet"
)
_NO_DATASET_TO_READ = "; give the folder that darla collect or darla convert has written"


def read_attributes(path: Place, *, to_read: bool = False) -> dict[str, Any] | None:
    """Return the attributes of the dataset at ``path``, finished or not, or None for no dataset.

    A path that does not exist and an empty folder count as no dataset. A ValueError where the path
    holds something else, or a dataset of a newer version; it says what to do to read one, or to
    write one there.
    """
    metadata = _read_stored(path) if isinstance(path, StoreUrl) else _read_local(path)
    if metadata is None:
        return None
    header = path / HEADER
    attributes = metadata.get("attributes") if isinstance(metadata, dict) else None
    if not isinstance(attributes, dict) or attributes.get("format") != FORMAT:
        remedy = _NO_DATASET_TO_READ if to_read else _NO_PLACE_TO_WRITE
        raise ValueError(f"{path} holds something else than a frame dataset{remedy}")
    if attributes.get("schema") != SCHEMA:
        raise ValueError(
            f"the frame dataset {path} has schema {attributes.get('schema')}, this version of "
            f"darla reads {SCHEMA}; use the version that wrote it, or collect it again"
        )
    check_shape(metadata, _Header, str(header), COLLECT_AGAIN)
    _check_meaning(attributes, header, COLLECT_AGAIN)
    return attributes


def _read_local(path: Path) -> Any:
    """Return what a dataset's header holds; None where there is nothing, {} for something else."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    header = path / HEADER
    return (read_json(header) if header.is_file() else None) or {}


def _read_stored(url: StoreUrl) -> Any:
    """Return the same of what is in a store."""
    folder = StoredFolder(url)
    try:
        return parse_json(folder.read(HEADER, LARGEST_JSON), str(url / HEADER)) or {}
    except FileNotFoundError:
        return None if folder.is_empty() else {}


def check_attributes(attributes: dict[str, Any], where: Path, remedy: str) -> None:
    """Check the attributes of a dataset, which stand in another file than its own.

    Raises:
        ValueError: they are not of the form that :data:`ATTRIBUTES` tells; the message ends with
            the remedy.
    """
    check_shape(attributes, _Attributes, str(where), remedy)
    _check_meaning(attributes, where, remedy)


def _check_meaning(attributes: dict[str, Any], where: PurePath, remedy: str) -> None:
    """Check what no type says: names of factors, and bytes of a chunk."""
    try:
        check_factor_names(attributes["factors"])
        _check_chunk(attributes)
    except ValueError as error:
        raise ValueError(f"{where} is damaged: {error}; {remedy}") from error


def check_factor_names(names: Iterable[str]) -> None:
    """Check that factors can be the names of arrays; a ValueError if one cannot."""
    for name in names:
        unsafe = not name or set("/\\\0") & set(name) or name.startswith((".", "__"))
        if unsafe or len(name) > 200:
            raise ValueError(f"the name of factor {name[:80]!r} cannot be the name of an array")


def _check_chunk(attributes: dict[str, Any]) -> None:
    """Check that the frames of one chunk are no more than can be read at once."""
    height, width = attributes["size"]
    size = min(attributes["chunk_size"], attributes["num_frames"]) * height * width * 3
    if size > LARGEST_CHUNK:
        raise ValueError(
            f"chunks have {size:,} bytes of frames, expected at most {LARGEST_CHUNK:,}"
        )


def is_finished(attributes: dict[str, Any]) -> bool:
    """Tell from a dataset's attributes whether all of its chunks are written."""
    return bool(attributes["finished_chunks"] == num_chunks(attributes))


def num_chunks(attributes: dict[str, Any]) -> int:
    """Return the number of chunks that a dataset of these attributes has when finished."""
    return -(-int(attributes["num_frames"]) // int(attributes["chunk_size"]))
