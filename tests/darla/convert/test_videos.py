"""Videos become frame datasets, each an episode, where PyAV is installed."""

from pathlib import Path

import numpy as np
import pytest

from darla import FrameDataset
from darla.convert import ConvertConfig, convert
from darla.convert.video_frames import video_frames
from toy_videos import greys_of, write_video

pytest.importorskip("av")


def test_each_video_is_an_episode(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    write_video(tmp_path / "videos/2.mp4", [10, 60, 110])
    write_video(tmp_path / "videos/10.mp4", [160, 210])
    convert(ConvertConfig(str(tmp_path / "videos"), tmp_path / "out", image_size=(16,)))
    dataset = FrameDataset.open(tmp_path / "out")
    assert dataset.shape == (5, 16, 16, 3)
    np.testing.assert_allclose(greys_of(tmp_path / "out"), [10, 60, 110, 160, 210], atol=3)
    assert np.flatnonzero(dataset.episode_starts).tolist() == [0, 3]


def test_frames_have_times(tmp_path: Path) -> None:
    times = [time for time, _ in video_frames(write_video(tmp_path / "a.mp4", [1, 2, 3]))]
    np.testing.assert_allclose(times, [0, 0.1, 0.2], atol=1e-3)


@pytest.mark.parametrize("damage", ["cut", "text", "playlist"])
def test_damaged_videos_are_said_in_one_line(damage: str, tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.mp4", [1, 2, 3])
    data = {
        "cut": video.read_bytes()[:200],
        "text": b"no video",
        "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n",
    }[damage]
    video.write_bytes(data)
    with pytest.raises(ValueError, match="cannot be read as a video") as raised:
        convert(ConvertConfig(str(video), tmp_path / "out"))
    assert "\n" not in str(raised.value) and not (tmp_path / "out").exists()
