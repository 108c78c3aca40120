"""Agents whose encoder is trained further with their policy, from training to evaluation."""

import json
import shutil

import numpy as np
import pytest
import torch
from gymnasium import spaces
from safetensors.torch import load_file
from stable_baselines3 import PPO

import toy_tasks  # noqa: F401
from darla.encoder.bundle import load_encoder, save_bundle
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.acting import make_policy
from darla_agents.agent.saved_agent import DESCRIPTION, export_zip, load_agent
from darla_agents.learning import train
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.players import find_players
from darla_agents.playing.watch import WatchConfig, watch
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_encoder import DEAD, make_toy_bundle

PICTURE = spaces.Box(0, 255, (64, 64, 3), np.uint8)
FRAMES = np.random.default_rng(0).integers(0, 256, (50, 64, 64, 3), dtype=np.uint8)
SMALL = FRAMES[:, :32, :32]  # the size that the bundle's encoder takes, and that agents see


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a bundle, a copy of it, and the run of an agent that started from it."""
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("finetuned")
    make_toy_bundle(path / "encoder")
    shutil.copytree(path / "encoder", path / "before")
    train_agent(make_config(path))
    return path


def make_config(folder, **changes):
    values = {
        "task": "toy_tasks:Toy/BrightSide-v0",
        "kind": "finetuned",
        "encoder": folder / "encoder",
        "total_timesteps": 64,
        "num_envs": 2,
        "out": folder / "run",
        "settings": ("n_steps=8", "batch_size=16", "n_epochs=2"),
        "eval_freq": 32,
        "eval_episodes": 2,
        "checkpoint_freq": 32,
        "progress": False,
    }
    return TrainAgentConfig(**(values | changes))


def logits(model):
    """What decides the actions of a policy in SMALL."""
    observations, _ = model.policy.obs_to_tensor(SMALL)
    with torch.no_grad():
        return model.policy.get_distribution(observations).distribution.logits.numpy()


def extractor_of(run):
    return load_agent(run).model.policy.features_extractor


def test_training_changes_the_encoder_and_not_its_bundle(folder):
    for name in ("config.json", "model.safetensors"):
        before, after = ((folder / each / name).read_bytes() for each in ("before", "encoder"))
        assert before == after
    own = extractor_of(folder / "run").network.state_dict()
    weights = load_file(folder / "encoder" / "model.safetensors")
    changed = {name: not torch.equal(own[name], weights[f"encoder.{name}"]) for name in own}
    assert all(changed.values())


@pytest.mark.parametrize("options", [{}, {"standardize": False}, {"zero_dead": False}])
def test_it_begins_with_the_latents_that_an_agent_on_latents_sees(folder, tmp_path, options):
    untaught = ("n_steps=8", "batch_size=16", "n_epochs=1", "learning_rate=0.0")
    config = make_config(folder, out=tmp_path / "run", settings=untaught, **options)
    extractor = extractor_of(train_agent(config))
    with torch.no_grad():
        features = extractor(torch.from_numpy(SMALL).permute(0, 3, 1, 2)).numpy()
    latents = LatentTransform(folder / "encoder", LatentOptions.from_dict(options))(SMALL)
    np.testing.assert_allclose(features, latents, atol=1e-4)
    assert (features[:, DEAD] == 0).all() == options.get("zero_dead", True)


def test_look_and_still_latents_are_hidden(folder):
    encoder = load_encoder(folder / "encoder")
    knowing = {**encoder.config, "latent_roles": {"look": [1], "state": [0, 2, 3]}}
    save_bundle(
        folder / "knowing",
        encoder.encoder,
        encoder.decoder,
        encoder.statistics,
        encoder.reference_frames,
        knowing,
    )
    config = make_config(folder, encoder=folder / "knowing", out=folder / "look", mask_look=True)
    scale = extractor_of(train_agent(config)).scale
    assert np.flatnonzero(scale == 0).tolist() == [1, DEAD]
    config = make_config(folder, out=folder / "still", mask_still=1e-9)
    assert load_agent(train_agent(config)).spec.latent_options.masked == ()


def test_a_saved_agent_acts_as_it_did_when_it_was_trained(folder, monkeypatch):
    config, last = make_config(folder, out=folder / "again"), {}
    save = train.save_agent

    def note(model, spec, path, *rest):
        last["logits"] = logits(model)
        save(model, spec, path, *rest)

    monkeypatch.setattr(train, "save_agent", note)
    run = train_agent(config)
    assert last["logits"].std(axis=0).min() > 1e-4
    np.testing.assert_array_equal(logits(load_agent(run).model), last["logits"])
    chosen = make_policy(run, spaces.Box(0, 255, (32, 32, 3), np.uint8))(SMALL, [])
    np.testing.assert_array_equal(chosen, last["logits"].argmax(axis=1))


def test_an_agent_needs_its_bundle_no_more(folder, tmp_path):
    shutil.copytree(folder / "run", tmp_path / "run")
    shutil.copytree(folder / "before", tmp_path / "encoder")
    (player,) = find_players([tmp_path / "run"])
    description = json.loads((tmp_path / "run" / DESCRIPTION).read_text())
    description["spec"]["encoder"] = str(tmp_path / "gone")
    (tmp_path / "run" / DESCRIPTION).write_text(json.dumps(description))
    assert find_players([tmp_path / "run"])[0].name == player.name
    done = evaluate_transfer(
        EvaluateTransferConfig(
            agents=(tmp_path / "run",),
            out=tmp_path / "rows.csv",
            episodes=2,
            random_episodes=2,
            device="cpu",
            progress=False,
        )
    )
    assert done.played == 4


def test_it_can_be_exported(folder, tmp_path):
    model = load_agent(folder / "run").model
    export_zip(model, tmp_path / "agent.zip")
    theirs = PPO.load(tmp_path / "agent.zip", device="cpu")
    np.testing.assert_array_equal(logits(theirs), logits(model))


@pytest.mark.parametrize("network", [None, {"image_shape": [32, 32, 3]}, "deep", 5])
def test_a_description_without_the_encoders_shape_is_refused(folder, tmp_path, network):
    shutil.copytree(folder / "run", tmp_path / "run")
    description = json.loads((tmp_path / "run" / DESCRIPTION).read_text())
    (tmp_path / "run" / DESCRIPTION).write_text(
        json.dumps(description | {"encoder_network": network})
    )
    with pytest.raises(ValueError, match=r"encoder_network"):
        load_agent(tmp_path / "run")


def test_it_can_be_watched(folder, tmp_path):
    config = make_config(folder, task=GO_TO_OBJECT, out=folder / "rooms", threads=1)
    run = train_agent(config)
    video = WatchConfig(agent=run, domains=("source",), steps=3, out=tmp_path / "a.gif")
    assert watch(video).stat().st_size > 0


def test_pictures_beside_other_entries_are_refused(folder):
    config = make_config(folder, task="toy_tasks:Toy/Dict-v0", out=folder / "dict")
    with pytest.raises(ValueError, match=r"sees one picture and nothing else, .* shows Dict"):
        train_agent(config)
    assert not (folder / "dict").exists()
