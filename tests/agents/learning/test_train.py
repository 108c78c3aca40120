import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import toy_tasks  # noqa: F401
from darla_agents.agent.augmentations import AUGMENTATIONS
from darla_agents.agent.saved_agent import is_saved, load_agent
from darla_agents.agent.weights import WEIGHTS
from darla_agents.learning.train import train_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_envs.description.domains import target_names
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_alarms import make_toy_alarm
from toy_encoder import make_toy_bundle
from toy_sinks import scalars_of, toy_tracker
from toy_training import SETTINGS, make_config


@pytest.fixture
def folder(tmp_path):
    make_toy_bundle(tmp_path / "encoder")
    return tmp_path


def tags(run):
    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    return set(events.Tags()["scalars"])


def curve(run, tag):
    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    return np.array([(point.step, point.value) for point in events.Scalars(tag)])


@pytest.mark.parametrize("algorithm", SETTINGS)
def test_every_kind_leaves_the_same_files_and_tags(folder, algorithm):
    seen = {}
    for kind in ("pixels", "latent", "random_encoder", "finetuned"):
        config = make_config(
            folder, kind, algorithm, out=folder / kind, eval_domains=("new_floor",)
        )
        run = train_agent(config)
        assert load_agent(run).num_timesteps == 64
        assert load_agent(run / "best").evaluation.keys() == {"return", "success"}
        assert (run / "run.json").is_file()
        seen[kind] = tags(run)
    assert all(tags == seen["pixels"] for tags in seen.values())
    expected = {f"eval/{d}/{q}" for d in ("source", "new_floor") for q in ("return", "success")}
    assert expected | {"rollout/ep_rew_mean", "rollout/success_rate"} <= seen["pixels"]


def test_an_alarm_is_logged_for_each_domain_and_changes_nothing(folder):
    weights = {}
    for name in ("plain", "alarm"):
        config = make_config(folder, "latent", out=folder / name, eval_domains=("new_floor",))
        if name == "alarm":
            alarm = make_toy_alarm(folder / "alarm.json", config.encoder)
            config = replace(config, alarm=alarm, alarm_score="reconstruction")
        run = train_agent(config)
        weights[name] = (run / WEIGHTS).read_bytes()
    assert weights["plain"] == weights["alarm"]
    assert set(curve(run, "eval/source/alarm")[:, 1]) == {1.0}
    assert set(curve(run, "eval/new_floor/alarm")[:, 1]) == {0.0}
    with pytest.raises(ValueError, match="an agent of kind pixels sees none"):
        train_agent(replace(config, kind="pixels", out=folder / "pixels"))
    with pytest.raises(ValueError, match="no alarm is given; name the file"):
        train_agent(replace(config, alarm=None, out=folder / "none"))


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_augmentations_change_what_is_learned_from(folder, augmentation):
    make_toy_bundle(folder / "encoder", roles=True)
    weights = []
    for name in ("none", augmentation):
        config = make_config(folder, out=folder / name, augmentation=name, total_timesteps=16)
        run = train_agent(config)
        spec = load_agent(run).spec
        assert spec.augmentation == name
        assert (spec.encoder is not None) == (name == "repaint")
        weights.append((run / WEIGHTS).read_bytes())
    assert weights[0] != weights[1]


def test_an_agent_that_learnt_from_repainted_pictures_acts_without_the_encoder(folder):
    make_toy_bundle(folder / "encoder", roles=True)
    config = make_config(folder, augmentation="repaint", total_timesteps=16, mask_look=True)
    run = train_agent(config)
    with pytest.raises(ValueError, match="give another --out"):
        train_agent(replace(config, encoder=make_toy_bundle(folder / "other", roles=True)))
    shutil.rmtree(folder / "encoder")
    played = evaluate_transfer(
        EvaluateTransferConfig((run,), ("source",), 2, out=folder / "r.csv", random=False)
    )
    assert played.played == 2
    blind = make_toy_bundle(folder / "blind")
    with pytest.raises(ValueError, match="does not tell apart; take one of look_state_nce"):
        train_agent(replace(config, encoder=blind, out=folder / "again"))


def test_every_target_can_be_watched_by_one_word(folder):
    few = {"task": GO_TO_OBJECT, "total_timesteps": 16, "eval_episodes": 1}
    run = train_agent(make_config(folder, "factors", eval_domains=("targets",), **few))
    returns = {tag.split("/")[1] for tag in tags(run) if tag.endswith("/return")}
    assert returns == {"source", *target_names(GO_TO_OBJECT)}


