"""The transfer study: its agents can be made, and a small one runs, continues and reports."""

import gzip
import importlib
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import tyro

from darla.encoder.shipped_encoders import bundle_folder
from darla.running.exclusive import exclusive
from darla_agents.comparison.scores import score_tasks
from darla_agents.learning.config import TrainAgentConfig, make_spec
from darla_agents.playing.rows import read_rows
from darla_envs.suites import suite_of
from toy_commands import run_script
from toy_processes import wait_until
from toy_rows import agent_rows, random_rows

STUDIES = Path(__file__).parents[2] / "scripts/studies"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(STUDIES / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


@pytest.fixture
def small(tmp_path: Path) -> list[object]:
    """Options of a study of a few agents that hardly learn, on the encoder that ships."""
    for seed in range(3):
        for recipe in ("darla", "beta_vae_beta_4"):
            folder = tmp_path / f"encoders/seed{seed}/{recipe}/encoder"
            shutil.copytree(bundle_folder("rooms"), folder)
    options: list[object] = ["--total-timesteps", 1024, "--episodes", 2, "--most-seeds", 1]
    options += ["--validation-episodes", 3]
    options += ["--encoders", tmp_path / "encoders", "--out", tmp_path / "runs"]
    return [*options, "--results", tmp_path / "results"]


@pytest.mark.slow
def test_the_random_policy_plays_wherever_agents_do(
    tmp_path: Path, small: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(STUDIES))
    results_of = importlib.import_module("transfer.results").Results
    task = "Darla/GoToObject-v0"
    done = run("run_transfer.py", *small, "--agents", "factors")
    assert done.returncode == 0, done.stderr
    known = results_of(tmp_path / "results", task)
    assert known.has_random(["source", "all_three"]) and not known.has_random(["source_pairs"])
    done = run("run_transfer.py", *small, "--agents", "darla_mask_pairs")  # which learns in it
    assert done.returncode == 0, done.stderr
    assert results_of(tmp_path / "results", task).has_random(["source", "source_pairs"])


@pytest.mark.slow
def test_a_small_study_runs_and_is_not_repeated(tmp_path: Path, small: list[object]) -> None:
    agents = ["--agents", "darla_mask", "factors"]
    done = run("run_transfer.py", *small, *agents)
    assert done.returncode == 0, done.stderr
    rows = read_rows(tmp_path / "results/GoToObject.csv.gz")
    played = {(row.kind, row.agent_seed) for row in rows if row.kind != "random"}
    often = Counter((row.kind, row.domain) for row in rows)
    assert [often[label, "validation"] for label in agents[1:]] == [3, 0]  # not an option
    assert [often[label, "all_three"] for label in agents[1:]] == [2, 2]
    assert played == {(label, 0) for label in agents[1:]}
    curves = gzip.decompress((tmp_path / "results/GoToObject_curves.csv.gz").read_bytes()).decode()
    assert all(f"{label},{label},0,all_three," in curves for label in agents[1:])
    path = tmp_path / "results/GoToObject.csv.gz"
    known = [row for row in rows if (row.kind, row.domain) != ("factors", "all_three")]
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    left = [line for line in lines if not (",factors," in line and ",all_three," in line)]
    path.write_bytes(gzip.compress(("\n".join(left) + "\n").encode()))
    assert read_rows(path) == known != rows  # as if the domain were new
    more = run("run_transfer.py", *small, *agents)
    assert more.returncode == 0, more.stderr
    assert sorted(read_rows(path), key=repr) == sorted(rows, key=repr)
    rows = read_rows(path)
    shutil.rmtree(tmp_path / "runs")  # what has rows is not trained again
    again = run("run_transfer.py", *small, *agents)
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / "runs").exists()
    assert read_rows(tmp_path / "results/GoToObject.csv.gz") == rows


