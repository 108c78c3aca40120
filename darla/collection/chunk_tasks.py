"""Chunks as tasks of a cluster: each is made and written by some node, into the shared folder.

A chunk depends on the configuration and its index alone, and is on the disk whole or not at all:
one that was under way on a node that died is made by another, and is the same.
"""

import platform
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from darla.collection.begun_dataset import check_begun, prepare_dataset
from darla.collection.chunk_server import ChunkServer, Ready
from darla.collection.config import CollectConfig
from darla.frames.attributes import read_attributes
from darla.running.progress import progress_bar
from darla.running.tasks import connected, run_tasks


@dataclass(frozen=True)
class _Source:
    """Where chunks come from."""

    config: CollectConfig
    load_policy: str | None


class _Nobody:
    """Hears how far a chunk is: a cluster says when tasks have ended."""

    def send(self, message: Any) -> None:
        """Do nothing."""


_kept: list[tuple[_Source, ChunkServer]] = []
"""The environments of this process: what makes the next chunk of the same dataset."""


def make_on_cluster(
    config: CollectConfig, load_policy: str | None, missing: Sequence[int], progress: bool
) -> None:
    """Have the nodes of a cluster make the chunks that are missing.

    Raises what :func:`darla.collection.collect.collect` does.
    """
    source = _Source(config, load_policy)
    done = config.num_frames - sum(map(config.chunk_length, missing))
    with connected(config):
        with closing(run_tasks(_describe, [source], config)) as described:
            for _, ready in described:
                prepare_dataset(config, ready, progress)
        tasks = [(source, index) for index in missing]
        with (
            progress_bar(config.num_frames, "frames", done=done, shown=progress) as bar,
            closing(run_tasks(_make, tasks, config)) as made,
        ):
            for place, _ in made:
                bar.update(config.chunk_length(missing[place]))


def _describe(source: _Source) -> Ready:
    """Make the environment, and say what a dataset says about it."""
    return _server(source).describe()


def _make(task: tuple[_Source, int]) -> None:
    """Make a chunk, and write it."""
    source, index = task
    is_new = not (_kept and _kept[0][0] == source)
    server = _server(source)
    try:
        if is_new:
            _check_dataset(source.config, server)
        server.make(index)
    except Exception:
        _close()
        raise


def _check_dataset(config: CollectConfig, server: ChunkServer) -> None:
    """Check that this node sees the dataset, and has the environment that it was begun with."""
    attributes = read_attributes(config.path)
    if attributes is None:
        raise ValueError(
            f"the node {platform.node()} sees no dataset at {config.path}, which was begun there; "
            "give a folder as out that all nodes share, at the same path"
        )
    check_begun(config, attributes, server.describe())


def _server(source: _Source) -> ChunkServer:
    """Return what makes chunks, which is kept for the next one."""
    if not (_kept and _kept[0][0] == source):
        _close()
        _kept.append((source, ChunkServer(source.config, source.load_policy, _Nobody())))
    return _kept[0][1]


def _close() -> None:
    """Close the environments that are kept."""
    while _kept:
        _kept.pop()[1].close()
