"""LeRobot datasets of version 3.0, read from their files, without the library.

Actions and rewards of LeRobot are those taken at a frame. A dataset may hold several cameras, as
pictures in its tables or as videos. Of what else it holds ``observation.state`` is read, whose
numbers become factors of the state.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from darla.convert.arrow_columns import numbers
from darla.convert.decoding import decode_picture, fit
from darla.convert.led_and_taken import led_to
from darla.convert.lerobot_layout import (
    ACTION,
    DATA,
    EPISODES,
    FACTOR,
    FILE,
    INFO,
    REWARD,
    STATE,
    Feature,
    Info,
    lerobot_library,
)
from darla.convert.lerobot_writer import write
from darla.convert.origin import FILE as ORIGIN
from darla.convert.origin import read_origin, still_true
from darla.convert.recording import ReadOptions, Recording, block_rows, plain_factor
from darla.convert.video_frames import video_facts, video_frames
from darla.frames.attributes import MOST_ACTION_NUMBERS, FactorDescription, check_factor_names
from darla.frames.writer import FrameChunk
from darla.running.checked_json import read_checked
from darla.running.names import lookup
from darla.running.one_line import one_line

__all__ = ["read", "recognises", "write"]

_MOST_STATES = 256
"""Numbers of a state that become factors."""


def recognises(path: Path) -> bool:
    """Whether a folder has the description of a LeRobot dataset, of any version."""
    return (path / INFO).is_file()


class _Columns(NamedTuple):
    """What is read of each row."""

    picture: str
    is_video: bool
    action: str | None
    action_size: int
    """Numbers in an action; 0 for a whole number."""
    reward: str | None
    factors: dict[str, tuple[str, int]]
    """For each factor a column, and which of its numbers."""

    def names(self) -> list[str]:
        """Return the names of columns of the tables."""
        found = ["frame_index", "episode_index", self.action, self.reward]
        found += [None if self.is_video else self.picture]
        found += [column for column, _ in self.factors.values()]
        return [*dict.fromkeys(name for name in found if name is not None)]


def read(path: Path, options: ReadOptions) -> Recording:
    """Read a LeRobot dataset.

    Raises:
        ValueError: it is damaged, of another version, or has no camera, or several and no key.
    """
    said = read_checked(path / INFO, Info, "download it again")
    if not said["codebase_version"].startswith("v3."):
        raise ValueError(
            f"{path} is a LeRobot dataset of version {said['codebase_version'][:20]}, expected "
            "v3.0; LeRobot's own script convert_dataset_v21_to_v30 brings it there"
        )
    count = said["total_frames"]
    if not count:
        raise ValueError(f"{path} has no frames")
    origin = still_true(read_origin(path / "meta" / ORIGIN), count)
    columns, described = _columns(path, said["features"], origin, options.key)
    stored = _first_size(path, columns)
    size = options.size or stored

    def blocks() -> Iterator[FrameChunk]:
        pictures = _video_pictures(path, columns.picture, said["fps"]) if columns.is_video else None
        yield from _led(_rows(path, columns, block_rows(stored), pictures), columns, size, options)

    return Recording(count, size, blocks, described, columns.action_size, origin)


def _columns(
    path: Path, features: dict[str, Feature], origin: dict[str, Any], key: str | None
) -> tuple[_Columns, dict[str, FactorDescription]]:
    """Say what is read of each row, and describe its factors."""
    picture = _camera(path, features, key)
    action = features.get(ACTION)
    action_size = 0
    if action is not None:
        whole = "int" in action["dtype"] and action["shape"] == [1]
        action_size = 0 if whole else int(np.prod(action["shape"]))
        if action_size > MOST_ACTION_NUMBERS or (not whole and not action_size):
            raise ValueError(f"actions of {path} have {action_size:,} numbers")
    factors, described = _factors(features, origin)
    columns = _Columns(
        picture,
        features[picture]["dtype"] == "video",
        None if action is None else ACTION,
        action_size,
        REWARD if REWARD in features else None,
        factors,
    )
    return columns, described


def _camera(path: Path, features: dict[str, Feature], key: str | None) -> str:
    """Return the column of pictures that is meant."""
    cameras = {
        name: feature
        for name, feature in features.items()
        if feature["dtype"] in ("image", "video") and not _shows_depth(feature)
    }
    if key is not None:
        lookup("camera", key, cameras)
        found = key
    elif len(cameras) == 1:
        found = next(iter(cameras))
    elif cameras:
        raise ValueError(f"{path} has several cameras: {', '.join(cameras)}; give one as --key")
    else:
        raise ValueError(f"{path} has no camera, but {', '.join(features)[:200]}")
    if "/" in found or found.startswith("."):
        raise ValueError(f"the camera {found[:80]!r} of {path} cannot be the name of a folder")
    return found


def _shows_depth(feature: Feature) -> bool:
    """Whether a camera shows how far things are."""
    said = {**(feature.get("video_info") or {}), **(feature.get("info") or {})}
    return bool(said.get("is_depth_map") or said.get("video.is_depth_map"))


def _factors(
    features: dict[str, Feature], origin: dict[str, Any]
) -> tuple[dict[str, tuple[str, int]], dict[str, FactorDescription]]:
    """Return where factors are, and what they are: those that darla wrote, or the state."""
    if origin:
        known: dict[str, FactorDescription] = origin["factors"]
        kept = {name: each for name, each in known.items() if FACTOR + name in features}
        return {name: (FACTOR + name, 0) for name in kept}, kept
    state = features.get(STATE)
    if state is None or len(state["shape"]) != 1 or not 1 <= state["shape"][0] <= _MOST_STATES:
        return {}, {}
    count = state["shape"][0]
    names = _names(state.get("names"), count)
    try:
        check_factor_names(names)
    except ValueError:
        names = _names(None, count)
    return (
        {name: (STATE, index) for index, name in enumerate(names)},
        {name: plain_factor() for name in names},
    )


def _names(said: Any, count: int) -> list[str]:
    """Return the names of a state's numbers, which may be in a list or a mapping to one."""
    if isinstance(said, dict) and len(said) == 1:
        said = next(iter(said.values()))
    named = isinstance(said, list) and len({str(each) for each in said}) == count
    return [str(each) for each in said] if named else [f"state_{index}" for index in range(count)]


