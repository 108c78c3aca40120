"""What a tracker is sent is what TensorBoard is given."""

import io
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image

from darla.tracking.run_writer import RunWriter, as_picture
from darla.tracking.tracked_run import TrackedRun
from toy_sinks import ToyTracker, events_of, scalars_of, toy_tracker

RUN = TrackedRun("toy", "runs/a", "runs", {"seed": 0})


@pytest.fixture
def toy():
    with toy_tracker() as toy:
        yield toy


def write(folder: Path, steps: range, last_step: int = 0, offset: float = 0.0) -> None:
    writer = RunWriter(folder, last_step, RUN)
    for step in steps:
        writer.add_scalar("a/x", step + 0.1 + offset, step)
        writer.add_scalar("a/y", torch.tensor(step / 3 + offset), step)
    writer.close()


def test_numbers_have_the_tags_steps_and_values_of_tensorboard(tmp_path: Path, toy: ToyTracker):
    write(tmp_path, range(1, 6))
    assert toy.scalars() == scalars_of(tmp_path)
    assert [row.step for row in toy.rows] == [1, 2, 3, 4, 5]  # one for each step
    assert toy.runs == {"run0": RUN}
    assert toy.ended == [("run0", True)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_sent_too(tmp_path: Path, toy: ToyTracker, value: float):
    writer = RunWriter(tmp_path, 0, RUN)
    writer.add_scalar("x", value, 1)
    writer.close()
    assert np.array_equal(toy.rows[0].scalars["x"], value, equal_nan=True)


def test_pictures_texts_and_histograms_are_sent_too(tmp_path: Path, toy: ToyTracker):
    picture = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    writer = RunWriter(tmp_path, 0, RUN)
    writer.add_image("picture", picture, 2, dataformats="HWC")
    writer.add_text("text", "all is well", 2)
    writer.add_histogram("values", torch.tensor([[1.0, 2.0], [float("nan"), 4.0]]).nan_to_num(), 2)
    writer.close()
    (row,) = toy.rows
    events = events_of(tmp_path)
    shown = Image.open(io.BytesIO(events.Images("picture")[0].encoded_image_string))
    assert np.array_equal(row.pictures["picture"], np.asarray(shown))
    assert row.texts == {"text": "all is well"}
    assert "text/text_summary" in events.Tags()["tensors"]
    assert row.histograms["values"].tolist() == [1.0, 2.0, 0.0, 4.0]
    assert events.Tags()["histograms"] == ["values"]


def test_a_figure_is_sent_as_the_picture_that_tensorboard_shows(tmp_path: Path, toy: ToyTracker):
    figure = plt.figure(figsize=(0.5, 0.4), dpi=100)
    figure.gca().plot([1, 2])
    writer = RunWriter(tmp_path, 0, RUN)
    writer.add_figure("figure", figure, 1)
    writer.close()
    shown = Image.open(io.BytesIO(events_of(tmp_path).Images("figure")[0].encoded_image_string))
    expected = np.asarray(shown)
    assert expected.shape[:2] == (40, 50)
    assert np.array_equal(toy.rows[0].pictures["figure"], expected[..., :3])


@pytest.mark.parametrize(("axes", "shape"), [("CHW", (3, 2, 4)), ("HWC", (2, 4, 3))])
def test_pictures_of_other_forms_become_uint8_with_colours_last(axes: str, shape: tuple[int, ...]):
    values = np.linspace(-0.1, 1.1, 24).reshape(shape)
    picture = as_picture(values, axes)
    moved = np.moveaxis(values, 0, -1) if axes == "CHW" else values
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, (moved * 255).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(("axes", "shape"), [("HW", (2, 4)), ("CHW", (1, 2, 4))])
def test_grey_pictures_get_three_colours(axes: str, shape: tuple[int, ...]):
    values = np.arange(8, dtype=np.uint8).reshape(shape)
    picture = as_picture(values, axes)
    assert picture.shape == (2, 4, 3)
    assert (picture == np.arange(8).reshape(2, 4, 1)).all()


def test_what_is_logged_is_sent_before_the_next_step_when_asked(tmp_path: Path, toy: ToyTracker):
    writer = RunWriter(tmp_path, 0, RUN)
    writer.add_scalar("x", 1.0, 1)
    assert toy.rows == []
    writer.send()
    assert [row.scalars for row in toy.rows] == [{"x": 1.0}]
    writer.add_scalar("y", 2.0, 1)
    writer.flush()
    assert [(row.step, row.scalars) for row in toy.rows] == [(1, {"x": 1.0}), (1, {"y": 2.0})]


def test_a_continued_run_is_the_same_and_no_step_is_sent_twice(tmp_path: Path, toy: ToyTracker):
    write(tmp_path, range(1, 8))
    write(tmp_path, range(5, 11), last_step=4, offset=0.5)  # its checkpoint was of step 4
    assert toy.opened == [("run0", False), ("run0", True)]
    assert [row.step for row in toy.rows] == list(range(1, 11))
    sent = dict(toy.scalars()["a/x"])
    assert sent[7] == np.float32(7.1)  # what was sent stays
    assert sent[8] == np.float32(8.6)


def test_what_a_tracker_says_that_it_lacks_is_sent_again(tmp_path: Path, toy: ToyTracker):
    write(tmp_path, range(1, 8))
    toy.kept = 5  # steps 6 and 7 were under way when the process was killed
    write(tmp_path, range(5, 11), last_step=4)
    assert [row.step for row in toy.rows] == [*range(1, 8), *range(6, 11)]


def test_a_folder_without_the_record_begins_another_run(tmp_path: Path, toy: ToyTracker):
    for folder in ("a", "b"):
        write(tmp_path / folder, range(1, 3))
    assert toy.opened == [("run0", False), ("run1", False)]


def test_an_interrupted_run_is_not_said_to_be_finished(tmp_path: Path, toy: ToyTracker):
    writer = RunWriter(tmp_path, 0, RUN)
    with pytest.raises(KeyboardInterrupt):
        try:
            raise KeyboardInterrupt
        finally:
            writer.close()
    writer.close()  # again, for nothing
    assert toy.ended == [("run0", False)]


@pytest.mark.parametrize("when", ["open", 0, 2])
def test_a_tracker_that_fails_is_said_once_and_tensorboard_goes_on(
    tmp_path: Path, toy: ToyTracker, capsys: pytest.CaptureFixture[str], when: str | int
):
    toy.fails[when] = ConnectionError("no route\nto the host")
    write(tmp_path, range(1, 6))
    assert [step for step, _ in scalars_of(tmp_path)["a/x"]] == [1, 2, 3, 4, 5]
    assert len(toy.rows) == (0 if when == "open" else when)
    assert capsys.readouterr().err == (
        "warning: toy failed (ConnectionError: no route to the host); TensorBoard goes on alone\n"
    )


def test_a_run_goes_on_after_a_failure_where_the_tracker_was_left(tmp_path: Path, toy: ToyTracker):
    toy.fails[3] = ConnectionError("down")
    write(tmp_path, range(1, 6))
    toy.fails.clear()
    write(tmp_path, range(3, 8), last_step=2)
    assert toy.opened == [("run0", False), ("run0", True)]
    assert [row.step for row in toy.rows] == [1, 2, 3, 4, 5, 6, 7]


def test_a_damaged_record_is_refused_in_one_line(tmp_path: Path, toy: ToyTracker):
    write(tmp_path, range(1, 3))
    record = tmp_path / "toy_run.json"
    assert json.loads(record.read_text()) == {"run": "run0", "last_step": 2}
    record.write_text('{"run": 3, "last_step": 2}')
    with pytest.raises(ValueError, match=r"damaged: run is 3.*remove it to begin another") as told:
        RunWriter(tmp_path, 2, RUN)
    assert "\n" not in str(told.value)
