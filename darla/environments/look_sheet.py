"""A sheet of pictures with a title for each row, to see at a glance what looks do."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from darla.running.atomic import write_bytes

_GAP, _GROUP_GAP, _ROW_GAP, _TITLE = 4, 12, 8, 16
_FONT_SIZE = 12
_BACKGROUND, _INK = (255, 255, 255), (20, 20, 20)


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet."""

    title: str
    """What it shows."""
    groups: Sequence[Sequence[np.ndarray]]
    """Pictures, uint8 (H, W, 3) of any size, in groups that are set apart."""


def write_look_sheet(
    rows: Sequence[SheetRow], path: Path, side: int, columns: Sequence[str] = ()
) -> None:
    """Write a PNG of rows of pictures.

    Args:
        rows: from the top to the bottom.
        path: of the file.
        side: the longer side that each picture is drawn at, in pixels.
        columns: titles of the pictures of each group, written over the first row.
    """
    data = io.BytesIO()
    draw_look_sheet(rows, side, columns).save(data, "PNG")
    write_bytes(path, data.getvalue())


def draw_look_sheet(
    rows: Sequence[SheetRow], side: int, columns: Sequence[str] = ()
) -> Image.Image:
    """Draw the sheet of :func:`write_look_sheet` without writing it."""
    drawn = [[[_scaled(each, side) for each in group] for group in row.groups] for row in rows]
    pictures = [each for groups in drawn for group in groups for each in group]
    width = max((each.width for each in pictures), default=side)
    height = max((each.height for each in pictures), default=side)
    font = ImageFont.load_default(_FONT_SIZE)
    heights = [_TITLE + (height if any(groups) else 0) + _ROW_GAP for groups in drawn]
    places = [_places(groups, width) for groups in drawn]
    right = max((place[-1] + width for row in places for place in row if place), default=width)
    top = _TITLE if columns else _GAP
    longest = max((font.getlength(row.title) for row in rows), default=0)
    size = (max(right, int(longest) + _GAP) + _GAP, top + sum(heights))
    sheet = Image.new("RGB", size, _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for lefts_of_group in max(places, key=len, default=[]):
        for title, left in zip(columns, lefts_of_group, strict=False):
            draw.text((left, 1), title, fill=_INK, font=font)
    for row, groups, lefts, row_height in zip(rows, drawn, places, heights, strict=True):
        draw.text((_GAP, top), row.title, fill=_INK, font=font)
        for group, group_lefts in zip(groups, lefts, strict=True):
            for picture, left in zip(group, group_lefts, strict=True):
                sheet.paste(picture, (left, top + _TITLE))
        top += row_height
    return sheet


def _places(groups: Sequence[Sequence[object]], width: int) -> list[list[int]]:
    """Return how far from the left each picture of each group lies, in pixels."""
    places, left = [], _GAP
    for group in groups:
        places.append([left + index * (width + _GAP) for index in range(len(group))])
        left += len(group) * (width + _GAP) + _GROUP_GAP
    return places


def _scaled(picture: np.ndarray, side: int) -> Image.Image:
    """Return a picture whose longer side has so many pixels; enlarged ones stay sharp."""
    scale = side / max(picture.shape[:2])
    height, width = (max(1, round(scale * each)) for each in picture.shape[:2])
    way = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    return Image.fromarray(picture).resize((width, height), way)
