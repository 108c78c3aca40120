"""Frame datasets from what others have, and to it: NumPy, pictures, videos, Minari, LeRobot.

    darla convert frames.npz data/mine --image-size 64
    darla convert videos/ data/mine --image-size 64
    darla convert atari/breakout/expert-v0 data/breakout --image-size 64
    darla convert pusht/ data/pusht --key observation.image
    darla convert data/go_to_object shared/go_to_object --to lerobot

Actions and rewards are moved to where each format has them; nothing that is read is unpickled.
"""

from collections.abc import Sequence

from darla.convert import ConvertConfig, convert
from darla.frames.contact_sheet import write_contact_sheet
from darla.frames.dataset import FrameDataset
from darla.running.command import run_command


def main(config: ConvertConfig) -> None:
    """Convert, and say what was read and where it is now."""
    converted = convert(config, progress=True)
    recording = converted.recording
    height, width = recording.size
    print(f"read     {recording.num_frames:,} frames of {height} x {width}, {converted.source}")
    for each in recording.left_out:
        print(f"left out {each}")
    if converted.lost:
        print(f"lost     {converted.lost}: this format has no place for them")
    print(f"written  {config.out}")
    if config.to != "darla":
        return
    dataset = FrameDataset.open(config.out)
    sheet = config.out.with_name(f"{config.out.name}.contact_sheet.png")
    write_contact_sheet(dataset, sheet)
    print(f"contact sheet  {sheet}")
    if int(dataset.episode_starts.sum()) == 1:
        print("all frames are one episode: in an .npz, episode_starts says where others begin")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ConvertConfig, main, __doc__, arguments=arguments, program=program)
