"""Frames as a LeRobot dataset of version 3.0, with pictures as PNG in its tables.

Nothing is lost of frames that way. The action and the reward of a row are those taken at its frame,
the factors are columns called ``factor.NAME``, and ``next.done`` says which frame is the last of
its episode. Frame datasets know no seconds: time stamps count frames at the rate asked for.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from darla.convert.decoding import encode_png
from darla.convert.led_and_taken import Steps, taken_at
from darla.convert.lerobot_layout import (
    ACTION,
    DATA,
    DONE,
    EPISODES,
    FACTOR,
    FILE,
    FILES_IN_A_CHUNK,
    IMAGE,
    INFO,
    MEGABYTES_IN_A_FILE,
    REWARD,
    STATS,
    TASKS,
    Feature,
    features,
    info,
    lerobot_library,
    schema,
    tasks_table,
)
from darla.convert.lerobot_statistics import Statistics
from darla.convert.origin import FILE as ORIGIN
from darla.convert.origin import origin_json
from darla.convert.recording import Recording, WriteOptions, cut

_ROWS = 1000
"""Rows of a long episode, or episodes, that are written at once."""


def write(recording: Recording, path: Path, options: WriteOptions) -> None:
    """Write a LeRobot dataset; a ValueError where the first frame of an episode has an action."""
    columns = features(recording.size, recording.action_size, recording.factors)
    (path / "meta").mkdir(parents=True)
    tables, episodes = _Tables(path, columns), _Episodes(path, options.name)
    total = {name: Statistics(_width(feature)) for name, feature in columns.items()}
    index = 0
    for steps, frame_index in _parts(recording):
        if not frame_index:
            tables.begin()
            statistics = {name: Statistics(_width(feature)) for name, feature in columns.items()}
        rows = _rows(recording, steps, options, (index, frame_index, episodes.count))
        tables.add(rows, steps.block.frames)
        for name, values in rows.items():
            statistics[name].add(values.reshape(len(values), -1))
        statistics[IMAGE].add_pictures(steps.block.frames)
        index += len(steps.block)
        if steps.ends[-1]:
            for name, each in statistics.items():
                total[name].merge(each)
            length = frame_index + len(steps.block)
            episodes.add((index - length, index), tables.place, _summary(statistics))
    tables.close()
    episodes.close()
    lerobot_library("pyarrow.parquet").write_table(tasks_table(options.name), path / TASKS)
    (path / STATS).write_text(json.dumps(_summary(total), indent=2))
    (path / "meta" / ORIGIN).write_bytes(origin_json(recording))
    said = info(columns, index, episodes.count, options.fps)
    (path / INFO).write_text(json.dumps(said, indent=2))


def _parts(recording: Recording) -> Iterator[tuple[Steps, int]]:
    """Yield frames of one episode at a time, and how many of it there were before."""
    before = 0
    for steps in taken_at(recording.blocks(), recording.action_size):
        ends = (np.flatnonzero(steps.ends) + 1).tolist()
        stops = [*ends, *([] if ends and ends[-1] == len(steps.ends) else [len(steps.ends)])]
        start = 0
        for stop in stops:
            for first in range(start, stop, _ROWS):
                last = min(first + _ROWS, stop)
                part = slice(first, last)
                yield (
                    Steps(
                        cut(steps.block, first, last),
                        steps.ends[part],
                        steps.actions[part],
                        steps.rewards[part],
                    ),
                    before,
                )
                before = 0 if steps.ends[last - 1] else before + last - first
            start = stop


def _rows(
    recording: Recording, steps: Steps, options: WriteOptions, place: tuple[int, int, int]
) -> dict[str, np.ndarray]:
    """Return the columns of some frames, but for their pictures; each (n,) or (n, d)."""
    index, frame_index, episode = place
    count = len(steps.block)
    frame_indices = np.arange(frame_index, frame_index + count)
    columns = zip(recording.factors, steps.block.factors.T, strict=True)
    return {
        ACTION: steps.actions,
        REWARD: steps.rewards,
        DONE: steps.ends,
        **{FACTOR + name: column for name, column in columns},
        "timestamp": (frame_indices / options.fps).astype(np.float32),
        "frame_index": frame_indices,
        "episode_index": np.full(count, episode),
        "index": np.arange(index, index + count),
        "task_index": np.zeros(count, np.int64),
    }


def _width(feature: Feature) -> int:
    """Return how many numbers statistics are kept of: those of a row, or channels."""
    return feature["shape"][-1]


def _summary(statistics: dict[str, Statistics]) -> dict[str, dict[str, Any]]:
    """Return the statistics of each column, as LeRobot has them."""
    return {name: each.summary(name == IMAGE) for name, each in statistics.items()}


class _Tables:
    """The tables of frames: another file when one is full, an episode never in two."""

    def __init__(self, path: Path, columns: dict[str, Feature]) -> None:
        self._path, self._schema = path, schema(columns)
        self._number = self._bytes = 0
        self._writer: Any = None
        self._waiting: list[Any] = []

    @property
    def place(self) -> tuple[int, int]:
        """Chunk and file of the frames that were written last."""
        return divmod(self._number, FILES_IN_A_CHUNK)

    def begin(self) -> None:
        """Begin an episode."""
        if self._bytes >= MEGABYTES_IN_A_FILE << 20:
            self.close()
            self._number += 1
            self._bytes = 0
        if self._writer is None:
            chunk, file = self.place
            name = self._path / DATA / f"{FILE.format(chunk=chunk, file=file)}.parquet"
            name.parent.mkdir(parents=True, exist_ok=True)
            self._writer = lerobot_library("pyarrow.parquet").ParquetWriter(
                name, self._schema, compression="snappy"
            )

    def add(self, rows: dict[str, np.ndarray], frames: np.ndarray) -> None:
        """Add frames of one episode, which is one group of rows, or a few where it is long."""
        pa = lerobot_library("pyarrow")
        images = [encode_png(frame) for frame in frames]
        first = int(rows["frame_index"][0])
        named = [
            {"bytes": data, "path": f"frame-{first + index:06d}.png"}
            for index, data in enumerate(images)
        ]
        columns = {IMAGE: named, **{name: _column(values) for name, values in rows.items()}}
        arrays = [pa.array(columns[field.name], field.type) for field in self._schema]
        self._waiting.append(pa.Table.from_arrays(arrays, schema=self._schema))
        self._bytes += sum(map(len, images))
        if rows[DONE][-1] or sum(map(len, self._waiting)) >= _ROWS:
            self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks())
            self._waiting = []

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def _column(values: np.ndarray) -> Any:
    """Return a column as pyarrow takes it: numbers, or lists of numbers where there are several."""
    flat = values.reshape(len(values), -1)
    return flat[:, 0] if flat.shape[1] == 1 else list(flat)


class _Episodes:
    """The table of episodes."""

    def __init__(self, path: Path, task: str) -> None:
        self._file = path / EPISODES / f"{FILE.format(chunk=0, file=0)}.parquet"
        self._task = task
        self._waiting: list[dict[str, Any]] = []
        self._writer: Any = None
        self.count = 0
        """Episodes so far."""

    def add(
        self,
        frames: tuple[int, int],
        place: tuple[int, int],
        statistics: dict[str, dict[str, Any]],
    ) -> None:
        """Add an episode: its frames, from the first to before the last, and where they are."""
        self._waiting.append(
            {
                "episode_index": self.count,
                "tasks": [self._task],
                "length": frames[1] - frames[0],
                "data/chunk_index": place[0],
                "data/file_index": place[1],
                "dataset_from_index": frames[0],
                "dataset_to_index": frames[1],
                **{
                    f"stats/{name}/{each}": value
                    for name, summary in statistics.items()
                    for each, value in summary.items()
                },
                "meta/episodes/chunk_index": 0,
                "meta/episodes/file_index": 0,
            }
        )
        self.count += 1
        if len(self._waiting) == _ROWS:
            self._flush()

    def _flush(self) -> None:
        """Write the episodes that wait."""
        table = lerobot_library("pyarrow").Table.from_pylist(self._waiting)
        if self._writer is None:
            self._file.parent.mkdir(parents=True)
            parquet = lerobot_library("pyarrow.parquet")
            self._writer = parquet.ParquetWriter(self._file, table.schema, compression="snappy")
        self._writer.write_table(table)
        self._waiting = []

    def close(self) -> None:
        """Finish the file."""
        if self._waiting:
            self._flush()
        self._writer.close()
