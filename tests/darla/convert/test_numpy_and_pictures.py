"""NumPy files and folders of pictures become frame datasets, or one line says why not."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from darla import FrameDataset
from darla.convert import ConvertConfig, convert

FRAMES = np.random.default_rng(0).integers(0, 256, (7, 24, 32, 3), dtype=np.uint8)


def converted(source: Path, **settings: Any) -> FrameDataset:
    """Convert a source beside it, and open the dataset."""
    out = source.parent / "converted"
    convert(ConvertConfig(str(source), out, **settings))
    return FrameDataset.open(out)


def frames_of(dataset: FrameDataset) -> np.ndarray:
    """Return all frames."""
    return dataset.read(0, len(dataset))


def save_pictures(folder: Path, frames: np.ndarray, suffix: str = ".png") -> Path:
    """Save frames as files whose names have no leading zeros."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f"frame{index + 5}{suffix}")
    return folder


def test_an_array_of_frames_is_one_episode(tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", FRAMES)
    dataset = converted(tmp_path / "mine.npy", chunk_size=3)
    np.testing.assert_array_equal(frames_of(dataset), FRAMES)
    assert dataset.episode_starts.tolist() == [True] + [False] * 6
    assert (dataset.actions == -1).all() and not dataset.factors and dataset.chunk_size == 3
    assert dataset.attributes["how"] == "converted"
    assert dataset.attributes["env"] == str(tmp_path / "mine.npy")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_of_somebody_else_brings_what_it_names(save: Any, tmp_path: Path) -> None:
    starts = np.arange(7) % 3 == 0
    save(
        tmp_path / "mine.npz",
        frames=FRAMES,
        actions=np.arange(7, dtype=np.int32),
        rewards=np.arange(7) / 2,
        episode_starts=starts,
        factors=np.arange(14.0).reshape(7, 2),
        whatever=np.array(["left", "alone"]),
    )
    dataset = converted(tmp_path / "mine.npz")
    np.testing.assert_array_equal(frames_of(dataset), FRAMES)
    assert dataset.actions.tolist() == [*range(7)] and dataset.rewards.tolist()[1] == 0.5
    np.testing.assert_array_equal(dataset.episode_starts, starts)
    assert {name: values[1] for name, values in dataset.factors.items()} == {
        "factor_0": 2,
        "factor_1": 3,
    }


def test_folders_of_pictures_are_episodes_in_natural_order(tmp_path: Path) -> None:
    for name, part in (("take 10", FRAMES[4:]), ("take 9", FRAMES[:4])):
        save_pictures(tmp_path / "mine" / name, part)  # frame10 comes after frame9
    (tmp_path / "mine/notes.txt").write_text("passed over")
    dataset = converted(tmp_path / "mine")
    np.testing.assert_array_equal(frames_of(dataset), FRAMES)
    assert np.flatnonzero(dataset.episode_starts).tolist() == [0, 4]


def test_jpeg_grey_and_transparent_pictures_become_rgb(tmp_path: Path) -> None:
    folder = save_pictures(tmp_path / "mine", FRAMES[:1], ".JPG")
    Image.fromarray(FRAMES[1, ..., 0]).save(folder / "frame6.png")
    Image.fromarray(np.dstack([FRAMES[2], FRAMES[2, ..., 0]])).save(folder / "frame7.png")
    frames = frames_of(converted(folder))
    assert np.abs(frames[0].astype(float) - FRAMES[0]).mean() < 60
    np.testing.assert_array_equal(frames[1], np.repeat(FRAMES[1, ..., :1], 3, axis=-1))
    np.testing.assert_array_equal(frames[2], FRAMES[2])


def test_pictures_of_several_sizes_are_brought_to_one(tmp_path: Path) -> None:
    folder = save_pictures(tmp_path / "mine", FRAMES[:2])
    grey = np.full((40, 40, 3), 77, np.uint8)
    Image.fromarray(grey).save(folder / "frame9.png")
    with pytest.raises(ValueError, match=r"frame9.png is 40 x 40.*24 x 32.*--image-size 64"):
        converted(folder)
    dataset = converted(folder, image_size=(16,))
    assert dataset.shape == (3, 16, 16, 3) and (frames_of(dataset)[2] == 77).all()


def broken_sources() -> dict[str, tuple[str, Any, str]]:
    """Return what is wrong with a file: its name, what is in it, and what must be said."""
    npy, npz = io.BytesIO(), io.BytesIO()
    np.save(npy, FRAMES)
    np.savez(npz, frames=FRAMES)
    huge = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        huge, {"descr": "|u1", "fortran_order": False, "shape": (10**9, 64, 64, 3)}
    )
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w") as file:
        file.writestr("frames.npy", huge.getvalue())
    said = io.BytesIO()
    np.savez(said, frames=FRAMES)
    with zipfile.ZipFile(said, "a") as file:
        file.writestr("darla.json", json.dumps({"num_frames": 7, "size": [24, 32]}))

    def archive(**arrays: Any) -> bytes:
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    def array(values: Any) -> bytes:
        file = io.BytesIO()
        np.save(file, values)
        return file.getvalue()

    return {
        "objects": ("a.npy", array(np.array([{}], object)), "cannot be read as a NumPy array"),
        "objects in a zip": ("a.npz", archive(frames=np.array([{}], object)), "never unpickled"),
        "floats": ("a.npy", array(np.zeros((2, 8, 8, 3))), "expected frames uint8"),
        "grey": ("a.npy", array(FRAMES[..., 0]), r"expected frames uint8 \(N, H, W, 3\)"),
        "none": ("a.npy", array(FRAMES[:0]), "expected frames uint8"),
        "cut": ("a.npy", npy.getvalue()[:-5], "cannot be read as a NumPy array"),
        "cut zip": ("a.npz", npz.getvalue()[:-40], "cannot be read as an .npz file"),
        "huge": ("a.npy", huge.getvalue(), "cannot be read as a NumPy array"),
        "huge in a zip": ("a.npz", bomb.getvalue(), "has not the .* bytes that its shape asks for"),
        "no frames": ("a.npz", archive(pictures=FRAMES), "no array 'frames', but pictures"),
        "too few": ("a.npz", archive(frames=FRAMES, rewards=np.zeros(6)), "beside 7 frames"),
        "float action": ("a.npz", archive(frames=FRAMES, actions=np.zeros(7)), "whole numbers or"),
        "no bool": ("a.npz", archive(frames=FRAMES, episode_starts=np.zeros(7)), r"\(N,\) bool"),
        "columns": ("a.npz", archive(frames=np.asfortranarray(FRAMES)), "Fortran's order"),
        "half a description": ("a.npz", said.getvalue(), "darla.json is damaged"),
        "text": ("a.txt", b"frames", "holds no frames that are known"),
    }


