"""A folder of PNG or JPEG files, in natural order; each folder in it is an episode.

Pictures beside such folders are an episode of their own, the first. Pictures alone are kept: no
actions, rewards or factors.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from darla.convert.decoding import LARGEST_PICTURE, decode_picture, encode_png, fit
from darla.convert.natural_order import files_in, folders_in
from darla.convert.recording import ReadOptions, Recording, WriteOptions, block_of, block_rows
from darla.frames.writer import FrameChunk
from darla.running.regular_files import read_regular

SUFFIXES = (".png", ".jpg", ".jpeg")


def recognises(path: Path) -> bool:
    """Whether a folder, or a folder in it, holds pictures."""
    return path.is_dir() and any(files_in(folder, SUFFIXES) for folder in [path, *folders_in(path)])


def read(path: Path, options: ReadOptions) -> Recording:
    """Read a folder of pictures; a ValueError where one is damaged, or of another size."""
    episodes = [files_in(folder, SUFFIXES) for folder in [path, *folders_in(path)]]
    files = [file for episode in episodes for file in episode]
    first = {episode[0] for episode in episodes if episode}
    height, width, _ = _decode(files[0]).shape
    size = options.size or (height, width)
    rows = block_rows(size)

    def blocks() -> Iterator[FrameChunk]:
        for start in range(0, len(files), rows):
            part = files[start : start + rows]
            frames = [fit(_decode(file)[None], size, options.size, file) for file in part]
            starts = np.array([file in first for file in part])
            yield block_of(np.concatenate(frames), starts)

    return Recording(len(files), size, blocks)


def _decode(file: Path) -> np.ndarray:
    """Return the picture in a file; uint8 (H, W, 3)."""
    return decode_picture(read_regular(file, LARGEST_PICTURE), str(file))


def write(recording: Recording, path: Path, options: WriteOptions) -> None:
    """Write each frame as a PNG file, each episode as a folder."""
    path.mkdir()
    episodes, numbers = count(), count()
    folder = path
    for block in recording.blocks():
        for frame, starts in zip(block.frames, block.episode_starts, strict=True):
            if starts or folder == path:
                folder = path / f"episode_{next(episodes):06d}"
                folder.mkdir()
                numbers = count()
            (folder / f"frame_{next(numbers):06d}.png").write_bytes(encode_png(frame))
