"""The command ``darla use``: its uses, what each writes, and mistakes."""

import json
from pathlib import Path

import pytest
from PIL import Image

from darla.uses.reports import REPORTS
from toy_commands import run_darla
from toy_encoder import make_memory_bundle
from toy_frames import write_toy_bundle, write_toy_dataset
from toy_walks import write_walks

MORE = {
    "alarm": "--false-alarm-rate 0.2",
    "few-labels": "--labels 30 --draws 2 --probe-steps 10 --network-steps 4",
}
USES = [kind.name.replace("_", "-") for kind in REPORTS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write bundles: one that says which latents hold the look, one that does not, one that has a
    memory; twins, and walks."""
    folder = tmp_path_factory.mktemp("made")
    write_toy_bundle(folder / "plain")
    config = write_toy_bundle(folder / "roles") / "config.json"
    roles = {"latent_roles": {"look": [0, 1], "state": [2, 3]}}
    config.write_text(json.dumps(json.loads(config.read_text()) | roles))
    write_toy_dataset(folder / "twins", 96, chunk_size=24, per_look=2, looks=2)
    make_memory_bundle(folder / "memory", choices=2)
    write_walks(folder / "walks", episodes=3, steps=60)
    return folder


@pytest.mark.parametrize("use", USES)
def test_each_use_writes_a_picture_and_numbers(
    made: Path, tmp_path: Path, use: str, capfd: pytest.CaptureFixture[str]
) -> None:
    encoder, data = ("memory", "walks") if use == "predict" else ("roles", "twins")
    options = ["--encoder", made / encoder, "--data", made / data, "--out", tmp_path]
    options += MORE.get(use, "").split()
    assert run_darla("use", use, *options) == 0
    picture, numbers = (tmp_path / f"{use.replace('-', '_')}.{kind}" for kind in ("png", "json"))
    assert min(Image.open(picture).size) > 64
    assert json.loads(numbers.read_text())["settings"]["data"] == str(made / data)
    printed = capfd.readouterr().out.splitlines()
    assert printed[-2:] == [f"picture: {picture}", f"numbers: {numbers}"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("swap-look --encoder {made}/plain --data {made}/twins", "does not tell apart"),
        ("denoise --encoder {made}/plain --data {made}/none", "there is no frame dataset"),
        ("denoise --encoder {made}/plain --data {made}/twins --noise nois", "mean 'noise'"),
        ("denoise --encoder {made}/plain --data {made}/twins --strength 2", "from 0 to 1"),
        ("sample --encoder {made}/plain --data {made}/twins --n 0", "n is 0"),
        (
            "alarm --encoder {made}/plain --data {made}/twins --false-alarm-rate 0.01",
            "24 held-out frames are too few for a false-alarm rate of 0.01",
        ),
        ("retrieve --encoder {made}/plain --data {made}/twins --by loks", "mean 'look'"),
        ("predict --encoder {made}/memory --data {made}/twins", "recorded without actions"),
        ("predict --encoder {made}/plain --data {made}/walks", "remembers nothing of the frames"),
        (
            "predict --encoder {made}/memory --data {made}/walks --context 20",
            "has 60 frames in a row, but 65 are wanted",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    made: Path, tmp_path: Path, arguments: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_darla("use", *arguments.format(made=made).split(), "--out", tmp_path) == 2
    said = capfd.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and message in said


def test_help_lists_the_uses_and_each_its_options(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_darla("use", "--help") == 0
    listed = capfd.readouterr().out
    assert all(use in listed for use in USES)
    assert run_darla("use", "alarm", "--help") == 0
    assert "--false-alarm-rate" in capfd.readouterr().out