@pytest.mark.parametrize("what", broken_sources())
def test_what_cannot_be_read_is_said_in_one_line(what: str, tmp_path: Path) -> None:
    name, data, message = broken_sources()[what]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=message) as raised:
        converted(tmp_path / name)
    assert "\n" not in str(raised.value)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_damage_found_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    folder = save_pictures(tmp_path / "mine", FRAMES)
    (folder / "frame11.png").write_bytes((folder / "frame10.png").read_bytes()[:100])
    with pytest.raises(ValueError, match=r"frame11.png cannot be read as a PNG or JPEG"):
        converted(folder)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_a_picture_that_says_it_is_huge_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    Image.new("1", (5000, 5000)).save(folder / "a.png")
    with pytest.raises(ValueError, match="5000 x 5000; expected sides of at most 4096"):
        converted(folder)


def test_nothing_is_replaced(tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", FRAMES)
    (tmp_path / "converted").mkdir()
    (tmp_path / "converted/thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"something is at .* already"):
        converted(tmp_path / "mine.npy")
    assert (tmp_path / "converted/thesis.txt").read_text() == "mine"


def test_what_a_killed_process_has_left_is_taken_over(tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", FRAMES)
    (tmp_path / ".converted.tmp/frames").mkdir(parents=True)
    converted(tmp_path / "mine.npy")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["converted", "mine.npy"]


def test_nothing_is_written_into_the_source(tmp_path: Path) -> None:
    folder = save_pictures(tmp_path / "mine", FRAMES)
    with pytest.raises(ValueError, match="lies within"):
        convert(ConvertConfig(str(folder), folder / "out"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"to": "minary"}, "did you mean 'minari'"),
        ({"to": "videos"}, "unknown format to write"),
        ({"image_size": (4,)}, "image_size is one or two numbers of pixels"),
        ({"image_size": (64, 64, 3)}, "image_size is one or two numbers of pixels"),
        ({"chunk_size": 0}, "chunk_size is 0"),
        ({"to": "npz"}, "give it a name that ends so"),
        ({"source": "nowhere-v0"}, "there is nothing at nowhere-v0"),
    ],
)
def test_wrong_settings_are_said(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", FRAMES)
    said = {"source": str(tmp_path / "mine.npy"), "out": tmp_path / "out", **settings}
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        convert(ConvertConfig(**said))
    assert not (tmp_path / "out").exists()