def test_true_factors_of_a_real_task(folder):
    run = train_agent(make_config(folder, "factors", task=GO_TO_OBJECT))
    assert load_agent(run).num_timesteps == 64


@pytest.mark.parametrize("kind", ["pixels", "latent"])
def test_dict_observations(folder, kind):
    task = "toy_tasks:Toy/Dict-v0"
    run = train_agent(make_config(folder, kind, task=task))
    assert set(load_agent(run).model.observation_space) == {"image", "state"}


def test_an_agent_learns(folder):
    config = make_config(
        folder,
        "latent",
        total_timesteps=2000,
        eval_freq=2000,
        num_envs=4,
        settings=("n_steps=32", "batch_size=32", "n_epochs=4", "learning_rate=1e-3"),
    )
    run = train_agent(config)
    assert load_agent(run / "best").evaluation["return"] > 4.5


def test_the_same_seed_gives_the_same_agent(folder):
    weights = [
        (train_agent(make_config(folder, out=folder / name, seed=seed)) / WEIGHTS).read_bytes()
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    ]
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


@pytest.mark.parametrize("kind", ["pixels", "factors"])
def test_the_same_seed_gives_the_same_agent_in_batched_worlds(folder, kind):
    def train(name, **changes):
        few = {"total_timesteps": 112, "eval_freq": 64, "eval_episodes": 1}
        config = make_config(folder, kind, task=GO_TO_OBJECT, out=folder / name, **few, **changes)
        return (train_agent(config) / WEIGHTS).read_bytes()

    first = train("a", eval_domains=("new_floor", "new_wall"))
    assert first == train("b", threads=1)
    assert first == train("workers", workers=2)
    assert first != train("other", seed=4)


def test_true_factors_are_learned_alike_however_worlds_are_simulated(folder):
    changes = {"task": GO_TO_OBJECT, "total_timesteps": 256, "eval_freq": 128}
    runs = [
        train_agent(make_config(folder, "factors", out=folder / each, rendering=each, **changes))
        for each in ("batched", "stock")
    ]
    assert (runs[0] / WEIGHTS).read_bytes() == (runs[1] / WEIGHTS).read_bytes()
    ours, theirs = (load_agent(run / "best").evaluation for run in runs)
    assert ours == theirs
    assert tags(runs[0]) == tags(runs[1])
    for tag in ("rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/success_rate"):
        np.testing.assert_allclose(*(curve(run, tag) for run in runs), atol=1e-5)


def test_evaluation_does_not_change_what_is_learned(folder):
    often = train_agent(make_config(folder, out=folder / "often", eval_freq=16))
    once = train_agent(make_config(folder, out=folder / "once", eval_freq=64))
    assert (often / WEIGHTS).read_bytes() == (once / WEIGHTS).read_bytes()


def knows_its_look(folder, look, state):
    """Let the bundle of a folder say which latents hold the look."""
    description = folder / "encoder/config.json"
    found = json.loads(description.read_text())
    description.write_text(json.dumps({**found, "latent_roles": {"look": look, "state": state}}))


@pytest.mark.parametrize("treatment", ["mask", "resample"])
def test_directions_to_hide_are_found_among_the_other_latents(folder, treatment):
    knows_its_look(folder, [0], [1, 2, 3])
    how = {"mask_look": True, "mask_directions": 0.5, "look_treatment": treatment}
    run = train_agent(make_config(folder, "latent", **how))
    removed = np.array(load_agent(run).spec.latent_options.removed)
    assert len(removed) and removed.any()
    assert not removed[:, 0].any()


@pytest.mark.parametrize("treatment", ["resample", "repaint", "mask_repaint"])
def test_the_look_moves_while_an_agent_learns_and_not_when_it_is_tested(folder, treatment):
    knows_its_look(folder, [0, 2], [1, 3])
    config = make_config(folder, "latent", mask_look=True, out=folder / "masked")
    moved = replace(config, look_treatment=treatment, out=folder / "moved")
    agents = [load_agent(train_agent(each)) for each in (config, moved)]
    assert agents[1].spec.learning_options.resampled == (0, 2)
    assert bool(agents[1].spec.latent_options.masked) == (treatment == "mask_repaint")
    files = [(folder / name / WEIGHTS).read_bytes() for name in ("masked", "moved")]
    assert files[0] != files[1]
    rows = evaluate_transfer(
        EvaluateTransferConfig(
            (folder / "moved",), ("source",), 2, out=folder / "rows.csv", progress=False
        )
    )
    assert rows.played == 2 + 2  # and as many of the random policy


