import json

import pytest

from darla_agents.agent.saved_agent import DESCRIPTION
from darla_agents.agent.weights import WEIGHTS
from darla_agents.learning.run_folder import RunFolder

IDENTITY = {"task": "Toy/BrightSide-v0", "seed": 0}


def put_agent(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).touch()
    (folder / DESCRIPTION).touch()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(json.dumps({"config": IDENTITY}))
    return RunFolder(tmp_path / "run")


def test_a_run_may_start_in_an_empty_folder_and_continue_in_its_own(folder, tmp_path):
    RunFolder(tmp_path / "new").check(IDENTITY)
    (tmp_path / "empty").mkdir()
    RunFolder(tmp_path / "empty").check(IDENTITY)
    folder.check(IDENTITY)


def test_another_run_is_refused(folder):
    with pytest.raises(ValueError, match="holds a run with seed=0, not 1; give another --out"):
        folder.check(IDENTITY | {"seed": 1})


def test_a_run_from_before_there_were_augmentations_and_labels_goes_on(folder):
    folder.check(IDENTITY | {"augmentation": "none", "label": None, "augmentation_share": 1.0})
    with pytest.raises(ValueError, match="augmentation=none, not shift"):
        folder.check(IDENTITY | {"augmentation": "shift", "label": None})


def test_foreign_files_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="already holds something else; give another --out"):
        RunFolder(tmp_path).check(IDENTITY)


def test_a_run_is_finished_when_its_agent_is_whole(folder):
    assert not folder.finished
    (folder.path / WEIGHTS).touch()
    assert not folder.finished
    put_agent(folder.path)
    assert folder.finished


def test_the_newest_whole_checkpoint_counts(folder):
    assert folder.checkpoints() == []
    for step in (900, 10_240, 1_000_000_000):
        put_agent(folder.checkpoint(step))
    (folder.checkpoint(1_000_000_000) / DESCRIPTION).unlink()
    (folder.path / "checkpoints" / "step_x").mkdir()
    assert folder.checkpoints()[0] == folder.checkpoint(10_240)


def test_two_checkpoints_are_kept(folder):
    for step in (1000, 2000, 3000):
        put_agent(folder.checkpoint(step))
    folder.prune()
    assert not folder.checkpoint(1000).exists()
    assert folder.checkpoint(2000).exists()
    assert folder.checkpoints()[0] == folder.checkpoint(3000)
