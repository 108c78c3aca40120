"""Trainings that were killed, or are finished, and are begun again by the same command."""

import json
from dataclasses import replace

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from darla_agents.agent.interaction import PLAIN
from darla_agents.agent.saved_agent import is_saved, load_agent, save_agent
from darla_agents.agent.weights import WEIGHTS
from darla_agents.learning import train
from darla_agents.learning.run_folder import RunFolder
from darla_agents.learning.train import train_agent
from darla_agents.worlds.environments import make_vec_env
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_encoder import make_toy_bundle
from toy_sinks import toy_tracker
from toy_training import SETTINGS, kill_at_the_end, make_config


@pytest.fixture
def folder(tmp_path):
    make_toy_bundle(tmp_path / "encoder")
    return tmp_path


def test_a_finished_run_is_left_alone(folder, capsys):
    config = make_config(folder)
    before = (train_agent(config) / WEIGHTS).stat().st_mtime_ns
    train_agent(replace(config, device="cpu", eval_freq=7))
    assert "is finished" in capsys.readouterr().out
    assert (folder / "run" / WEIGHTS).stat().st_mtime_ns == before


@pytest.mark.parametrize("algorithm", SETTINGS)
def test_a_killed_run_continues(folder, algorithm, monkeypatch, capsys):
    config = make_config(folder, "latent", algorithm)
    kill_at_the_end(config, monkeypatch)
    assert not is_saved(config.out)
    checkpoints = list((config.out / "checkpoints").iterdir())
    assert [load_agent(path).num_timesteps for path in checkpoints] == [32]
    run = train_agent(config)
    said = capsys.readouterr().out
    assert "continues after 32 steps" in said
    assert ("memory starts empty" in said) == (algorithm == "dqn")
    assert load_agent(run).num_timesteps == 64
    points = EventAccumulator(str(run / "tensorboard"))
    points.Reload()
    assert [point.step for point in points.Scalars("eval/source/return")] == [32, 64]


@pytest.mark.parametrize("changes", [{"augmentation": "color"}, {"kind": "finetuned"}])
def test_agents_on_pictures_continue_as_what_they_were(folder, monkeypatch, changes):
    config = make_config(folder, **changes)
    kill_at_the_end(config, monkeypatch)
    if "augmentation" in changes:
        with pytest.raises(ValueError, match="augmentation=color, not none"):
            train_agent(replace(config, augmentation="none"))
    checkpoint = RunFolder(config.out).checkpoints()[0]
    before = load_agent(checkpoint).model.policy.state_dict()
    agent = load_agent(train_agent(config))
    assert agent.num_timesteps == 64
    assert agent.spec == load_agent(checkpoint).spec
    after = agent.model.policy.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_a_run_from_before_there_were_some_of_the_options_goes_on(folder, monkeypatch):
    config = make_config(folder)
    kill_at_the_end(config, monkeypatch)
    values = json.loads((config.out / "run.json").read_text())
    for name in ("augmentation", "label", "picture_size", "frame_stack", "reward_scale", "key"):
        del values["config"][name]
    (config.out / "run.json").write_text(json.dumps(values))
    for path in config.out.rglob("agent.json"):
        description = json.loads(path.read_text())
        for name in ("augmentation", "label", "interaction"):
            del description["spec"][name]
        del description["encoder_network"]
        path.write_text(json.dumps(description))
    with pytest.raises(ValueError, match="augmentation=none, not color"):
        train_agent(replace(config, augmentation="color"))
    with pytest.raises(ValueError, match="frame_stack=1, not 2"):
        train_agent(replace(config, frame_stack=2))
    agent = load_agent(train_agent(config))
    assert agent.num_timesteps == 64 and agent.spec.interaction == PLAIN
    assert load_agent(train_agent(config)).spec == agent.spec  # it is finished, and said to be


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_a_continued_run_keeps_its_rendering(folder, monkeypatch, rendering):
    config = make_config(folder, "factors", task=GO_TO_OBJECT, rendering=rendering)
    kill_at_the_end(config, monkeypatch)
    other = {"batched": "stock", "stock": "batched"}[rendering]
    with pytest.raises(ValueError, match=f"rendering={rendering}, not {other}"):
        train_agent(replace(config, rendering=other))
    assert load_agent(train_agent(config)).num_timesteps == 64


def test_a_run_from_before_there_was_a_choice_goes_on_with_stock_rendering(
    folder, monkeypatch, capsys
):
    config = make_config(folder, "factors", task=GO_TO_OBJECT, rendering="stock")
    kill_at_the_end(config, monkeypatch)
    record = config.out / "run.json"
    values = json.loads(record.read_text())
    del values["config"]["rendering"]
    record.write_text(json.dumps(values))
    used = []

    def note(*arguments, **options):
        used.append(options["rendering"])
        return make_vec_env(*arguments, **options)

    monkeypatch.setattr(train, "make_vec_env", note)
    assert load_agent(train_agent(replace(config, rendering="batched"))).num_timesteps == 64
    assert used == ["stock"]
    assert "began with stock rendering, and keeps it" in capsys.readouterr().out


def test_a_continued_run_does_not_forget_its_best_agent(folder, monkeypatch):
    config = make_config(folder)
    kill_at_the_end(config, monkeypatch)
    best = load_agent(config.out / "best")
    save_agent(best.model, best.spec, config.out / "best", {"return": 100.0, "success": 1.0})
    assert load_agent(train_agent(config) / "best").evaluation["return"] == 100.0


def test_another_configuration_in_the_same_folder_is_refused(folder, monkeypatch):
    config = make_config(folder)
    kill_at_the_end(config, monkeypatch)
    with pytest.raises(ValueError, match="seed=0, not 1"):
        train_agent(replace(config, seed=1))


def test_a_continued_run_is_the_same_run_of_a_tracker(folder, monkeypatch):
    config = make_config(folder, tracker="toy")
    with toy_tracker() as toy:
        kill_at_the_end(config, monkeypatch)  # after step 64; its checkpoint is of step 32
        train_agent(config)
    assert toy.opened == [("run0", False), ("run0", True)]
    assert toy.ended == [("run0", False), ("run0", True)]
    assert [step for step, _ in toy.scalars()["eval/source/return"]] == [32, 64]
