"""Collect frames from a Gymnasium environment into a dataset that vision models are trained on.

    python scripts/collect.py
    python scripts/collect.py --env Darla/SeekAvoid-v0 --num-frames 50000
    python scripts/collect.py --env MiniWorld-FourRooms-v0 --domain d_u --out data/four_rooms
    python scripts/collect.py --env MiniWorld-Maze-v0 --domain d_u --policy random
    python scripts/collect.py --policy agent --agent runs/my_agent --domain source --out data/seen

Killed half-way, the same command continues where it stopped.
"""

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


if __name__ == "__main__":
    run_command(CollectConfig, main, __doc__ or "")
