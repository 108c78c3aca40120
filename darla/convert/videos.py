"""A video, or a folder of videos in natural order; each is an episode."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from darla.convert.decoding import fit
from darla.convert.natural_order import files_in
from darla.convert.recording import ReadOptions, Recording, block_of, block_rows
from darla.convert.video_frames import SUFFIXES, video_facts, video_frames
from darla.frames.writer import FrameChunk


def recognises(path: Path) -> bool:
    """Whether a path is called as a video is, or a folder holds such files."""
    return bool(_files(path))


def _files(path: Path) -> list[Path]:
    """Return the videos that are meant by a path."""
    if path.is_dir():
        return files_in(path, SUFFIXES)
    return [path] if path.suffix.lower() in SUFFIXES and path.is_file() else []


def read(path: Path, options: ReadOptions) -> Recording:
    """Read videos; a ValueError where one is damaged, or of another size."""
    files = _files(path)
    facts = [video_facts(file) for file in files]
    size = options.size or facts[0].size
    rows = block_rows(size)

    def blocks() -> Iterator[FrameChunk]:
        waiting: list[np.ndarray] = []
        starts: list[bool] = []
        for file, fact in zip(files, facts, strict=True):
            number = 0
            for _, frame in video_frames(file):
                waiting.append(fit(frame[None], size, options.size, file))
                starts.append(number == 0)
                number += 1
                if len(waiting) == rows:
                    yield block_of(np.concatenate(waiting), np.array(starts))
                    waiting, starts = [], []
            if number != fact.frames:
                raise ValueError(
                    f"{file} has {number:,} pictures that can be decoded, of {fact.frames:,}; it "
                    "is damaged: encode it again, with ffmpeg -i"
                )
        if waiting:
            yield block_of(np.concatenate(waiting), np.array(starts))

    return Recording(sum(fact.frames for fact in facts), size, blocks)