def _files(path: Path, folder: str) -> list[Path]:
    """Return the tables of a folder; a ValueError where there are none."""
    found = [file for file in sorted((path / folder).glob("*/*.parquet")) if file.is_file()]
    if not found:
        raise ValueError(f"{path / folder} has no tables (*/*.parquet); download the dataset again")
    return found


def _batches(file: Path, names: list[str], rows: int) -> Iterator[Any]:
    """Yield rows of a table; a ValueError where it is damaged or lacks a column."""
    pa, parquet = lerobot_library("pyarrow"), lerobot_library("pyarrow.parquet")
    try:
        with parquet.ParquetFile(file) as opened:
            missing = [name for name in names if name not in opened.schema_arrow.names]
            if missing:
                raise ValueError(f"it has no column {missing[0]!r}")
            yield from opened.iter_batches(batch_size=rows, columns=names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read ({one_line(error)})") from error


def _pictures(column: Any, file: Path) -> list[np.ndarray]:
    """Decode the pictures of a column; each uint8 (H, W, 3)."""
    if column.null_count or not str(column.type).startswith("struct"):
        raise ValueError(f"{file} holds {str(column.type)[:60]} in place of pictures")
    found = column.field("bytes")
    if found.null_count:
        raise ValueError(f"{file} names files of pictures and does not hold them; embed them")
    return [decode_picture(data, f"a picture of {file}") for data in found.to_pylist()]


def _first_size(path: Path, columns: _Columns) -> tuple[int, int]:
    """Return height and width of the first picture."""
    if columns.is_video:
        return video_facts(_video(path, columns.picture, 0, 0)).size
    file = _files(path, DATA)[0]
    for batch in _batches(file, [columns.picture], 1):
        height, width, _ = _pictures(batch.column(columns.picture), file)[0].shape
        return height, width
    raise ValueError(f"{file} has no rows")


def _rows(
    path: Path, columns: _Columns, rows: int, pictures: Iterator[np.ndarray] | None
) -> Iterator[tuple[list[np.ndarray], Any, Path]]:
    """Yield pictures, and the rows of the tables that they belong to."""
    for file in _files(path, DATA):
        for batch in _batches(file, columns.names(), rows):
            if pictures is None:
                frames = _pictures(batch.column(columns.picture), file)
            else:
                frames = [frame for _, frame in zip(range(batch.num_rows), pictures, strict=False)]
                if len(frames) < batch.num_rows:
                    raise ValueError(f"the videos of {path} have fewer frames than its tables rows")
            yield frames, batch, file


def _led(
    rows: Iterator[tuple[list[np.ndarray], Any, Path]],
    columns: _Columns,
    size: tuple[int, int],
    options: ReadOptions,
) -> Iterator[FrameChunk]:
    """Yield frames with the actions and rewards that led to them."""
    action: np.ndarray | None = None
    reward: np.ndarray | None = None
    episode = -1
    for pictures, batch, file in rows:
        count = batch.num_rows
        episodes = numbers(batch.column("episode_index"))
        starts = (np.diff(episodes, prepend=episode) != 0) | (
            numbers(batch.column("frame_index")) == 0
        )
        try:
            taken, rewards, factors = _numbers_of(batch, columns)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{file} is not as {INFO} says ({error})") from error
        led = led_to(taken, starts, action, np.nan if columns.action_size else -1)
        yield FrameChunk(
            np.concatenate([fit(each[None], size, options.size, file) for each in pictures]),
            factors,
            np.full(count, -1) if columns.action_size else led,
            led_to(rewards, starts, reward, 0),
            starts,
            led if columns.action_size else None,
        )
        action, reward, episode = taken[-1], rewards[-1], int(episodes[-1])


def _numbers_of(batch: Any, columns: _Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the actions and rewards of some rows, and their factors (n, F)."""
    count = batch.num_rows
    rewards = np.zeros(count, np.float32)
    if columns.reward is not None:
        rewards = numbers(batch.column(columns.reward)).reshape(count).astype(np.float32)
    factors = np.empty((count, len(columns.factors)), np.float32)
    for place, (column, index) in enumerate(columns.factors.values()):
        factors[:, place] = numbers(batch.column(column)).reshape(count, -1)[:, index]
    return _taken(batch, columns), rewards, factors


def _taken(batch: Any, columns: _Columns) -> np.ndarray:
    """Return the actions taken at the frames of some rows: int64 (n,), or float32 (n, d)."""
    count = batch.num_rows
    if columns.action is None:
        return np.full(count, -1)
    stored = numbers(batch.column(columns.action))
    if not columns.action_size:
        return stored.reshape(count).astype(np.int64)
    return stored.reshape(count, columns.action_size).astype(np.float32)


def _video(path: Path, camera: str, chunk: int, file: int) -> Path:
    """Return the file of a video."""
    return path / "videos" / camera / f"{FILE.format(chunk=chunk, file=file)}.mp4"


def _video_pictures(path: Path, camera: str, fps: float) -> Iterator[np.ndarray]:
    """Yield the frames of all episodes in order; a video may hold many of them, with gaps."""
    names = [f"videos/{camera}/{each}" for each in ("chunk_index", "file_index", "from_timestamp")]
    opened: tuple[int, int] | None = None
    frames: Iterator[tuple[float, np.ndarray]] = iter(())
    reached = 0.0
    for file in _files(path, EPISODES):
        for batch in _batches(file, ["length", *names], 1000):
            columns = [numbers(batch.column(name)).tolist() for name in ("length", *names)]
            for length, chunk, number, begin in zip(*columns, strict=True):
                if opened != (chunk, number) or begin < reached - 0.5 / fps:
                    opened, reached = (chunk, number), 0.0
                    frames = video_frames(_video(path, camera, chunk, number))
                left = int(length)
                while left:
                    time, frame = next(frames, (None, None))
                    if time is None or frame is None:
                        return
                    if time >= begin - 0.5 / fps:
                        yield frame
                        left -= 1
                    reached = time + 1 / fps
