"""Frames side by side, in rows under a title, each row with a label on its left."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_SMALLEST_TILE = 64  # pixels; smaller frames are enlarged
_GAP = 2
_LABEL_WIDTH = 92  # at least
_TITLE_HEIGHT = 18
_BACKGROUND = 255


def draw_rows(rows: Sequence[np.ndarray], labels: Sequence[str], title: str) -> np.ndarray:
    """Lay rows of frames, uint8 (n, H, W, 3) each, out in one picture, uint8 (height, width, 3).

    All frames are of one size, and there is at least one row; rows may differ in length. Frames
    that are small are enlarged by a whole number.
    """
    scale = max(1, -(-_SMALLEST_TILE // min(rows[0].shape[1:3])))
    height, width = (side * scale + _GAP for side in rows[0].shape[1:3])
    columns = max(len(row) for row in rows)
    font = ImageFont.load_default(size=14)
    lines = [line for label in labels for line in label.split("\n")]
    longest = max((int(font.getlength(line)) for line in lines), default=0) + 2 * _GAP
    left = max(_LABEL_WIDTH, longest)
    size = (
        max(left + columns * width, int(font.getlength(title)) + 2 * _GAP),
        _TITLE_HEIGHT + len(rows) * height,
    )
    canvas = Image.new("RGB", size, (_BACKGROUND,) * 3)
    draw = ImageDraw.Draw(canvas)
    draw.text((_GAP, 0), title, fill=0, font=font)
    for number, (row, label) in enumerate(zip(rows, labels, strict=True)):
        top = _TITLE_HEIGHT + number * height
        draw.text((_GAP, top + _GAP), label, fill=0, font=font)
        for column, frame in enumerate(row.repeat(scale, axis=1).repeat(scale, axis=2)):
            canvas.paste(Image.fromarray(frame), (left + column * width, top))
    return np.asarray(canvas)
