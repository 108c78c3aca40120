"""MiniGrid by commands alone, where it is installed: a Dict whose picture a wrapper draws."""

from pathlib import Path

import pytest

pytest.importorskip("minigrid", reason="needs minigrid")

from darla import FrameDataset
from darla_agents.playing.rows import read_rows
from toy_commands import run_darla

ENV = "--env minigrid:MiniGrid-Empty-Random-6x6-v0 --wrappers"
DRAWN = (
    "minigrid.wrappers:RGBImgObsWrapper(tile_size=12)",
    "gymnasium.wrappers:FilterObservation(filter_keys=['image','direction'])",
)


def test_frames_and_agents_see_the_picture_that_a_wrapper_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def run(command: str, *wrappers: str, rest: str = "") -> None:
        assert run_darla(*command.split(), *wrappers, *rest.split()) == 0, command

    frames = "--num-frames 64 --chunk-size 32 --workers 1 --out frames"
    run(f"collect {ENV}", *DRAWN, rest=frames)
    dataset = FrameDataset.open(tmp_path / "frames")
    assert dataset.attributes["wrappers"] == list(DRAWN)
    assert dataset.read(0, 64).std() > 10
    small = "--total-timesteps 16 --num-envs 1 --eval-episodes 1 --no-progress --out agent"
    settings = "--settings n_steps=8 batch_size=8 n_epochs=1"
    rest = f"--kind pixels --looks standard {small} {settings}"
    run(f"train-agent {ENV}", *DRAWN, rest=rest)
    run(
        "evaluate-transfer --agents agent --domains source grey --episodes 1 --random-episodes 1 "
        "--trust minigrid.wrappers gymnasium.wrappers"
    )
    rows = read_rows(tmp_path / "results/transfer.csv")
    assert {row.domain for row in rows} == {"source", "grey"}
