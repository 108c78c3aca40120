from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darla.frames.attributes import ATTRIBUTES
from darla.frames.contact_sheet import draw_contact_sheet, pick_frames, tile, write_contact_sheet
from darla.frames.dataset import FrameDataset
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset


def numbered_dataset(path: Path, num_frames: int = 30, chunk_size: int = 4) -> FrameDataset:
    """Make a dataset of frames whose pixels are their numbers, with one factor of each kind."""
    common = {"low": None, "high": None, "unit": "", "categories": [], "role": "state"}
    factors: dict[str, dict[str, Any]] = {
        "x": {**common, "kind": "continuous", "low": -1.0, "high": 3.0, "unit": "m"},
        "shape": {**common, "kind": "categorical", "categories": ["box", "ball"]},
        "free": {**common, "kind": "continuous"},
    }
    attributes = {
        **dict.fromkeys(ATTRIBUTES.keys() - {"format", "schema", "finished_chunks"}),
        "env": "Toy/Counting-v0",
        "env_kwargs": {"domain": "d_u"},
        "how": "random",
        "num_frames": num_frames,
        "chunk_size": chunk_size,
        "size": [8, 16],
        "factors": factors,
    }
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    for index, start in enumerate(range(0, num_frames, chunk_size)):
        numbers = np.arange(start, min(start + chunk_size, num_frames))
        chunk = FrameChunk.empty(len(numbers), (8, 16), 3)
        chunk.frames[:] = numbers[:, None, None, None]
        chunk.factors[:] = np.stack([numbers % 2, numbers % 2, np.full(len(numbers), 7.0)], axis=1)
        writer.write(index, chunk)
    writer.complete()
    return FrameDataset.open(path)


def test_the_sheet_is_a_png_beside_the_dataset(tmp_path: Path) -> None:
    dataset = numbered_dataset(tmp_path / "dataset")
    write_contact_sheet(dataset, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.format == "PNG"
        assert picture.width == 1200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "sheet.png"]


def test_coverage_is_shown_over_the_whole_range_of_each_factor(tmp_path: Path) -> None:
    figure = draw_contact_sheet(numbered_dataset(tmp_path / "dataset"))
    _, x, shape, free = figure.axes
    assert [axes.get_title() for axes in (x, shape, free)] == ["x (m)", "shape", "free"]
    assert x.get_xlim() == (-1.0, 3.0)
    assert [label.get_text() for label in shape.get_xticklabels()] == ["box", "ball"]
    assert [bar.get_height() for bar in shape.patches] == [15, 15]
    for axes in (x, free):
        (steps,) = axes.patches
        assert steps.get_data().values.sum() == 30


@pytest.mark.parametrize("value", [7.0, np.nan])
def test_factors_that_never_vary_or_are_never_known_are_drawn(tmp_path: Path, value: float) -> None:
    dataset = numbered_dataset(tmp_path / "dataset")
    dataset.factors["free"][:] = value
    low, high = draw_contact_sheet(dataset).axes[-1].get_xlim()
    assert (low, high) == ((-0.5, 0.5) if np.isnan(value) else (6.5, 7.5))


def test_the_title_says_what_was_collected(tmp_path: Path) -> None:
    title = draw_contact_sheet(numbered_dataset(tmp_path / "dataset")).get_suptitle()
    assert title == "Toy/Counting-v0 (domain=d_u), policy random, 30 frames of 8x16, 0 episodes"


@pytest.mark.parametrize("count", [1, 5, 12, 100])
def test_picked_frames_are_in_order_and_spread(tmp_path: Path, count: int) -> None:
    frames = pick_frames(numbered_dataset(tmp_path / "dataset"), count)
    numbers = frames[:, 0, 0, 0].astype(int)
    assert len(numbers) <= min(count, 30)
    assert (np.diff(numbers) > 0).all()
    assert numbers[0] == 0
    assert count == 1 or numbers[-1] >= 28


@given(count=st.integers(1, 30), columns=st.integers(1, 9))
def test_tiles_stand_row_by_row(count: int, columns: int) -> None:
    frames = np.empty((count, 4, 6, 3), dtype=np.uint8)
    frames[:] = np.arange(count)[:, None, None, None]
    sheet = tile(frames, columns)
    used = min(columns, count)
    assert sheet.shape == (-(-count // used) * 5 - 1, used * 7 - 1, 3)
    for index in range(count):
        top, left = index // used * 5, index % used * 7
        assert (sheet[top : top + 4, left : left + 6] == index).all()
    assert (sheet[4::5] == 255).all()
    assert (sheet[:, 6::7] == 255).all()
