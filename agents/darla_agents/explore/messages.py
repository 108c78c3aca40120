"""What the page sends and is sent: messages with bounds, and pictures as JSON can hold them.

A message is a frozen ``msgspec`` structure: unknown keys, wrong types, numbers out of range and
lists that are too long are refused before anything is computed.
"""

import base64
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np

Answer = dict[str, Any]
"""What a question is answered with: plain values, which JSON can hold; NaN becomes null."""

Index = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Latents = Annotated[list[Number], msgspec.Meta(min_length=1, max_length=4096)]
Setting = Annotated[dict[Name, Number | Name], msgspec.Meta(max_length=1000)]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question of the page; its fields are what is asked with it."""


class _Frame(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="of", tag=str.lower
):
    """A frame, which the key ``of`` says the kind of."""


class Reference(_Frame, frozen=True):
    """A frame of D_U that a bundle carries."""

    bundle: Index
    row: Index


class Recorded(_Frame, frozen=True):
    """A frame of the dataset."""

    row: Index


class Drawn(_Frame, frozen=True):
    """A frame of the environment, in a setting of its factors."""

    domain: Name
    setting: Setting


FrameRef = Reference | Recorded | Drawn
"""Which frame is meant. The page never sends pixels."""


def picture(frame: np.ndarray) -> Answer:
    """Return a frame, uint8 (H, W, 3), as its size and its bytes in base64, row by row."""
    height, width, _ = frame.shape
    data = np.ascontiguousarray(frame, dtype=np.uint8).tobytes()
    return {"height": height, "width": width, "rgb": base64.b64encode(data).decode("ascii")}


def numbers(values: np.ndarray) -> list[Any]:
    """Return an array as lists of plain numbers."""
    found: list[Any] = np.asarray(values).tolist()
    return found


def plain_values(values: Mapping[str, Any]) -> dict[str, float | str]:
    """Return reported factors as plain numbers and words."""
    return {
        name: value if isinstance(value, str) else float(np.asarray(value).item())
        for name, value in values.items()
    }
