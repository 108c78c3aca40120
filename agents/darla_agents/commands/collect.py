"""Collect frames from a Gymnasium environment into a dataset that vision models are trained on.

    darla collect
    darla collect --env Darla/SeekAvoid-v0 --num-frames 50000
    darla collect --env MiniWorld-FourRooms-v0 --domain d_u --out data/four_rooms
    darla collect --env MiniWorld-Maze-v0 --domain d_u --policy random
    darla collect --policy agent --agent runs/my_agent --domain source --out data/seen

Killed half-way, the same command continues where it stopped.
"""

from collections.abc import Sequence

from darla.collection.collect import CollectConfig, collect
from darla.running.command import run_command


def main(config: CollectConfig) -> None:
    """Collect, and say where the dataset is."""
    result = collect(
        config, load_policy="darla_agents.agent.saved_agent:make_policy", progress=True
    )
    frames, seconds = result.new_frames, result.seconds
    if frames:
        print(f"collected {frames:,} frames in {seconds:.1f} s ({frames / seconds:.0f} frames/s)")
    else:
        print("this dataset was finished already")
    print(f"dataset        {result.dataset.path}  {result.dataset.shape}")
    print(f"contact sheet  {result.contact_sheet}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(CollectConfig, main, __doc__ or "", arguments=arguments, program=program)
