"""Damage and wrong command lines in small; ``scripts/tools/torture.py`` tries many more."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import toy_tasks  # noqa: F401 (registers)
from damage import judging, mutations
from damage.readers import ACCEPTED, CLEAN, HANG, LINES, TRACEBACK, outcome, try_mutations
from damage.samples import Samples
from darla_agents.playing.rows import RowWriter
from toy_agents import begin_run, make_toy_agent
from toy_commands import ROOT
from toy_frames import write_toy_bundle, write_toy_dataset
from toy_rows import agent_rows


@pytest.fixture
def samples(tmp_path: Path) -> Samples:
    made = Samples(tmp_path / "samples")
    write_toy_dataset(made.frames, 40)
    write_toy_bundle(made.bundle)
    begin_run(made.vision)
    begin_run(made.agent)
    make_toy_agent(made.agent)
    with RowWriter(made.rows) as writer:
        for row in agent_rows("pixels", 0, {"source": 0.8, "new_wall": 0.2}):
            writer.append(row)
    return made


def test_damaged_files_end_in_one_line_or_are_right(
    samples: Samples, capsys: pytest.CaptureFixture[str]
) -> None:
    found = try_mutations(samples, 99, seed=1)
    endings = sum(found.values(), Counter())
    assert set(endings) <= {ACCEPTED, CLEAN}, capsys.readouterr().out
    assert endings[CLEAN] > 40


def test_what_would_be_found_is_told_apart() -> None:
    def fail(error: Exception) -> None:
        raise error

    assert outcome(lambda: None)[0] == ACCEPTED
    assert outcome(lambda: fail(ValueError("no")))[0] == CLEAN
    assert outcome(lambda: fail(ValueError("two\nlines")))[0] == LINES
    assert outcome(lambda: fail(KeyError("counters")))[0] == TRACEBACK
    assert outcome(lambda: fail(TimeoutError()))[0] == HANG


@pytest.mark.parametrize(
    ("shell", "ending"),
    [
        ("exit 0", "exit code 0"),
        ("echo 'error: no' >&2; exit 2", "one line"),
        ("echo 'error: no' >&2; echo 'error: no' >&2; exit 2", "exit code 2, 2 lines"),
        ("echo 'Traceback (most recent call last)' >&2; exit 0", "traceback"),
        ("kill -9 $$", "killed"),
        ("sleep 60", "hang"),
    ],
)
def test_how_commands_end_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, shell: str, ending: str
) -> None:
    monkeypatch.setattr(judging, "LONGEST", 1.0)
    found: Counter[str] = Counter()
    judging.judge_text(found, judging.start(["sh", "-c", shell]), "a command")
    assert found == {ending: 1}


def test_the_same_seed_makes_the_same_damage(samples: Samples) -> None:

    said = []
    for _ in range(2):
        copy = samples.agent / "copy.json"
        copy.write_bytes((samples.agent / "agent.json").read_bytes())
        said.append((mutations.mutate_json(copy, np.random.default_rng(3)), copy.read_text()))
    assert said[0] == said[1]


@pytest.mark.slow
def test_nothing_breaks(tmp_path: Path) -> None:
    many = {"mutations": 500, "command-lines": 200, "kills": 8, "pairs": 4, "deaths": 6}
    few = {"disks": 5, "steps": 500_000}
    options = [f"--{name}={count}" for name, count in {**many, **few}.items()]
    command = [sys.executable, str(ROOT / "scripts/tools/torture.py"), *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "\n0 ended badly" in done.stdout
    for name in many:
        assert f"\n| {name.replace('-', ' ').replace('mutations', 'damaged files')} " in done.stdout
