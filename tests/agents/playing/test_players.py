"""Finding agents on disk, telling them apart, and refusing those that cannot play."""

import json
import re
import shutil
from pathlib import Path

import pytest

import toy_tasks  # noqa: F401  registers the tasks
from darla.environments.looks import Look, Looks
from darla.environments.spec import EnvironmentSpec
from darla_agents.playing.players import find_players, random_player, unfinished_runs
from toy_agents import begin_run, make_toy_agent
from toy_encoder import make_toy_bundle


def names(*folders: Path, deterministic: bool = True) -> list[str]:
    return [player.name for player in find_players(folders, deterministic)]


def readable(*folders: Path) -> list[str]:
    return [name.partition("@")[0] for name in names(*folders)]


def test_agents_are_found_in_their_folder_and_in_folders_above(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agents" / "study" / "one")
    make_toy_agent(tmp_path / "agents" / "two", seed=1)
    assert readable(tmp_path / "agents") == ["one", "two"]
    assert readable(tmp_path / "agents" / "two") == ["two"]
    assert readable(tmp_path / "agents" / "two", tmp_path / "agents") == ["two", "one"]


def test_what_lies_within_a_run_is_taken_only_when_it_is_named(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "agents" / "run")
    make_toy_agent(run)
    make_toy_agent(run / "best", weights=5)
    make_toy_agent(run / "checkpoints" / "step_000000100", weights=6)
    assert readable(tmp_path / "agents") == ["run"]
    assert readable(run / "best") == ["run/best"]
    last = run / "checkpoints" / "step_000000100"
    assert readable(last) == ["run/checkpoints/step_000000100"]


def test_runs_that_have_not_finished_are_left_out_and_told(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "done")
    begun = begin_run(tmp_path / "begun")
    make_toy_agent(begun / "best")
    assert readable(tmp_path) == ["done"]
    assert unfinished_runs([tmp_path]) == [begun]
    with pytest.raises(ValueError, match=r"has not finished training; continue .* or give .*best"):
        find_players([begun])


def test_an_encoder_s_run_is_told_from_an_agent_s(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "vision")
    make_toy_bundle(run / "encoder")
    with pytest.raises(
        ValueError, match=r"is the folder of an encoder's run, .* --encoder .*encoder"
    ):
        find_players([run])


def test_a_name_stands_for_the_weights(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent", weights=1)
    first = names(tmp_path)
    assert names(tmp_path) == first
    make_toy_agent(tmp_path / "agent", weights=2)
    second = names(tmp_path)
    assert second != first
    assert second[0].partition("@")[0] == first[0].partition("@")[0] == "agent"
    assert names(tmp_path, deterministic=False) == [f"{second[0]}+stochastic"]


def test_a_name_stands_for_the_encoder_too(tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agent", kind="latent", encoder=bundle)
    first = names(tmp_path / "agent")
    shutil.rmtree(bundle)
    make_toy_bundle(bundle, size=48)
    assert names(tmp_path / "agent") != first


def test_a_missing_encoder_is_said_with_the_agent_that_needs_it(tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agent", kind="latent", encoder=bundle)
    shutil.rmtree(bundle)
    with pytest.raises(FileNotFoundError) as error:
        find_players([tmp_path / "agent"])
    assert f"agent in {tmp_path / 'agent'} cannot be evaluated" in str(error.value)
    assert f"no encoder bundle at {bundle}" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_damaged_agent_is_refused(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent")
    (tmp_path / "agent" / "agent.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ValueError, match=r"agent\.safetensors"):
        find_players([tmp_path])


def test_folders_without_agents_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere; .*darla train-agent"):
        find_players([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no finished agent in"):
        find_players([tmp_path / "empty"])
    (tmp_path / "file").write_text("hello")
    with pytest.raises(FileNotFoundError, match="no finished agent in"):
        find_players([tmp_path / "file"])


def test_the_random_policy_is_a_player_without_a_folder() -> None:
    player = random_player(EnvironmentSpec("Toy/BrightSide-v0"))
    assert (player.name, player.kind, player.folder) == ("random", "random", None)


def test_an_agent_names_no_module_that_the_user_does_not_trust(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent")
    description = tmp_path / "agent/agent.json"
    task = '"task": "harmful_module:Toy/BrightSide-v0"'
    description.write_text(re.sub(r'"task": "[^"]*"', task, description.read_text()))
    with pytest.raises(ValueError, match="give --trust harmful_module if you know whose it is"):
        find_players([tmp_path])
    assert find_players([tmp_path], trusted=("harmful_module",))


def test_a_wrapper_or_a_function_is_trusted_by_name_alone(tmp_path: Path) -> None:
    # subprocess is imported, and so would be called with what a stranger wrote
    make_toy_agent(tmp_path / "agent")
    path = tmp_path / "agent/agent.json"
    described = json.loads(path.read_text())
    looks = {"domains": {"source": {"wrappers": ["shutil:rmtree('x')"]}}, "unsupervised": None}
    for changes, modules in (
        ({"task": "subprocess:run", "env_kwargs": {"args": "ls"}}, "subprocess"),
        ({"wrappers": ["subprocess:run(shell=True)"]}, "subprocess"),
        ({"wrappers": ["gymnasium.wrappers:RecordVideo('x')"]}, "gymnasium.wrappers"),
        ({"looks": looks}, "shutil"),
        ({"wrappers": ["a:A"], "looks": looks}, "a shutil"),
    ):
        path.write_text(json.dumps({**described, "spec": {**described["spec"], **changes}}))
        with pytest.raises(ValueError, match=f"give --trust {modules} if you know whose") as error:
            find_players([tmp_path])
        assert "\n" not in str(error.value)
        find_players([tmp_path], trusted=modules.split())


def test_a_player_is_taken_to_other_looks_only_where_its_source_is_one(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent")
    (player,) = find_players([tmp_path])
    assert player.in_looks(None) is player
    looks = Looks({"source": Look(), "dark": Look()}, unsupervised=None)
    moved = player.in_looks(looks)
    assert moved.name == player.name
    assert moved.task != player.task
    with pytest.raises(ValueError, match="the looks have no domain 'source', in which the agent"):
        player.in_looks(Looks({"day": Look()}, "day", None))
