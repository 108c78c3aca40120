"""Which formats there are, and which of them a path holds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from darla.convert import (
    frame_dataset,
    lerobot,
    minari,
    numpy_file,
    picture_folder,
    videos,
)
from darla.convert.recording import ReadOptions, Recording, WriteOptions


@dataclass(frozen=True)
class Format:
    """How frames of a format are recognised, read and written."""

    what: str
    """It in words, for messages."""
    recognises: Callable[[Path], bool]
    """Whether a path holds it."""
    read: Callable[[Path, ReadOptions], Recording]
    """Looks at what there is, and raises a ValueError where that cannot be read."""
    write: Callable[[Recording, Path, WriteOptions], None] | None = None
    """Writes to a path where there is nothing; None where it is only read."""
    loses: str = ""
    """What does not come back, in words."""


FORMATS = {
    "darla": Format(
        "a frame dataset", frame_dataset.recognises, frame_dataset.read, frame_dataset.write
    ),
    "lerobot": Format("a LeRobot dataset", lerobot.recognises, lerobot.read, lerobot.write),
    "minari": Format("a Minari dataset", minari.recognises, minari.read, minari.write),
    "npz": Format("a NumPy file", numpy_file.recognises, numpy_file.read, numpy_file.write),
    "pictures": Format(
        "a folder of PNG or JPEG files",
        picture_folder.recognises,
        picture_folder.read,
        picture_folder.write,
        "actions, rewards and factors",
    ),
    "videos": Format("a video, or a folder of them", videos.recognises, videos.read),
}
"""The formats by their names, the surest to be recognised first."""

WRITABLE = tuple(name for name, each in FORMATS.items() if each.write is not None)
"""The names of those that are written."""


def find_format(source: str) -> tuple[Format, Path]:
    """Return the format of what is at a path, or in Minari's store under a name, and where it is.

    Raises:
        FileNotFoundError: there is nothing.
        ValueError: there is something else.
    """
    path = Path(source)
    if not path.exists():
        stored = minari.local_dataset(source)
        if stored is None:
            raise FileNotFoundError(
                f"there is nothing at {source}; give a file, a folder, or the name of a dataset "
                f"in Minari's store ({minari.local_store()})"
            )
        return FORMATS["minari"], stored
    for each in FORMATS.values():
        if each.recognises(path):
            return each, path
    known = "; ".join(each.what for each in FORMATS.values())
    raise ValueError(f"{source} holds no frames that are known; expected {known}")
