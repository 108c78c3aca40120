"""Collect frames from any Gymnasium environment into a frame dataset."""

import importlib
import time
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from darla.collection.begun_dataset import DEFAULTS, prepare_dataset
from darla.collection.chunk_server import ChunkServer, Done, Progress, Ready
from darla.collection.chunk_tasks import make_on_cluster
from darla.collection.config import CollectConfig
from darla.frames.attributes import is_finished, read_attributes
from darla.frames.writer import (
    FrameWriter,
    clear_leftovers,
    finished_chunks,
)
from darla.running.continuing import check_same
from darla.running.exclusive import exclusive_name
from darla.running.progress import progress_bar
from darla.running.worker_pool import WorkerDiedError, WorkerPool
from darla.stores.folders import is_file
from darla.stores.urls import Place, StoreUrl

if TYPE_CHECKING:
    from darla.frames.dataset import FrameDataset

__all__ = ["CollectConfig", "Collected", "collect"]


@dataclass(frozen=True)
class Collected:
    """What a collection made."""

    dataset: "FrameDataset"
    contact_sheet: Place
    """A PNG beside it that shows frames and the coverage of factors."""
    new_frames: int
    """How many frames this call added; 0 when the dataset was finished before."""
    seconds: float


def collect(
    config: CollectConfig, *, load_policy: str | None = None, progress: bool = False
) -> Collected:
    """Collect frames into ``config.path``, or finish what an earlier call has begun there.

    Workers write whole chunks, so a call that is killed at any moment loses no finished chunk, and
    a further call with the same configuration continues. The contact sheet is written to
    ``<path>.contact_sheet.png``. Of a URL chunks go straight to the store
    (:mod:`darla.frames.stored_chunks`).

    Args:
        config: what to collect.
        load_policy: ``module:function``, for the policy ``agent``: a function that takes the
            agent's folder and the space of one environment's observations and returns a policy,
            which maps n observations, an array (n, ...) or a dictionary of such, and a list of n
            infos to n actions. It is called in each worker.
        progress: show a bar with frames a second and the time left, and say which policy was taken
            where none was asked for and the environment offers no factors.

    Raises:
        ValueError: the configuration is wrong, ``path`` holds something else or a dataset of
            another configuration, or the environment does not give what is needed; or no cluster
            answers, or its nodes do not share the folder.
        OSError: the dataset cannot be written, as on a full disk or to a store that cannot be
            reached, or a worker died.
        RuntimeError: the environment raised an error of another kind.
    """
    started = time.monotonic()
    config = config.with_looks_read()
    config.check()
    path = config.path  # in a store there are no locks, and none is needed
    with nullcontext() if isinstance(path, StoreUrl) else exclusive_name(path):
        new_frames = _collect(config, load_policy, progress)
    # here, for workers, which import this module, do without
    from darla.frames.dataset import FrameDataset

    dataset = FrameDataset.open(config.path)
    sheet = config.path.with_name(f"{config.path.name}.contact_sheet.png")
    if new_frames or not is_file(sheet):
        from darla.frames.contact_sheet import write_contact_sheet  # matplotlib: workers do without

        write_contact_sheet(dataset, sheet)
    return Collected(dataset, sheet, new_frames, time.monotonic() - started)


def _collect(config: CollectConfig, load_policy: str | None, progress: bool) -> int:
    """Collect what is missing, and return how many frames that were."""
    attributes = read_attributes(config.path)
    if attributes is not None:
        if config.chosen_policy is None:  # the one that it was begun with
            config = replace(config, policy=attributes.get("how"))
        check_same(
            f"{config.path} already holds a dataset",
            {**DEFAULTS, **attributes},
            config.recipe(),
            "it is left as it is: give another folder as out, or delete that one",
        )
    if attributes is None or not is_finished(attributes):
        return _collect_missing(config, load_policy, progress)
    clear_leftovers(config.path)
    return 0


def _collect_missing(config: CollectConfig, load_policy: str | None, progress: bool) -> int:
    """Collect the chunks that are not finished yet, and return how many frames they have."""
    finished = finished_chunks(config.path)
    missing = deque(index for index in range(config.num_chunks) if index not in finished)
    kept = sum(config.chunk_length(index) for index in finished)
    if missing and not config.is_local:
        make_on_cluster(config, load_policy, list(missing), progress)
    elif missing:
        server = partial(ChunkServer, config, load_policy)
        workers = min(config.num_workers, len(missing))
        with WorkerPool([server] * workers, named=False) as pool:
            importlib.import_module("darla.frames.contact_sheet")  # for later, while workers start
            _hand_out(config, missing, pool, progress)
    FrameWriter(config.path).complete()
    return config.num_frames - kept


def _hand_out(config: CollectConfig, missing: deque[int], pool: WorkerPool, progress: bool) -> None:
    """Give workers chunk after chunk, until all are made."""
    unfinished = len(missing)
    done = config.num_frames - sum(map(config.chunk_length, missing))
    bar: tqdm[Any] | None = None  # comes with the first frames, so that early errors come alone
    chunks: dict[int, int] = {}  # what each worker is at
    try:
        pool.send([("describe",)] * len(pool))
        for worker, message in pool.messages():
            if isinstance(message, Progress):
                bar = bar or progress_bar(config.num_frames, "frames", done=done, shown=progress)
                bar.update(message.frames)
                continue
            if isinstance(message, Ready):
                prepare_dataset(config, message, progress)
            unfinished -= isinstance(message, Done)
            if not unfinished:
                return
            if missing:
                chunks[worker] = missing.popleft()
                pool.send_to(worker, ("make", chunks[worker]))
    except WorkerDiedError as error:
        doing = f"chunk {chunks[error.index]}" if error.index in chunks else "its start"
        remedy = error.remedy or (
            "; finished chunks are kept, and the same command continues: with fewer workers, if "
            "memory ran out"
        )
        raise ChildProcessError(
            f"worker {error.index} died at {doing} ({error.how}){remedy}"
        ) from None
    finally:
        if bar is not None:
            bar.close()
