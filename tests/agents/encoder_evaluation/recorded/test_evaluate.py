"""Encoders on recorded frames, from the command to the table."""

import json
from pathlib import Path

import pytest
from PIL import Image

from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import describe_datasets, learnt_from
from darla.frames.joined import open_frames
from toy_commands import run_darla
from toy_encoder import make_toy_bundle
from toy_frames import write_toy_dataset
from toy_walks import write_walks

QUICK = ("--quick", "--threads", 1)


def change(bundle: Path, **entries: object) -> None:
    config = bundle / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | entries))


def test_from_frames_with_factors_to_the_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundles = [make_toy_bundle(tmp_path / name / "encoder") for name in ("a", "b")]
    data = write_toy_dataset(tmp_path / "mine", 1100, 40, chunk_size=100, per_look=10)
    change(bundles[0], dataset=describe_datasets(open_frames([data])))
    change(bundles[1], latent_roles={"look": [0], "state": [1, 2, 3]})
    out = tmp_path / "out"
    arguments = ["--data", data, "--out", out, *QUICK, "--metrics", "mig", "dci"]
    assert run_darla("evaluate-encoder", "--bundles", *bundles, *arguments) == 0
    printed = capfd.readouterr()
    table = (out / "table.md").read_text()
    assert table in printed.out
    for row in (
        *("mig", "dci_disentanglement", "udr", "kept variance", "kept in mine: x, R2 (linear)"),
        *("forecast for other looks: x, R2 (mlp)", "forecast for other looks, lost: x, R2 (mlp)"),
        "forecast from state latents for other looks: x, R2 (mlp)",
        "look read from state latents: hue, R2, less is better",
        *("movement when recoloured: the state", "movement when recoloured: x as read (mlp)"),
        "movement in other looks: the state, noise at half strength",
        "next frame found by frame, in first five",
    ):
        assert f"| {row} " in table, row
    assert "forecast for other looks: hue" not in table  # which is of the look itself
    assert "a: frames of mine, 40 x 40 are resized to 32 x 32" in table
    assert "a: reads no actions: none that are single whole numbers were recorded" in table
    assert "a: has learnt from mine itself" in table and "b: has learnt" not in table
    assert "a: does not say which latents hold the state; all 3 that are active" in table
    first, second = json.loads((out / "scores.json").read_text())["encoders"]
    assert first["scores"] == second["scores"]  # one encoder twice, on the same frames
    assert first["state_probes"] is None
    assert {each["tested_in"] for each in second["state_probes"]["scores"]} == {
        *("mine", "other looks"),
    }
    assert {each["target"] for each in second["state_probes"]["scores"]} == {"x"}
    weights = second["recoloring"]["latents"]["weights"]
    assert weights == [0.0, 0.5, 0.5, 0.0]  # what is to hold the state, and is active
    for name in ("traversals", "reconstructions", "posteriors", "retrieval", "importance"):
        assert f"picture: {out / 'a' / name}.png" in printed.out
        assert Image.open(out / "a" / f"{name}.png").size[0] > 100


def test_without_factors_there_are_actions_and_episodes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle, walks = make_toy_bundle(tmp_path / "a"), write_walks(tmp_path / "walks")
    arguments = ["--data", walks, "--out", tmp_path / "out", *QUICK, "--no-progress"]
    assert run_darla("evaluate-encoder", "--bundles", bundle, *arguments) == 0
    table = capfd.readouterr().out
    for domain in ("walks", "other looks"):
        row = f"action read from two frames in {domain}, balanced accuracy (mlp), chance 0.500"
        assert row in table
    assert "look read from state latents: episode, balanced accuracy, less is better" in table
    assert "a: left out of metrics: every factor (none was recorded)" in table
    assert "forecast" not in table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--data {tmp}/none", "there is no frame dataset at"),
        ("--data {tmp}/few", "100 frames of 10 episodes to measure on; expected at least 400 of 4"),
        ("--data {tmp}/walks {tmp}/walks", "a dataset was given twice"),
        ("--data {tmp}/frames --factors huee", "unknown factor 'huee'; did you mean 'hue'?"),
        ("--data {tmp}/frames --metrics irs", "irs needs frames in which one factor is held"),
        ("--data {tmp}/frames --bundles {tmp}/frames", "there is no encoder bundle at"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    make_toy_bundle(tmp_path / "a")
    write_walks(tmp_path / "walks")
    write_toy_dataset(tmp_path / "few", 100, per_look=10)
    write_toy_dataset(tmp_path / "frames", 400, per_look=10)
    words = f"--bundles {tmp_path}/a {arguments}".format(tmp=tmp_path).split()
    assert run_darla("evaluate-encoder", *words) == 2
    printed = capfd.readouterr()
    assert printed.err.startswith("error: ") and message in printed.err
    assert len(printed.err.strip().split("\n")) == 1


def test_the_same_frames_come_from_the_same_recipe(tmp_path: Path) -> None:
    one, other = (write_toy_dataset(tmp_path / str(seed), 40, seed=seed) for seed in (1, 2))
    described = describe_datasets(open_frames([one]))
    moved = (tmp_path / "moved").absolute()
    one.rename(moved)
    assert learnt_from(described, FrameDataset.open(moved))
    assert not learnt_from(described, FrameDataset.open(other))
    assert learnt_from({"parts": [{}, described]}, FrameDataset.open(moved))
    assert not learnt_from({}, FrameDataset.open(moved))


def test_frames_in_another_look_or_wrapper_are_new_to_an_encoder(tmp_path: Path) -> None:
    dataset = FrameDataset.open(write_walks(tmp_path / "one"))
    described = describe_datasets(dataset)
    for other in ({"look": {"name": "night"}}, {"wrappers": ["my_module:Dim"]}):
        assert not learnt_from(described | other, dataset)
    earlier = {name: each for name, each in described.items() if name not in ("look", "wrappers")}
    assert learnt_from(earlier, dataset)