def test_agents_end_with_the_study_that_began_them(tmp_path: Path, small: list[object]) -> None:
    command = [sys.executable, str(STUDIES / "run_transfer.py"), *map(str, small)]
    command += ["--agents", "factors", "--total-timesteps", "100000000"]
    agent = tmp_path / "runs/GoToObject/factors/s0"
    with subprocess.Popen(command) as study:
        try:
            wait_until((agent / "run.json").exists, seconds=120)
            assert being_written(agent)
            study.terminate()
            assert study.wait(timeout=60) == 128 + signal.SIGTERM
        finally:
            study.kill()
    wait_until(lambda: not being_written(agent), seconds=30)
    assert not (agent / "agent.json").exists()


def being_written(folder: Path) -> bool:
    try:
        with exclusive(folder):
            return False
    except ValueError:
        return True


def test_every_agent_of_the_ladder_can_be_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDIES))
    ladder = importlib.import_module("transfer.ladder")
    recipes = importlib.import_module("encoders.recipes").RECIPES
    for task, entries in ladder.LADDER.items():
        for label, entry in entries.items():
            assert entry.recipe in {None, "dae", "supervised", *recipes}
            arguments = ["--task", task, "--kind", entry.kind, "--label", label, *entry.options]
            config = tyro.cli(TrainAgentConfig, args=arguments)
            spec = make_spec(replace(config, algorithm=entry.algorithm))
            assert spec.shown_kind == label
            assert spec.domain in suite_of(task).domains()
        assert set(ladder.WATCHED[task]) <= set(suite_of(task).targets())
        assert set(ladder.COLORS[task]) <= set(suite_of(task).targets())


def test_the_report_comes_from_the_rows_alone(tmp_path: Path) -> None:
    shutil.copy(STUDIES / "go_to_object/transfer.csv.gz", tmp_path / "GoToObject.csv.gz")
    shutil.copy(STUDIES / "transfer/GoToObject_coverage.json", tmp_path)
    done = run_script(STUDIES / "report_transfer.py", "--results", tmp_path, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "GoToObject.md").read_text()
    agents, targets = cells_below(text, "# Darla/GoToObject-v0"), cells_below(text, "What is new")
    assert agents["pixels"][0] == "5"
    # the committed study's own figure: the mean over seeds and the five targets of new colours
    assert agents["pixels"][3].startswith("0.24 [")
    new = {name: cells[0] for name, cells in targets.items()}
    assert [new[name] for name in ("new_wall", "all_three")] == ["OOD1", "OOD1"]
    assert [new[name] for name in ("textured", "unseen_colors")] == ["OOD2", "OOD2"]
    assert {cells[1] for name, cells in targets.items() if name.startswith("new")} == {"-"}
    assert cells_below(text, "Transfer ratio to each")["pixels"][0].startswith("0.82 [")
    assert {"GoToObject_ratios.png", "GoToObject_profiles.png"} <= {
        path.name for path in tmp_path.iterdir()
    }


