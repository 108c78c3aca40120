"""Domains of one's own: the same verbs for our tasks and for MiniWorld's environments."""

import sys

import pytest

from darla.running.registry import Registry
from darla_envs import GO_TO_OBJECT
from darla_envs.description import named_domains
from darla_envs.description.domain import Domain, point
from darla_envs.description.domains import (
    domain_names,
    find_domain,
    register_domain,
    target_names,
    whole_domain,
)
from darla_envs.suites import suite_of

MAZE = "MiniWorld-Maze-v0"
LISTS = {
    "listed": f'LISTS = [("{GO_TO_OBJECT}", DUSK), ("{MAZE}", DUSK)]',
    "made": f'def LISTS():\n    return [("{GO_TO_OBJECT}", DUSK), ("{MAZE}", DUSK)]',
}


@pytest.fixture(autouse=True)
def nothing_added(monkeypatch):
    monkeypatch.setattr(named_domains, "_added", {})
    monkeypatch.setattr(named_domains, "_read", set())


@pytest.mark.parametrize("env_id", [GO_TO_OBJECT, MAZE])
def test_one_call_adds_a_domain_which_is_a_target_at_once(env_id):
    before = domain_names(env_id)
    dusk = Domain("dusk", {"floor": point(0.5), "light": point(0.6)})
    register_domain(env_id, dusk)
    assert domain_names(env_id) == [*before, "dusk"]
    assert target_names(env_id)[-1] == "dusk"
    assert find_domain(env_id, "dusk").look["floor"] == point(0.5)
    assert set(whole_domain(env_id, "dusk").look) >= {"floor", "wall", "light"}
    assert suite_of(env_id).has_domain("dusk")


@pytest.mark.parametrize("env_id", [GO_TO_OBJECT, MAZE])
def test_a_domain_that_cannot_be_is_not_added(env_id):
    with pytest.raises(ValueError, match="'flor'"):
        register_domain(env_id, Domain("odd", {"flor": point(0.5)}))
    with pytest.raises(ValueError):
        register_domain(env_id, Domain("odd", {"light": point(3.0)}))
    assert "odd" not in domain_names(env_id)


def test_an_unknown_id_is_said():
    with pytest.raises(ValueError, match="did you mean 'Darla/GoToObject-v0'"):
        register_domain("Darla/GoToObjekt-v0", Domain("dusk"))


@pytest.mark.parametrize("how", LISTS)
def test_another_package_lists_domains_by_an_entry_point(how, tmp_path, monkeypatch):
    (tmp_path / f"dusky_{how}.py").write_text(
        "from darla_envs.description.domain import Domain, point\n"
        f'DUSK = Domain("dusk", {{"light": point(0.6)}})\n{LISTS[how]}\n'
    )
    info = tmp_path / f"dusky_{how}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: dusky-{how}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        f"[darla.domains]\nbroken = no_such_module:DOMAINS\ndusk = dusky_{how}:LISTS\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    others = Registry("list of domains", "darla.domains")
    monkeypatch.setattr(named_domains, "OTHERS", others)
    with pytest.warns(UserWarning, match="the domains of entry point 'broken' are left out"):
        assert "dusk" in target_names(GO_TO_OBJECT)
    assert find_domain(MAZE, "dusk").look == {"light": point(0.6)}
    sys.modules.pop(f"dusky_{how}")


def test_another_package_adds_a_task_by_an_entry_point(tmp_path):
    import subprocess

    (tmp_path / "corridors.py").write_text(
        "from dataclasses import replace\n"
        "from darla_envs.description.tasks import GO_TO_OBJECT, find_task\n"
        'TASK = replace(find_task(GO_TO_OBJECT), task_id="Mine/Far-v0", room_size=(9.0, 4.0))\n'
    )
    info = tmp_path / "corridors-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: corridors\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[darla.tasks]\nMine/Far-v0 = corridors:TASK\nMine/Broken-v0 = corridors:NOTHING\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import gymnasium as gym, darla_envs; "
        "many = gym.make_vec('Mine/Far-v0', 2, domain='d_u'); many.reset(seed=0); "
        "print(many.batch.worlds.task.room_size, 'Mine/Broken-v0' in gym.registry)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "(9.0, 4.0) False", done.stderr
    assert "the task 'Mine/Broken-v0' is left out" in done.stderr
