"""The study of encoders: it runs, continues, and reports from its rows alone."""

import importlib
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from toy_commands import run_script

COLORS = ("new_floor", "new_wall", "new_object_color", "floor_and_wall", "all_three")
STUDY = Path(__file__).parents[2] / "scripts/studies"


def run(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return run_script(STUDY / script, *arguments)


def row(recipe: str, seed: int, **scores: float) -> str:
    named = {name.replace("__", "/"): value for name, value in scores.items()}
    found = {"recipe": recipe, "seed": seed, "scores": {"go_to_object": named, "seek_avoid": {}}}
    return json.dumps(found) + "\n"


def test_the_report_comes_from_the_rows_alone(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        row("darla", 0, kept__bearing__mlp=0.7, mig__floor=0.3)
        + row("darla", 1, kept__bearing__mlp=0.8, mig__floor=0.3)
        + row("darla", 2, kept__bearing__mlp=0.9, mig__floor=0.3)
        + row("darla_2017", 0, kept__bearing__mlp=0.4)
        + row("darla_2017", 1, kept__bearing__mlp=0.6)
    )
    done = run("report_encoders.py", "--rows", rows, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    header, _, darla, other = (tmp_path / "table.md").read_text().splitlines()
    column = header.split("|").index(" bearing, MLP ")
    # the 97.5th percentile of Student's t with two degrees of freedom, times 0.1 / sqrt(3)
    assert darla.split("|")[column].strip() == f"0.80 ±{4.303 * 0.0577:.2f}"
    assert other.split("|")[column].strip() == "0.50"
    assert np.asarray(Image.open(tmp_path / "beta.png")).std() > 0


def test_scores_that_go_with_transfer_are_told_from_those_that_do_not(tmp_path: Path) -> None:
    rng, lines = np.random.default_rng(0), []
    for seed in range(36):
        found = json.loads(
            row(f"r{seed}", seed, metric__mig=seed / 36, kept__yaw__mlp=rng.random())
        )
        ratios = dict.fromkeys(COLORS, (seed / 36) ** 3)
        transfer = {"all": {"source": 0.9, **ratios}, "masked": {"error": "no latent is left"}}
        lines.append(json.dumps({**found, "transfer": transfer}))
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    done = run("report_encoders.py", "--rows", tmp_path / "rows.jsonl", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    _, _, first, second = (tmp_path / "prediction.md").read_text().splitlines()
    assert first == "| metric/mig | 36 | +1.00 [+1.00, +1.00] | - | +1.00 [+1.00, +1.00] | - |"
    assert second.startswith("| kept/yaw/mlp | 36 | ") and "+1.00" not in second


def test_agents_that_did_not_learn_have_a_return_but_no_ratio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(STUDY))
    prediction = importlib.import_module("encoders.prediction")
    rows = [
        {"transfer": {"all": {"source": source, **dict.fromkeys(COLORS, 0.5)}}}
        for source in (0.9, 0.2)
    ]
    np.testing.assert_equal(prediction.outcomes(rows, "all", "ratio"), [0.5, np.nan])
    random = 0.0517
    halves = [random + 0.5 * (source - random) for source in (0.9, 0.2)]
    np.testing.assert_allclose(prediction.outcomes(rows, "all", "return"), halves)
    assert np.isnan(prediction.outcomes(rows, "masked", "return")).all()


def test_few_encoders_predict_nothing(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(row("darla", 0, metric__mig=0.3))
    done = run("report_encoders.py", "--rows", tmp_path / "rows.jsonl", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "prediction.md").read_text().startswith("1 encoders have rows so far")


def test_unknown_recipes_are_refused_with_the_nearest() -> None:
    done = run("run_encoders.py", "--recipes", "darla_2018")
    assert done.returncode == 2
    assert "unknown recipe 'darla_2018'; did you mean 'darla_2017'?" in done.stderr


@pytest.mark.slow
def test_a_small_study_runs_and_is_not_repeated(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    small = ["--recipes", "darla", "beta_vae beta=1", "--seeds", 0, "--num-frames", 2000]
    small += ["--epochs", 0.2, "--dae-epochs", 0.2, "--quick", "--out", tmp_path / "runs"]
    small += ["--agent-timesteps", 2000, "--tasks", GO_TO_OBJECT, SEEK_AVOID]
    for _ in range(2):
        done = run("run_encoders.py", *small, "--rows", rows)
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in rows.read_text().splitlines()]
        assert {each["recipe"] for each in found} == {"darla", "beta_vae beta=1"}
        assert len(found) == 2
    assert all(0 <= each["scores"]["go_to_object"]["metric/mig"] <= 1 for each in found)
    assert all({"all", "masked"} == set(each["transfer"]) for each in found)
    assert all(0 <= each["transfer"]["all"]["source"] <= 1 for each in found)
    assert all("kept/bearing/mlp" in each["scores"]["seek_avoid"] for each in found)


def test_the_picture_of_the_readme_is_drawn_from_the_encoder_that_ships(tmp_path: Path) -> None:
    done = run("draw_traversals.py", "--out", tmp_path / "traversals.png")
    assert done.returncode == 0, done.stderr
    drawn = np.asarray(Image.open(tmp_path / "traversals.png")).astype(int)
    committed = np.asarray(Image.open(STUDY / "encoders/traversals.png")).astype(int)
    assert np.abs(drawn - committed).mean() < 1  # of 255; other processors round otherwise
