"""Optuna's part: what is drawn, continued, ended early and given up, with trials that are told."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darla_agents.sweeping import study as studies
from darla_agents.sweeping.importance import importance
from darla_agents.sweeping.plots import best_so_far
from darla_agents.sweeping.report import write_report
from darla_agents.sweeping.study import JOURNAL, SweepStudy, TrialResult
from darla_agents.sweeping.sweep_file import Sweep, read_sweep
from toy_sweeps import MOVEMENT, PROBE, of_agents, of_encoders

pytest.importorskip("optuna")


@pytest.fixture
def agents(tmp_path: Path) -> Sweep:
    return read_sweep(of_agents(tmp_path))


def near_two(sweep: Sweep, values: Any, folder: Path, watch: Any, progress: bool) -> tuple[float]:
    """Measure settings without training: two stacked frames are good, larger batches better."""
    agent = values["agent"]
    return (agent["frame_stack"] + agent["settings"]["batch_size"] / 100,)


def learning(curve: Callable[[int], list[float]]) -> Any:
    """Return what tells the returns of a trial, by its number, and measures the last."""

    def run(sweep: Sweep, values: Any, folder: Path, watch: Any, progress: bool) -> tuple[float]:
        returns = curve(int(folder.name))
        for index, value in enumerate(returns, start=1):
            watch(16 * index, {"validation": {"return": value}})
        return (returns[-1],)

    return run


def run(sweep: Sweep, out: Path, trials: int, seed: int = 0) -> list[TrialResult]:
    out.mkdir(exist_ok=True)
    study = SweepStudy(sweep, out, seed)
    study.run(trials, progress=False)
    return study.results()


def test_the_same_seed_draws_the_same_trials(agents, tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "run_trial", near_two)
    first = run(agents, tmp_path / "a", 14)
    assert run(agents, tmp_path / "b", 14) == first
    assert run(agents, tmp_path / "c", 14, seed=1) != first
    assert [each.number for each in first] == list(range(14))
    assert {each.drawn["agent.frame_stack"] for each in first} == {1, 2}


def test_after_its_first_trials_it_draws_what_was_good(tmp_path, monkeypatch):
    def measure(sweep: Sweep, values: Any, *_: Any) -> tuple[float]:
        return (-abs(values["vision"]["learning_rate"] - 0.005),)

    monkeypatch.setattr(studies, "run_trial", measure)
    found = run(read_sweep(of_encoders(tmp_path)), tmp_path / "out", 40)
    away = [-each.values[0] for each in found]
    assert sum(away[20:]) < 0.6 * sum(away[:20])


@pytest.mark.parametrize("killed_at", [0, 3, 12])
def test_a_killed_sweep_goes_on_as_if_it_had_not_been(agents, tmp_path, monkeypatch, killed_at):
    whole = SweepStudy(agents, tmp_path, 0)
    monkeypatch.setattr(studies, "run_trial", near_two)
    whole.run(14, progress=False)

    def cut(*given: Any) -> tuple[float]:
        if int(given[2].name) == killed_at:
            raise KeyboardInterrupt
        return near_two(*given)

    monkeypatch.setattr(studies, "run_trial", cut)
    with pytest.raises(KeyboardInterrupt):
        run(agents, tmp_path / "killed", 14)
    journal = tmp_path / "killed" / JOURNAL
    journal.write_bytes(journal.read_bytes() + b'{"op_code":5,"worker')  # half a line
    journal.with_name(f"{JOURNAL}.lock").symlink_to(journal)  # Optuna's own, left by a kill
    monkeypatch.setattr(studies, "run_trial", near_two)
    assert run(agents, tmp_path / "killed", 14) == whole.results()


def test_a_trial_that_was_half_drawn_is_drawn_again(agents, tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "run_trial", near_two)
    whole = run(agents, tmp_path / "a", 12)
    journal = tmp_path / "a" / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    created = [place for place, line in enumerate(lines) if json.loads(line)["op_code"] == 4]
    for more in range(1, 4):  # nothing, one or two settings drawn
        folder = tmp_path / f"cut_{more}"
        folder.mkdir()
        (folder / JOURNAL).write_bytes(b"".join(lines[: created[-1] + more]))
        assert run(agents, folder, 12) == whole


def test_more_trials_follow_those_that_are_there(agents, tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "run_trial", near_two)
    assert len(run(agents, tmp_path / "a", 3)) == 3
    assert run(agents, tmp_path / "a", 6) == run(agents, tmp_path / "b", 6)
    assert len(run(agents, tmp_path / "a", 2)) == 6


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nothing\n", "line 2 is not valid JSON"),
        (b'{"op_code": 12, "worker_id": "a"}\n', "line 2 is damaged: op_code is 12"),
        (b'{"op_code": 5, "worker_id": "a", "trial_id": "x"}\n', "trial_id is 'x'"),
        (b'{"op_code": 4, "worker_id": "a"}\n', "journal.log is damaged"),
    ],
)
def test_a_damaged_journal_is_said_in_one_line(agents, tmp_path, monkeypatch, line, message):
    monkeypatch.setattr(studies, "run_trial", near_two)
    run(agents, tmp_path, 2)
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], line, *lines[1:]]))
    with pytest.raises(ValueError, match=message) as raised:
        run(agents, tmp_path, 3)
    assert "\n" not in str(raised.value)


def test_a_trial_that_falls_behind_is_ended_early(agents, tmp_path, monkeypatch):
    def curve(number: int) -> list[float]:
        return [0.0, 0.1, 0.2, 0.3] if number == 5 else [0.5, 1.0, 1.5, 2.0 + number / 10]

    monkeypatch.setattr(studies, "run_trial", learning(curve))
    found = run(agents, tmp_path, 7)
    assert [each.state for each in found] == ["complete"] * 5 + ["pruned", "complete"]
    assert found[5].seen == {1: 0.0, 2: 0.1}  # the first evaluation ends none
    assert found[5].values is None
    assert found[6].seen == {1: 0.5, 2: 1.0, 3: 1.5, 4: 2.6}
    assert SweepStudy(agents, tmp_path, 0).best()[0].number == 6


def test_without_pruning_all_run_to_their_end(tmp_path, monkeypatch):
    sweep = read_sweep(of_agents(tmp_path, more='pruning = "none"'))
    monkeypatch.setattr(studies, "run_trial", learning(lambda number: [-1.0 * number] * 4))
    assert {each.state for each in run(sweep, tmp_path, 8)} == {"complete"}


def test_what_was_told_before_a_kill_is_not_told_again(agents, tmp_path, monkeypatch):
    def cut(sweep: Sweep, values: Any, folder: Path, watch: Any, progress: bool) -> tuple[float]:
        watch(16, {"validation": {"return": 1.0}})
        raise KeyboardInterrupt

    monkeypatch.setattr(studies, "run_trial", cut)
    with pytest.raises(KeyboardInterrupt):
        run(agents, tmp_path, 1)
    assert SweepStudy(agents, tmp_path, 0).results()[0].state == "running"
    monkeypatch.setattr(studies, "run_trial", learning(lambda number: [9.0, 2.0, 3.0]))
    (found,) = run(agents, tmp_path, 1)
    assert found.seen == {1: 1.0, 2: 2.0, 3: 3.0}
    assert found.values == (3.0,)


def test_a_failed_trial_is_told_and_counted(agents, tmp_path, monkeypatch):
    def fails(*given: Any) -> tuple[float]:
        if int(given[2].name) == 1:
            raise ValueError("the loss is\nNaN")
        return (float("nan"),) if int(given[2].name) == 2 else near_two(*given)

    monkeypatch.setattr(studies, "run_trial", fails)
    found = run(agents, tmp_path, 4)
    assert [each.state for each in found] == ["complete", "failed", "failed", "complete"]
    assert found[1].failure == "the loss is NaN"
    assert "not finite" in found[2].failure


def test_a_sweep_of_failures_gives_up(agents, tmp_path, monkeypatch):
    def fails(*_: Any) -> tuple[float]:
        raise ValueError("nothing works")

    monkeypatch.setattr(studies, "run_trial", fails)
    with pytest.raises(ValueError, match="all 3 trials have failed, the last with: nothing works"):
        run(agents, tmp_path, 10)


def test_what_is_no_fault_of_a_trial_ends_the_sweep_and_is_tried_again(
    agents, tmp_path, monkeypatch
):
    def no_disk(*_: Any) -> tuple[float]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(studies, "run_trial", no_disk)
    with pytest.raises(OSError, match="No space"):
        run(agents, tmp_path, 2)
    monkeypatch.setattr(studies, "run_trial", near_two)
    assert [each.state for each in run(agents, tmp_path, 2)] == ["complete"] * 2


def test_two_measures_have_a_front(tmp_path, monkeypatch):
    sweep = read_sweep(of_encoders(tmp_path, PROBE + MOVEMENT))
    points = [(0.5, 0.5), (0.9, 0.9), (0.4, 0.6), (0.2, 0.1), (0.9, 0.8)]
    monkeypatch.setattr(studies, "run_trial", lambda *given: points[int(given[2].name)])
    study = SweepStudy(sweep, tmp_path, 0)
    study.run(5, progress=False)
    assert {each.number for each in study.best()} == {0, 3, 4}  # the second is to be small


def test_the_setting_that_decides_all_has_all_the_importance(agents, tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "run_trial", near_two)
    study = SweepStudy(agents, tmp_path, 0)
    study.run(3, progress=False)
    assert importance(study.study, 1, list(agents.space), 0) == [{}]
    study.run(20, progress=False)
    (found,) = importance(study.study, 1, list(agents.space), 0)
    assert sum(found.values()) == pytest.approx(1)
    assert found["agent.frame_stack"] > 0.9
    assert importance(study.study, 1, list(agents.space), 0) == [found]


def test_the_best_so_far_of_values():
    assert best_so_far([1.0, 3.0, 2.0, 4.0], "maximize") == [1.0, 3.0, 3.0, 4.0]
    assert best_so_far([1.0, 3.0, 0.5, 4.0], "minimize") == [1.0, 1.0, 0.5, 0.5]


def test_the_report_of_told_trials(agents, tmp_path, monkeypatch):
    def curve(number: int) -> list[float]:
        return [0.0] * 4 if number == 5 else [1.0, 2.0, 3.0, 4.0 + number % 2]

    monkeypatch.setattr(studies, "run_trial", learning(curve))
    study = SweepStudy(agents, tmp_path, 0)
    study.run(8, progress=False)
    report = write_report(agents, study, tmp_path, 0)
    assert [path.name for path in report.pictures] == [
        "history.png",
        "importance.png",
        "parallel.png",
    ]
    assert all(path.stat().st_size > 10_000 for path in report.pictures)
    assert "Trials: 7 complete, 1 pruned." in report.text
    assert "## What matters to the return in validation" in report.text
    assert "Of 7 complete trials: with fewer than 20 these shares say little." in report.text
    assert re.search(r"\| 5 +\| pruned +\| +\|", report.text)
    told = json.loads(report.numbers.read_text())
    assert told["trials"][5]["seen"] == {"1": 0.0, "2": 0.0}
    assert told["best"] == [1]  # the first of those that are alike