def cells_below(text: str, beginning: str, header: bool = False) -> dict[str, list[str]]:
    """Return the cells of the first table below a line, by the first cell of each row."""
    _, table, *_ = text[text.index(beginning) :].split("\n\n|")
    lines = table.split("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: cells for name, *cells in ([rows[0]] if header else []) + rows[2:]}


def test_unknown_agents_are_refused_with_the_nearest() -> None:
    done = run_script(STUDIES / "run_transfer.py", "--agents", "pixel")
    assert done.returncode == 2
    assert "unknown agent 'pixel'; did you mean 'pixels'?" in done.stderr


def test_the_wrapper_option_is_chosen_in_looks_of_d_u(tmp_path: Path) -> None:
    header = "agent,kind,algorithm,task,source,domain,agent_seed,encoder,total_timesteps,episode,"
    lines = [header + "episode_seed,return,length,success"]
    returns = {  # by agent: in the source, in D_U's looks, in a target
        "random": (0.0, 0.0, 0.0),
        "pixels": (0.6, 0.1, 0.0),
        "darla": (0.9, 0.3, 0.8),
        "darla_mask": (0.8, 0.7, 0.5),
        "factors": (0.9, 0.9, 0.9),
        "pixels_in_all_three": (0.2, 0.2, 0.7),
    }
    for name, values in returns.items():
        source = "all_three" if name.endswith("all_three") else "source"
        algorithm, source, steps = ("", "", 0) if name == "random" else ("ppo", source, 1000)
        for domain, value in zip(("source", "validation", "all_three"), values, strict=True):
            who = f"{name},{name},{algorithm},Darla/GoToObject-v0,{source},{domain},0,,{steps}"
            lines += [f"{who},{episode},{episode},{value},10,1" for episode in range(2)]
    text = "\n".join(lines) + "\n"
    (tmp_path / "GoToObject.csv.gz").write_bytes(gzip.compress(text.encode()))
    done = run_script(STUDIES / "report_transfer.py", "--results", tmp_path, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    report = (tmp_path / "GoToObject.md").read_text()
    assert "(0.90) in the source: pixels (67%), darla_mask (89%)." in report
    options = cells_below(report, "Wrapper options")
    assert list(options) == ["**darla_mask**", "darla"]  # the best first
    assert [cells[1].split()[0] for cells in options.values()] == ["0.70", "0.30"]
    header, returned = cells_below(report, "What is new", header=True).items()
    assert header[1] == ["trained there", "seeds", "pixels", "darla_mask", "factors"]
    assert [cell.split()[0] for cell in returned[1]] == ["0.70", "1", "0.00", "0.50", "0.90"]


def test_options_are_set_against_pixels_where_these_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDIES))
    tables = importlib.import_module("transfer.tables")
    rows = random_rows(dict.fromkeys(("source", "new_floor", "new_wall", "all_three"), 0.0))
    returns = {  # in the source, and in targets
        "pixels": (1.0, 0.9, 0.1, 0.2),
        "darla": (1.0, 1.0, 0.6, 0.2),
    }
    for kind, (source, floor, wall, together) in returns.items():
        for seed in range(3):
            by_seed = 0.02 * seed
            targets = {"new_floor": floor, "new_wall": wall + by_seed, "all_three": together}
            rows += agent_rows(kind, seed, {"source": source, **targets})
    (scores,) = score_tasks(rows)
    lines = tables.rivals_table(scores, ("darla",)).splitlines()[2:]
    cells = {line.split("|")[1].strip(): line.split("|")[3].strip() for line in lines}
    assert list(cells) == ["new_wall", "all_three"]  # pixels keep the rest
    assert cells["new_wall"].startswith("0.62 [") and cells["new_wall"].endswith("] apart")
    assert "apart" not in cells["all_three"]


def test_agents_that_learnt_nothing_have_nothing_to_transfer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(STUDIES))
    tables = importlib.import_module("transfer.tables")
    rows = random_rows({"source": 0.0, "new_wall": 0.0})
    rows += agent_rows("factors", 0, {"source": 0.8, "new_wall": 0.8})
    rows += agent_rows("darla", 0, {"source": 0.8, "new_wall": 0.2})
    rows += agent_rows("darla", 1, {"source": 0.3, "new_wall": 0.3})  # as good anywhere
    (scores,) = score_tasks(rows)
    darla = next(group for group in scores.groups if group.kind == "darla")
    assert tables.nothing_learnt(scores) == [("darla", 1)]
    ratios = tables.ratios_of(scores, darla, ["new_wall"]).ravel()
    assert ratios == pytest.approx([0.25, float("nan")], nan_ok=True)
    assert scores.mean_returns(darla, ["new_wall"]) == pytest.approx([0.2, 0.3])
    said = tables.learnt_too_little(scores, [])
    assert said.endswith("Below 50%, without a transfer ratio: 1 of 2 darla.")
    (scores,) = score_tasks([row for row in rows if row.kind != "factors"])
    assert tables.nothing_learnt(scores) == []  # nobody to compare them with
