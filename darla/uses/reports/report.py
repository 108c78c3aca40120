"""What all uses on the command line have in common: an encoder, frames, a picture and numbers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import save_picture
from darla.encoder.movement import joint_movement
from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.running.atomic import write_json
from darla.running.device import resolve_device
from darla.running.plain_json import plain
from darla.running.ranges import PositiveInt, WholeNumber, check_ranges


@dataclass(frozen=True)
class UseConfig:
    """Which encoder to use, and on which frames."""

    encoder: Path
    """Folder of an encoder bundle, or the name of one that comes with darla (rooms)."""
    data: Path
    """Dataset of darla collect. Give frames that the encoder has not learnt from, such as those of
    another --seed. Frames of another size are resized."""
    out: Path = Path("runs/uses")
    """Folder of the picture and the numbers; earlier ones of the same use are replaced."""
    frames: PositiveInt = 500
    """Frames of the dataset to measure on, spread evenly over it."""
    seed: WholeNumber = 0
    """Decides what is drawn."""
    device: str = "auto"
    """Device of the encoder: auto (a GPU when there is one), cpu or cuda."""

    name: ClassVar[str] = ""
    """What the use, its picture and its numbers are called."""

    def load(self) -> FrozenEncoder:
        """Check the numbers, and load the encoder; a ValueError where one is out of range."""
        check_ranges(self)
        return load_encoder(self.encoder, resolve_device(self.device))


@dataclass(frozen=True, eq=False)
class Report:
    """What a use shows."""

    picture: np.ndarray
    """uint8 (height, width, 3)."""
    numbers: Mapping[str, Any]
    """What was measured, by name, of anything that :func:`darla.running.plain_json.plain` takes."""


@dataclass(frozen=True)
class WrittenReport:
    """Where a report is, and the lines that tell its numbers."""

    picture: Path
    numbers: Path
    told: tuple[str, ...]


def write_report(config: UseConfig, report: Report) -> WrittenReport:
    """Write the picture as PNG, and the numbers with the settings as JSON."""
    picture, numbers = (config.out / f"{config.name}.{kind}" for kind in ("png", "json"))
    save_picture(picture, report.picture)
    write_json(numbers, plain({"settings": asdict(config), **report.numbers}))
    return WrittenReport(picture, numbers, tuple(_told("", plain(report.numbers))))


def read_spread(path: Path, count: int, size: tuple[int, int]) -> np.ndarray:
    """Read up to ``count`` frames of a dataset, spread evenly over it, uint8 (n, H, W, 3)."""
    dataset = FrameDataset.open(path)
    return read_rows(dataset, spread_rows(len(dataset), count), size)


def spread_rows(length: int, count: int) -> np.ndarray:
    """Return up to ``count`` different rows of 0 to ``length`` - 1, spread evenly, ascending."""
    return np.unique(np.linspace(0, length - 1, min(count, length)).round().astype(np.int64))


def moved_by_drawing(encoder: FrozenEncoder, latents: np.ndarray) -> float:
    """Return how far active latents (N, z) move when they are decoded and encoded again.

    In units of their spread together: 0 for latents whose pictures say what they are, 1.41 for
    pictures that say nothing of them.
    """
    again = encoder.encode(encoder.decode(latents))
    return float(joint_movement(latents[:, encoder.active], again[:, encoder.active]) or 0.0)


def _told(name: str, value: Any) -> list[str]:
    """Return a line for each number in nested mappings, which the names of all lead to."""
    if isinstance(value, Mapping):
        return [
            line
            for key, each in value.items()
            for line in _told(f"{name}, {key}".strip(", "), each)
        ]
    if isinstance(value, float):
        return [f"{name}: {value:.4g}"]
    return [f"{name}: {value}"] if isinstance(value, int | str) else []
