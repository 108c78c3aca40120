"""``darla.json``: what a frame dataset said about itself, kept in the files of other formats.

Other readers pass it over. It makes the way there and back whole: what factors are, which domain
frames are of, and how looks and twins are laid out.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darla.convert.recording import Recording
from darla.frames.attributes import check_attributes
from darla.running.checked_json import read_json

FILE = "darla.json"
"""Its name."""

_REMEDY = "delete it to convert without what it says"
_LAYOUT = ("frames_per_look", "looks_per_state")


def origin_json(recording: Recording) -> bytes:
    """Return the file for a recording: its origin, its factors, and what they were then."""
    attributes = {
        **recording.origin,
        "num_frames": recording.num_frames,
        "size": list(recording.size),
        "factors": dict(recording.factors),
        "action_size": recording.action_size,
    }
    return json.dumps(attributes, indent=2).encode()


def read_origin(path: Path) -> dict[str, Any] | None:
    """Return what such a file says; None where there is none, a ValueError where it is damaged."""
    return checked_origin(read_json(path), path) if path.is_file() else None


def checked_origin(attributes: Any, where: Path) -> dict[str, Any]:
    """Check what such a file says, and return it; a ValueError where it is damaged."""
    if not isinstance(attributes, dict):
        raise ValueError(f"{where} is damaged: it is no mapping; {_REMEDY}")
    origin = {"env": "", "chunk_size": 1, **attributes}
    check_attributes({**origin, "finished_chunks": 0}, where, _REMEDY)
    return attributes


def still_true(origin: Mapping[str, Any] | None, num_frames: int) -> dict[str, Any]:
    """Return what holds of frames that are now so many: their layout only if none went or came."""
    if origin is None:
        return {}
    changed = origin["num_frames"] != num_frames
    return {name: each for name, each in origin.items() if not (changed and name in _LAYOUT)}
