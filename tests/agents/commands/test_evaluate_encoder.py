import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from toy_commands import run_darla
from toy_encoder import make_toy_bundle

PICTURES = ("traversals", "reconstructions", "interpolation", "posteriors", "importance")


def test_from_bundles_to_the_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bundles = [make_toy_bundle(tmp_path / name / "encoder") for name in ("a", "b")]
    config = bundles[1] / "config.json"
    dataset = {"parts": [{"env": "my:Ball-v0"}, {"env": "Darla/SeekAvoid-v0"}]}
    roles = {"dataset": dataset, "latent_roles": {"look": [0], "state": [1, 2]}}
    config.write_text(json.dumps(json.loads(config.read_text()) | roles))
    out = tmp_path / "out"
    arguments = ["--out", out, "--quick", "--threads", 1, "--metrics", "mig", "dci"]
    arguments += ["beta_vae_score", "factor_vae_score", "irs"]
    arguments += ["--factors", "floor", "bearing", "yaw", "--targets", "new_floor"]
    assert run_darla("evaluate-encoder", "--bundles", *bundles, *arguments) == 0
    printed = capfd.readouterr()
    table = (out / "table.md").read_text()
    assert table.startswith("Measured on frames of Darla/GoToObject-v0: d_u, and")
    assert table in printed.out
    for row in ("mig", "dci_disentanglement", "irs", "beta_vae_score", "factor_vae_score", "udr"):
        assert f"| {row} " in table
    assert "forecast for new_floor: bearing, R2 (mlp)" in table
    assert "kept in d_u: floor, R2 (linear)" in table
    assert "a: left out of the forecast: floor (always the same); wall (always the same)" in table
    told = "b: learnt from frames of Darla/SeekAvoid-v0, my:Ball-v0, and not of Darla/GoToObject-v0"
    assert f"{told}; to measure it there give --env Darla/SeekAvoid-v0" in table
    assert "a: learnt from" not in table  # its description says nothing
    assert "b: pictures" in printed.err and "parts/s" in printed.err

    first, second = json.loads((out / "scores.json").read_text())["encoders"]
    assert first["scores"] == second["scores"]  # one encoder twice, on the same frames
    assert np.shape(first["metrics"]["dci"]["importance"]) == (4, 3)
    tested = {each["tested_in"] for each in first["forecast"]["scores"]}
    assert tested == {"source", "new_floor"}
    assert {each["trained_in"] for each in first["forecast"]["scores"]} == {"source"}
    assert first["state_forecast"] is None
    asked = {each["tested_in"] for each in second["state_forecast"]["scores"]}
    assert asked == tested
    assert "forecast from state latents for new_floor: bearing, R2 (mlp)" in table
    assert "floor" in first["forecast"]["excluded"]  # always the same in the source
    assert first["invariance"]["latents"]["mean"] > 0
    for name in PICTURES:
        picture = out / "a" / f"{name}.png"
        assert f"picture: {picture}" in printed.out
        assert Image.open(picture).size[0] > 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--bundles {tmp}/none", "there is no encoder bundle at"),
        ("--bundles romms", "there is no encoder bundle at romms (no config.json in it); did you "),
        ("--bundles {tmp} --metrics migg", "did you mean 'mig'"),
        ("--bundles {tmp} --env Darla/SeekAvoid", "did you mean 'Darla/SeekAvoid-v0'"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    arguments: str,
    message: str,
) -> None:
    assert run_darla("evaluate-encoder", *arguments.format(tmp=tmp_path).split()) == 2
    printed = capfd.readouterr()
    assert printed.err.startswith("error: ") and message in printed.err
    assert len(printed.err.strip().split("\n")) == 1


def test_every_option_is_explained(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_darla("evaluate-encoder", "--help") == 0
    printed = capfd.readouterr().out
    for option in ("--bundles", "--env", "--out", "--factors", "--metrics", "--quick", "--targets"):
        assert option in printed
    assert "darla evaluate-encoder --bundles" in printed