def test_a_zip_can_be_exported_then_and_later(folder):
    config = make_config(folder, export_zip=folder / "agent.zip")
    run = train_agent(config)
    train_agent(replace(config, export_zip=folder / "later" / "agent.zip"))
    for path in (folder / "agent.zip", folder / "later" / "agent.zip"):
        weights = PPO.load(path, device="cpu").policy.state_dict()
        ours = load_agent(run).model.policy.state_dict()
        assert all(torch.equal(weights[name], ours[name]) for name in ours)


def test_environments_in_worker_processes_learn_the_same(folder):
    here = train_agent(make_config(folder, "latent", out=folder / "here"))
    elsewhere = train_agent(make_config(folder, "latent", out=folder / "elsewhere", workers=2))
    assert (here / WEIGHTS).read_bytes() == (elsewhere / WEIGHTS).read_bytes()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"task": "toy_tasks:Toy/BriteSide-v0"}, ValueError, "did you mean 'Toy/BrightSide-v0'"),
        ({"domain": "sauce"}, ValueError, "unknown domain 'sauce'"),
        ({"eval_domains": ("targets",)}, ValueError, "has no targets that are known by a name"),
        ({"eval_domains": ("new_flor",)}, ValueError, "unknown domain 'new_flor'"),
        ({"settings": ("n_step=8",)}, ValueError, "did you mean 'n_steps'"),
        ({"kind": "latent", "encoder": None}, FileNotFoundError, "no encoder bundle"),
        ({"rendering": "stok"}, ValueError, "unknown rendering 'stok'; did you mean 'stock'"),
        ({"task": GO_TO_OBJECT, "workers": 3}, ValueError, "workers is 3, .* or up to 2"),
        ({"device": "tpu9"}, ValueError, "unknown device"),
        ({"kind": "finetuned", "encoder": None}, FileNotFoundError, "no encoder bundle"),
        ({"augmentation": "colour"}, ValueError, "did you mean 'color'"),
        ({"label": "my agent"}, ValueError, "label is 'my agent'"),
    ],
)
def test_a_mistake_is_said_and_leaves_no_folder(folder, changes, error, message):
    if "encoder" in changes:
        changes = changes | {"encoder": folder / "nowhere"}
    with pytest.raises(error, match=message):
        train_agent(make_config(folder, **changes))
    assert not (folder / "run").exists()


@pytest.mark.parametrize("algorithm", SETTINGS)
def test_a_tracker_is_sent_what_tensorboard_is(folder, algorithm):
    config = make_config(folder, algorithm=algorithm, eval_domains=("new_floor",), tracker="toy")
    with toy_tracker() as toy:
        run = train_agent(config)
    assert toy.ended == [("run0", True)]
    told = toy.runs["run0"]
    assert (told.name, told.group) == (str(run), str(run.parent))
    assert told.config["kind"] == "pixels" and told.config["seed"] == 0
    assert told.config["settings"] == load_agent(run).spec.settings
    expected = scalars_of(run / "tensorboard")
    assert {"eval/source/return", "eval/new_floor/return", "rollout/ep_rew_mean"} <= set(expected)
    assert toy.scalars() == expected


def test_a_tracker_that_fails_does_not_stop_an_agent(folder, capsys):
    with toy_tracker() as toy:
        toy.fails[0] = ConnectionError("the network is down")
        run = train_agent(make_config(folder, tracker="toy"))
    assert is_saved(run)
    assert capsys.readouterr().err.count("the network is down") == 1
    assert [step for step, _ in scalars_of(run / "tensorboard")["eval/source/return"]] == [32, 64]


def test_who_watches_is_told_of_evaluations_and_may_end_the_training(folder):
    told = []

    def watch(step, results):
        told.append((step, set(results), results["source"].keys()))
        if step == 32:
            raise KeyError("enough")

    config = make_config(folder, eval_domains=("new_floor",), eval_freq=16)
    with pytest.raises(KeyError, match="enough"):
        train_agent(config, watch)
    domains, quantities = {"source", "new_floor"}, {"return", "success"}
    assert told == [(step, domains, quantities) for step in (16, 32)]
    train_agent(config, lambda step, results: told.append((step,)))  # goes on where it stands
    assert told[-1] == (64,)
    assert load_agent(folder / "run").num_timesteps == 64
