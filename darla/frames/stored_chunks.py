"""Write frame datasets into an object store, chunk by chunk, straight from where they are made.

An object is there whole or not at all, so nothing needs a temporary name. The dataset's header is
put first, and only where there is none: that makes the dataset, and of two processes that begin at
once the second finds the first one's. A chunk is an object for each array; when these are there,
an empty object ``.finished/<index>`` says so. When all chunks are finished the headers of the
arrays are put, and then the dataset's own again, with the number of chunks: from that moment on it
can be read. The empty objects are removed last.

There are no locks in a store. Two processes that collect one dataset at the same time do each
other's work again, and no harm: a chunk follows from what the header says and its own index alone,
so that both put the same bytes, and processes of another recipe are refused by the header.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from darla.frames.array_layout import ArrayLayout
from darla.frames.attributes import COLLECT_AGAIN, HEADER, is_finished, read_attributes
from darla.frames.chunk_files import chunk_name, encoded_chunk
from darla.running.checked_json import LARGEST_JSON, parse_json
from darla.stores.objects import StoredFolder
from darla.stores.urls import StoreUrl

_MARKERS = ".finished"
_BYTES_AT_ONCE = 1 << 28


def create_stored(url: StoreUrl, headers: Mapping[str, bytes]) -> None:
    """Begin a dataset, given the headers of its files by name.

    A FileExistsError where there is one already.
    """
    StoredFolder(url).create(HEADER, headers[HEADER])


def put_chunk(
    url: StoreUrl,
    index: int,
    arrays: Mapping[str, np.ndarray],
    layouts: Mapping[str, ArrayLayout],
) -> None:
    """Put one chunk of every array, and then say that it is finished; a StoreError if it fails."""
    folder = StoredFolder(url)

    def put(name: str) -> None:
        """Put the chunk of one array."""
        layout = layouts[name]
        values = arrays[name].astype(layout.dtype, copy=False)
        data = bytes(encoded_chunk(values, layout.rows))
        folder.write(f"{name}/{chunk_name(index, values.ndim)}", data)

    largest = max(layouts[name].chunk_bytes for name in arrays)
    with ThreadPoolExecutor(max(1, min(folder.at_once, _BYTES_AT_ONCE // largest))) as pool:
        list(pool.map(put, arrays))
    folder.write(f"{_MARKERS}/{index}", b"")


def stored_chunks(url: StoreUrl) -> set[int]:
    """Return the indices of the finished chunks of an unfinished dataset."""
    names = StoredFolder(url).objects(_MARKERS)
    found = (name.rpartition("/")[2] for name in names)
    return {int(name) for name in found if name.isdecimal()}


def complete_stored(url: StoreUrl, headers: Mapping[str, bytes], count: int) -> None:
    """Say that a dataset is finished, all of whose ``count`` chunks are.

    The headers are those of its arrays by name; that of the dataset keeps what it says.
    """
    folder = StoredFolder(url)
    for name, data in headers.items():
        if name != HEADER:
            folder.write(name, data)
    header = parse_json(folder.read(HEADER, LARGEST_JSON), str(url / HEADER))
    if read_attributes(url) is None or not isinstance(header, dict):
        raise ValueError(f"{url / HEADER} is missing or damaged; {COLLECT_AGAIN}")
    header["attributes"]["finished_chunks"] = count
    folder.write(HEADER, json.dumps(header, indent=2).encode())
    clear_markers(url)


def is_complete(url: StoreUrl) -> bool:
    """Whether somebody else has finished a dataset meanwhile."""
    attributes = read_attributes(url)
    return attributes is not None and is_finished(attributes)


def clear_markers(url: StoreUrl) -> None:
    """Remove from a finished dataset what only one that is being written needs."""
    folder = StoredFolder(url)
    folder.remove(folder.objects(_MARKERS))
