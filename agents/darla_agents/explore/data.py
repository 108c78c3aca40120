"""The tab Data: a sheet of frames, how their factors are covered, and what was recorded of one."""

import math
from typing import Annotated, Any

import msgspec
import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.running.names import unknown
from darla_agents.explore.messages import Answer, Index, Message, Name, Number, numbers, picture
from darla_agents.explore.opened import Opened

PER_SHEET = 108
_THUMBNAIL = 64  # pixels of the longer side
_BINS = 30


class Within(Message, frozen=True):
    """Values of a factor that are wanted, both ends included; a category by its index."""

    low: Number
    high: Number


class Sheet(Message, frozen=True):
    """Which frames have factors within these ranges?"""

    within: Annotated[dict[Name, Within], msgspec.Meta(max_length=1000)]
    page: Index = 0


class Record(Message, frozen=True):
    """What was recorded of one frame?"""

    row: Index


def about_dataset(dataset: FrameDataset) -> Answer:
    """Return what the page shows of a dataset before any frame is read."""
    attributes = dataset.attributes
    return {
        "name": dataset.path.name,
        "frames": len(dataset),
        "size": list(dataset.shape[1:3]),
        "episodes": int(dataset.episode_starts.sum()),
        "env": attributes["env"],
        "how": attributes.get("how"),
        "env_kwargs": attributes.get("env_kwargs") or {},
        "factors": {
            name: {**each, **_span(dataset, name)} for name, each in attributes["factors"].items()
        },
        "per_sheet": PER_SHEET,
    }


def answer_sheet(opened: Opened, asked: Sheet) -> Answer:
    """Return one page of the frames that are wanted, and how all of them cover the factors."""
    dataset = opened.frames.need_dataset()
    rows = np.flatnonzero(_wanted(dataset, asked))
    shown = rows[asked.page * PER_SHEET : (asked.page + 1) * PER_SHEET]
    height, width = dataset.shape[1:3]
    scale = min(1.0, _THUMBNAIL / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    frames = read_rows(dataset, shown, size)
    return {
        "found": len(rows),
        "rows": numbers(shown),
        "pictures": [picture(frame) for frame in frames],
        "coverage": {name: _coverage(dataset, name, rows) for name in dataset.factors},
    }


def answer_record(opened: Opened, asked: Record) -> Answer:
    """Return a frame with everything that was recorded of it."""
    dataset, row = opened.frames.need_dataset(), asked.row
    if row >= len(dataset):
        raise ValueError(f"row is {row}; the dataset has rows 0 to {len(dataset) - 1}")
    starts = np.flatnonzero(dataset.episode_starts[: row + 1])
    began = int(starts[-1]) if len(starts) else 0
    frame = read_rows(dataset, np.array([row]), dataset.shape[1:3])[0]
    return {
        "frame": picture(frame),
        "factors": {name: _said(dataset, name, row) for name in dataset.factors},
        "recorded": {
            "row": row,
            "episode": max(len(starts) - 1, 0),
            "step of the episode": row - began,
            "action": int(dataset.actions[row]),
            **_action_vector(dataset, row),
            "reward": float(dataset.rewards[row]),
        },
    }


def _wanted(dataset: FrameDataset, asked: Sheet) -> np.ndarray:
    """Return which frames are wanted, bool (N,); a ValueError where a factor is unknown."""
    wanted = np.ones(len(dataset), dtype=bool)
    for name, ends in asked.within.items():
        if name not in dataset.factors:
            raise unknown("factor", name, dataset.factors)
        values = dataset.factors[name]
        margin = 1e-6 * max(1.0, abs(ends.low), abs(ends.high))  # values are float32
        wanted &= (values >= ends.low - margin) & (values <= ends.high + margin)
    return wanted


def _span(dataset: FrameDataset, name: str) -> dict[str, float]:
    """Return the ends of what a slider of a factor goes through: its limits, or its values'."""
    described = dataset.attributes["factors"][name]
    if described["categories"]:
        return {"from": 0.0, "to": float(len(described["categories"]) - 1)}
    values = dataset.factors[name]
    known = values[np.isfinite(values)]
    low, high = described["low"], described["high"]
    low = float(known.min(initial=np.inf)) if low is None else low
    high = float(known.max(initial=-np.inf)) if high is None else high
    if not (math.isfinite(low) and math.isfinite(high)):
        return {"from": 0.0, "to": 1.0}
    return {"from": low, "to": high if high > low else low + 1.0}


def _coverage(dataset: FrameDataset, name: str, rows: np.ndarray) -> list[int]:
    """Return how many of some frames have each category, or lie in each part of the range."""
    values = dataset.factors[name][rows]
    values = values[np.isfinite(values)]
    categories = dataset.attributes["factors"][name]["categories"]
    if categories:
        counted = np.bincount(values.astype(np.int64), minlength=len(categories))
    else:
        span = _span(dataset, name)
        counted, _ = np.histogram(values, _BINS, (span["from"], span["to"]))
    found: list[int] = numbers(counted)
    return found


def _said(dataset: FrameDataset, name: str, row: int) -> Any:
    """Return the value of a factor, a category by its name; None where it is not known."""
    value = float(dataset.factors[name][row])
    if not math.isfinite(value):
        return None
    categories = dataset.attributes["factors"][name]["categories"]
    return categories[int(value)] if categories else value


def _action_vector(dataset: FrameDataset, row: int) -> dict[str, Any]:
    """Return the numbers of an action, where actions are several."""
    vectors = dataset.action_vectors
    return {"action numbers": numbers(vectors[row])} if vectors.shape[1] else {}
