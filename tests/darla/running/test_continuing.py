import json

import pytest

from darla.running.continuing import check_same, recorded_config
from darla.running.step_folders import keep_newest, step_folders


def test_a_folder_is_free_holds_a_run_or_something_else(tmp_path):
    assert recorded_config(tmp_path / "new") is None
    assert recorded_config(tmp_path) is None
    (tmp_path / "thesis.tex").touch()
    for place in (tmp_path, tmp_path / "thesis.tex"):
        with pytest.raises(ValueError, match="already holds something else; give another --out"):
            recorded_config(place)
    (tmp_path / "run.json").write_text(json.dumps({"config": {"seed": 1}}))
    assert recorded_config(tmp_path) == {"seed": 1}


def test_all_differences_are_said_with_both_values():
    check_same("x holds a run", {"seed": 1, "more": 2}, {"seed": 1}, "go away")
    with pytest.raises(ValueError, match=r"^x holds a run with seed=1, not 2; b=None, not 0; go$"):
        check_same("x holds a run", {"seed": 1}, {"seed": 2, "b": 0}, "go")


def test_the_newest_steps_are_kept_by_number_and_other_folders_left_alone(tmp_path):
    names = ["step_0000000200", "step_000001000", "step_30", "step_latest", "best"]
    for name in names:
        (tmp_path / name).mkdir()
    assert [path.name for path in step_folders(tmp_path)] == ["step_30", *names[:2]]
    keep_newest(tmp_path, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"step_000001000", "step_latest", "best"}
    assert step_folders(tmp_path / "none") == []
