"""Tiny videos of plain greys; they need PyAV."""

from pathlib import Path

import numpy as np

from darla import FrameDataset


def write_video(path: Path, greys: list[int], fps: int = 10) -> Path:
    """Write a video whose frames have one grey each."""
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", fps)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv444p"
        stream.options = {"qp": "0"}
        for grey in greys:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), "rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def greys_of(path: Path) -> list[int]:
    """Return the grey of each frame of a dataset."""
    dataset = FrameDataset.open(path)
    return dataset.read(0, len(dataset))[:, 5, 5, 0].astype(int).tolist()
