"""The study of all objectives: each has its recipe, rows say what is asked of them, it goes on."""

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

from darla.objectives import OBJECTIVES
from toy_commands import run_script
from toy_frames import write_toy_bundle, write_toy_dataset

STUDY = Path(__file__).parents[2] / "scripts/studies"
COLORS = ("new_floor", "new_wall", "new_object_color", "floor_and_wall", "all_three")


@pytest.fixture(autouse=True)
def found_as_scripts_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDY))


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_every_objective_has_one_recipe_and_those_without_rows_come_first() -> None:
    recipes = module("encoders.recipes")
    assert recipes.ONE_EACH.keys() == OBJECTIVES.keys()
    for objective, recipe in recipes.ONE_EACH.items():
        assert recipes.objective_of(recipes.RECIPES[recipe]) == objective
    rows = map(json.loads, (STUDY / "encoders/rows.jsonl").read_text().splitlines())
    compared = {row["recipe"] for row in rows}
    known = [recipe in compared for recipe in recipes.ONE_EACH.values()]
    assert known == sorted(known)
    config = module("run_objectives").ObjectivesConfig()
    assert config.recipes == tuple(recipes.ONE_EACH.values())
    assert config.seeds == (0, 1, 2) and config.agent_timesteps == 60_000


def test_what_learns_from_sequences_has_frames_that_somebody_acted_for() -> None:
    study, recipes = module("run_encoders"), module("encoders.recipes")
    config = study.StudyConfig(out=Path("runs"))
    places = {
        name: str(study.data(config, recipes.RECIPES[name], 2)[1])
        for name in recipes.ONE_EACH.values()
    }
    assert places.pop("sequence_vae") == "runs/seed2/go_to_object_acted"
    assert set(places.values()) == {"runs/seed2/go_to_object"}


def test_one_agent_sees_the_state_where_it_is_told_and_all_latents_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting = module("encoders.acting")
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(acting, "call", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(acting, "scores_of", lambda rows, name: {"source": 0.5})
    for knows, name in ((True, "masked"), (False, "all")):
        monkeypatch.setattr(acting, "knows_look", lambda bundle, knows=knows: knows)
        found = acting.transfer_of(tmp_path, 3, 100, tmp_path / "agents", one=True)
        assert found == {name: {"source": 0.5}}
        trained, played = calls
        assert trained[0] == "train_agent" and ("--mask-look" in trained) == knows
        assert played[0] == "evaluate_transfer" and tmp_path / "agents" / name in played
        calls.clear()
    assert acting.transfer_of(tmp_path, 3, 100, tmp_path / "agents").keys() == {"all", "masked"}


def test_the_speed_of_a_training_is_that_of_its_usual_entry(tmp_path: Path) -> None:
    seeing = module("encoders.seeing")
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step, speed in enumerate((5.0, 300.0, 310.0, 290.0)):  # the first one warms up
            writer.add_scalar("frames_per_second", speed, step)
    assert seeing.frames_per_second(tmp_path / "run") == 295.0
    with SummaryWriter(str(tmp_path / "fitted")) as writer:
        writer.add_scalar("loss/pixel", 1.0, 0)
    assert seeing.frames_per_second(tmp_path / "fitted") is None


def test_pictures_are_compared_on_frames_that_were_not_learnt_from(tmp_path: Path) -> None:
    seeing = module("encoders.seeing")
    bundle = write_toy_bundle(tmp_path / "encoder")
    found = seeing.pictures_of(bundle, write_toy_dataset(tmp_path / "unseen", 40))
    assert -1 <= found["ssim"] < 0.9 and 0 < found["squared_error"] < 1


def row(recipe: str, seed: int, scores: dict[str, Any], **others: Any) -> str:
    return json.dumps(
        {"recipe": recipe, "seed": seed, "scores": {"go_to_object": scores}, **others}
    )


def test_the_table_reads_the_state_where_it_is_told_and_the_agent_that_goes_with_it(
    tmp_path: Path,
) -> None:
    def acted(agent: str, source: float, ratio: float) -> dict[str, Any]:
        return {agent: {"source": source, **dict.fromkeys(COLORS, ratio)}}

    both = {
        "forecast/bearing/mlp/all_three": 0.1,
        "state_forecast/bearing/mlp/all_three": 0.9,
        "movement/state_role": 0.2,
    }
    alone = {"forecast/bearing/mlp/all_three": 0.3, "movement/state_role": None}
    drawn = {"go_to_object": {"ssim": 0.75}}
    (tmp_path / "rows.jsonl").write_text(
        "\n".join(
            [
                row("ml_vae", 0, both, transfer=acted("masked", 0.9, 0.8), pictures=drawn),
                row("vae", 0, alone, transfer=acted("all", 0.9, 0.4), frames_per_second=310.4),
                row("vae", 1, alone, transfer=acted("all", 0.2, 5.0)),  # it has learnt nothing
            ]
        )
    )
    out = tmp_path / "objectives.md"
    done = run_script(
        STUDY / "report_objectives.py", "--rows", tmp_path / "rows.jsonl", "--out", out
    )
    assert done.returncode == 0, done.stderr
    header, _, *lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in out.read_text().splitlines()
    ]
    vae, ml_vae = (dict(zip(header, line, strict=True)) for line in lines)
    assert (ml_vae["objective"], ml_vae["family"]) == ("ml_vae", "pairs of frames")
    assert ml_vae["forecast: bearing in all_three"] == "0.90"
    assert (ml_vae["ratio in new colours"], ml_vae["SSIM"]) == ("0.80", "0.75")
    assert (vae["objective"], vae["seeds"], vae["SSIM"]) == ("vae", "2", "-")
    assert vae["forecast: bearing in all_three"] == "0.30"
    assert (vae["return"], vae["ratio in new colours"]) == ("0.55", "0.40")
    assert vae["frames a second"] == "310"


@pytest.mark.slow
def test_a_small_study_of_objectives_runs_and_is_not_repeated(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    small = ["--recipes", "fsq", "look_state_qlae", "--seeds", 0, "--num-frames", 1280]
    small += ["--epochs", 0.3, "--quick", "--agent-timesteps", 1024, "--unseen-frames", 100]
    small += ["--out", tmp_path / "runs", "--rows", rows]
    for _ in range(2):
        done = run_script(STUDY / "run_objectives.py", *small)
        assert done.returncode == 0, done.stderr
        found = {each["recipe"]: each for each in map(json.loads, rows.read_text().splitlines())}
        assert found.keys() == {"fsq", "look_state_qlae"}
        assert len(rows.read_text().splitlines()) == 2
    for name, agent in (("fsq", "all"), ("look_state_qlae", "masked")):
        each = found[name]
        assert each["transfer"].keys() == {agent}
        assert 0 <= each["transfer"][agent]["source"] <= 1
        assert -1 < each["pictures"]["go_to_object"]["ssim"] < 1
