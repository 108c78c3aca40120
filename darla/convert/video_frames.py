"""Frames of video files, decoded one after the other by PyAV."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from darla.convert.decoding import check_sides
from darla.running.extras import extra

# By their names alone: a file that says itself what it is may be a playlist that opens others.
_CONTAINERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "matroska",
    ".avi": "avi",
}
SUFFIXES = tuple(_CONTAINERS)


class VideoFacts(NamedTuple):
    """What a video says of itself."""

    frames: int
    size: tuple[int, int]
    """Height and width."""


def video_facts(path: Path) -> VideoFacts:
    """Count the frames of a video, without decoding them; a ValueError where it is damaged."""
    with _opened(path) as (container, stream):
        frames = sum(
            1 for packet in container.demux(stream) if packet.size and not packet.is_discard
        )
        return VideoFacts(frames, (stream.height, stream.width))


def video_frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """Yield the time in seconds and the picture, uint8 (H, W, 3), of each frame of a video.

    A ValueError where it is damaged, or its pictures change their size.
    """
    with _opened(path) as (container, stream):
        begin = float((stream.start_time or 0) * stream.time_base)
        for frame in container.decode(stream):
            check_sides((frame.height, frame.width), str(path))
            yield float(frame.time or 0.0) - begin, frame.to_ndarray(format="rgb24")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a video in the block, its file and its first stream of pictures."""
    av = extra("av", "video", "videos")
    try:
        if not path.is_file():
            raise ValueError("it is no regular file")
        with av.open(os.fspath(path), format=_CONTAINERS[path.suffix.lower()]) as container:
            if not container.streams.video:
                raise ValueError("it has no pictures")
            stream = container.streams.video[0]
            sides = getattr(stream, "height", 0), getattr(stream, "width", 0)  # no known codec
            check_sides(sides, "its picture")
            yield container, stream
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as a video ({error})") from error
