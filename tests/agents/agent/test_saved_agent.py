import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
import safetensors
import torch
from gymnasium import spaces
from safetensors.torch import save
from stable_baselines3 import PPO

import toy_tasks  # noqa: F401
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.acting import make_policy
from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.interaction import Interaction
from darla_agents.agent.models import build_for_training
from darla_agents.agent.saved_agent import (
    DESCRIPTION,
    best_evaluation,
    export_zip,
    is_saved,
    load_agent,
    save_agent,
)
from darla_agents.agent.spec import AgentSpec
from darla_agents.agent.weights import WEIGHTS, restore
from darla_agents.worlds.environments import make_vec_env
from toy_encoder import make_toy_bundle

PICTURE = spaces.Box(0, 255, (64, 64, 3), np.uint8)

SMALL = {
    "ppo": {"n_steps": 8, "batch_size": 8, "n_epochs": 1},
    "a2c": {"n_steps": 8},
    "dqn": {"learning_starts": 8, "buffer_size": 64, "batch_size": 8},
    "sac": {"learning_starts": 8, "buffer_size": 64, "batch_size": 8},
    "td3": {"learning_starts": 8, "buffer_size": 64, "batch_size": 8},
}


@pytest.fixture
def bundle(tmp_path):
    torch.set_num_threads(1)
    return str(make_toy_bundle(tmp_path / "encoder"))


def make_spec(algorithm, kind, encoder, **settings):
    settings = settings_for(algorithm, kind, SMALL[algorithm] | settings)
    task = f"Toy/{'Steered' if algorithm in ('sac', 'td3') else 'BrightSide'}-v0"
    return AgentSpec(task, kind, algorithm, "source", 0, encoder, 32, settings)


def train(spec):
    venv = make_vec_env(spec, "source", 2)
    return build_for_training(spec, venv, 0, "cpu").learn(32)


def equal(first, second):
    """Whether two results of get_parameters() hold the same."""
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return set(first) == set(second) and all(equal(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(equal, first, second))
    return first == second


@pytest.fixture
def saved(bundle, tmp_path):
    spec = make_spec("ppo", "latent", bundle)
    model = train(spec)
    save_agent(model, spec, tmp_path / "agent", {"return": 0.5, "success": 1.0})
    return model, spec, tmp_path / "agent"


@pytest.mark.parametrize("algorithm", SMALL)
@pytest.mark.parametrize("kind", ["latent", "pixels", "finetuned"])
def test_an_agent_comes_back_whole(algorithm, kind, bundle, tmp_path):
    spec = make_spec(algorithm, kind, None if kind == "pixels" else bundle)
    model = train(spec)
    save_agent(model, spec, tmp_path / "agent")
    assert sorted(path.name for path in (tmp_path / "agent").iterdir()) == [DESCRIPTION, WEIGHTS]
    agent = load_agent(tmp_path / "agent")
    assert agent.spec == spec
    assert agent.num_timesteps == model.num_timesteps == 32
    assert equal(agent.model.get_parameters(), model.get_parameters())
    observations = make_vec_env(spec, "source", 2, seed=5).reset()
    expected, _ = model.predict(observations, deterministic=True)
    np.testing.assert_array_equal(agent.predict(observations), expected)


def test_what_is_saved_with_an_agent(saved):
    _, spec, folder = saved
    description = json.loads((folder / DESCRIPTION).read_text())
    assert description["spec"] == spec.to_dict()
    assert "darla" in description["versions"]
    assert load_agent(folder).evaluation == {"return": 0.5, "success": 1.0}
    assert is_saved(folder)


def test_a_restored_agent_learns_on_as_the_original_would(saved):
    model, spec, folder = saved
    restored = build_for_training(spec, make_vec_env(spec, "source", 2), 1, "cpu")
    restore(restored, folder)
    for each in (model, restored):
        each.set_env(make_vec_env(spec, "source", 2))
        each.set_random_seed(7)
        each._last_obs = None
        each.learn(32, reset_num_timesteps=False)
    assert restored.num_timesteps == model.num_timesteps == 64
    assert equal(restored.get_parameters(), model.get_parameters())


@pytest.mark.parametrize("algorithm", ["sac", "td3"])
def test_an_agent_with_a_memory_learns_on_as_the_original_would(algorithm, bundle, tmp_path):
    spec = make_spec(algorithm, "latent", bundle)
    model = train(spec)
    save_agent(model, spec, tmp_path)
    restored = build_for_training(spec, make_vec_env(spec, "source", 2), 1, "cpu")
    restore(restored, tmp_path)
    for each in (model, restored):
        each.replay_buffer.reset()  # nobody's is saved
        each.set_env(make_vec_env(spec, "source", 2))
        each.set_random_seed(7)
        each._last_obs = None
        each.learn(200, reset_num_timesteps=False)
    assert equal(restored.get_parameters(), model.get_parameters())
    save_agent(restored, spec, tmp_path)
    if algorithm == "sac":
        assert torch.equal(restored.log_ent_coef, model.log_ent_coef)
        assert torch.equal(load_agent(tmp_path).model.log_ent_coef, model.log_ent_coef)
    observations = make_vec_env(spec, "source", 2, seed=5).reset()
    expected, _ = model.predict(observations, deterministic=True)
    np.testing.assert_array_equal(load_agent(tmp_path).predict(observations), expected)


def test_an_entropy_coefficient_is_saved_by_those_who_adapt_one(bundle, tmp_path):
    spec = make_spec("sac", "latent", bundle, ent_coef=0.1)
    save_agent(train(spec), spec, tmp_path)
    assert load_agent(tmp_path).model.log_ent_coef is None
    for changed, held in (("auto", "no"), (0.1, "a")):
        path = tmp_path / DESCRIPTION
        description = json.loads(path.read_text())
        description["spec"]["settings"]["ent_coef"] = changed
        other = make_spec("sac", "latent", bundle, ent_coef="auto" if held == "a" else 0.1)
        save_agent(train(other), other, tmp_path)
        path.write_text(json.dumps(description))
        with pytest.raises(ValueError, match=r"agent\.safetensors does not fit the agent"):
            load_agent(tmp_path)


@pytest.mark.parametrize("algorithm", SMALL)
def test_layers_of_its_own_stay_what_they_were_in_an_agents_settings(algorithm, bundle, tmp_path):
    layers = {"net_arch": [8]}
    spec = make_spec(algorithm, "latent", bundle, policy_kwargs=layers)
    save_agent(train(spec), spec, tmp_path / "agent")
    assert load_agent(tmp_path / "agent").spec.settings["policy_kwargs"] == {"net_arch": [8]}


def test_loading_leaves_random_numbers_alone(saved):
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    expected = torch.rand(1), np.random.rand()  # noqa: NPY002
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    load_agent(saved[2])
    assert (torch.rand(1), np.random.rand()) == expected  # noqa: NPY002


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", [WEIGHTS, DESCRIPTION])
def test_a_pickle_is_refused_and_not_run(saved, tmp_path, name):
    harm = tmp_path / "harm"
    (saved[2] / name).write_bytes(pickle.dumps(Payload(harm)))
    with pytest.raises(ValueError, match=name):
        load_agent(saved[2])
    assert not harm.exists()


def test_a_torch_file_is_refused(saved, tmp_path):
    harm = tmp_path / "harm"
    torch.save({"policy": Payload(harm)}, saved[2] / WEIGHTS)
    with pytest.raises(ValueError, match=r"agent\.safetensors is damaged"):
        load_agent(saved[2])
    assert not harm.exists()


def test_a_zip_of_stable_baselines3_can_be_exported(saved, tmp_path):
    model, _, folder = saved
    export_zip(load_agent(folder).model, tmp_path / "out" / "agent.zip")
    theirs = PPO.load(tmp_path / "out" / "agent.zip", device="cpu")
    assert equal(theirs.get_parameters(), model.get_parameters())


def test_a_missing_agent_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no agent in"):
        load_agent(tmp_path)


def test_missing_weights_are_said(saved):
    (saved[2] / WEIGHTS).unlink()
    with pytest.raises(FileNotFoundError, match="weights"):
        load_agent(saved[2])


def test_a_cut_off_file_is_refused(saved):
    path = saved[2] / WEIGHTS
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"agent\.safetensors is damaged"):
        load_agent(saved[2])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 99}, "schema 99"),
        ({"spec": {"task": "x"}}, "spec is .* missing required field"),
        ({"spec": None}, "spec is None"),
        ({"evaluation": 3}, "evaluation is 3"),
        ({"action_space": {"type": "discrete"}}, "damaged"),
        ({"observation_space": {"type": "box", "shape": [9], "dtype": "float32", "low": 0,
                                "high": 1}}, "does not fit"),
    ],
)  # fmt: skip
def test_descriptions_that_do_not_fit_are_refused(saved, changes, message):
    path = saved[2] / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ValueError, match=message) as error:
        load_agent(saved[2])
    assert "agent" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": None}, "spec.task is None"),
        ({"settings": None}, "spec.settings is None"),
        ({"settings": {"evil": 1}}, "unknown setting of ppo 'evil'"),
        ({"settings": {"n_steps": 10**12}}, "n_steps is 1000000000000"),
        ({"settings": {"device": "cuda"}}, "unknown setting of ppo 'device'"),
        ({"settings": {"policy_kwargs": {"net_arch": [4096] * 16}}}, "weights; expected at most"),
        ({"latent_options": None}, "latent_options is None"),
        ({"latent_options": {"masked": "x"}}, "masked is 'x'"),
        ({"algorithm": "__class__"}, "unknown algorithm"),
        ({"seed": -1}, "spec.seed is -1"),
    ],
)
def test_specs_that_nobody_wrote_are_refused(saved, changes, message):
    path = saved[2] / DESCRIPTION
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "spec": {**held["spec"], **changes}}))
    with pytest.raises(ValueError, match=message) as error:
        load_agent(saved[2])
    assert "\n" not in str(error.value) and str(path) in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: None, "expected `object`, got `null`"),
        (lambda state: {**state, "counters": {"predict": 1}}, None),
        (lambda state: {**state, "counters": {"num_timesteps": "9"}}, "num_timesteps is '9'"),
        (lambda state: {"optimizers": state["optimizers"]}, "missing required field `counters`"),
        (lambda state: {**state, "optimizers": None}, "optimizers is None"),
        (lambda state: {**state, "optimizers": {}}, "does not fit"),
        (lambda state: in_group(state, lr="fast"), "has other settings"),
        (lambda state: in_group(state, evil=1), "has other settings"),
    ],
)
def test_states_that_nobody_wrote_are_refused(saved, change, message):
    path = saved[2] / WEIGHTS
    with safetensors.safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        state = json.loads(file.metadata()["state"])
    path.write_bytes(save(tensors, metadata={"state": json.dumps(change(state))}))
    if message is None:  # what is no counter is never looked at
        assert callable(load_agent(saved[2]).model.predict)
        return
    with pytest.raises(ValueError, match=message) as error:
        load_agent(saved[2])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(saved, value):
    path = saved[2] / WEIGHTS
    with safetensors.safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    tensors["policy/action_net.bias"][0] = value
    path.write_bytes(save(tensors, metadata=metadata))
    said = r"agent\.safetensors is damaged: policy/action_net\.bias holds NaN or infinity; train"
    with pytest.raises(ValueError, match=said):
        load_agent(saved[2])


def in_group(state, **changes):
    state["optimizers"]["policy.optimizer"]["param_groups"][0].update(changes)
    return state


def test_deep_descriptions_are_refused(saved):
    (saved[2] / DESCRIPTION).write_text("[" * 100_000)
    with pytest.raises(ValueError, match="nested too deep"):
        load_agent(saved[2])


def test_an_evaluation_belongs_to_the_weights_beside_it(saved):
    model, spec, folder = saved
    save_agent(model, spec, folder, {"return": 1.0})
    description = (folder / DESCRIPTION).read_text()
    save_agent(model, spec, folder, {"return": 2.0})
    (folder / DESCRIPTION).write_text(description)  # as if it had been killed in between
    assert load_agent(folder).evaluation == best_evaluation(folder) == {"return": 2.0}


def test_another_json_file_is_no_agent(saved):
    (saved[2] / DESCRIPTION).write_text("[]")
    with pytest.raises(ValueError, match="does not describe an agent"):
        load_agent(saved[2])


def test_an_agent_acts_on_frames(saved, bundle):
    _, spec, folder = saved
    frames = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    actions = make_policy(folder, PICTURE)(frames, [{}, {}, {}])
    venv = make_vec_env(spec, "source", 1)
    expected = load_agent(folder).predict(venv.transform(frames))
    np.testing.assert_array_equal(actions, expected)


def test_a_pixel_agent_acts_on_frames_of_any_size(tmp_path):
    spec = make_spec("ppo", "pixels", None)
    save_agent(train(spec), spec, tmp_path / "agent")
    policy = make_policy(tmp_path / "agent", PICTURE)
    frames = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    large = frames.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(policy(frames, []), policy(large, []))
    assert policy(frames, []).shape == (3,)


def test_an_agent_on_frames_repeats_its_actions_and_stacks_what_it_acts_on(bundle, tmp_path):
    interaction = Interaction(frame_stack=2, action_repeat=2)
    spec = replace(make_spec("ppo", "latent", bundle), interaction=interaction)
    model = train(spec)
    for name, weight in model.policy.named_parameters():
        if name.startswith("action_net"):
            weight.data.mul_(300.0)
    save_agent(model, spec, tmp_path / "agent")
    frames = np.random.default_rng(0).integers(0, 256, (7, 2, 64, 64, 3), dtype=np.uint8)
    policy = make_policy(tmp_path / "agent", PICTURE)
    policy.begin([0, 1])
    actions = []
    for step, shown in enumerate(frames):
        if step == 3:
            policy.begin([1])  # its episode ended within a repetition
        actions.append(policy(shown, [{}, {}]))
    latents = LatentTransform(bundle)(frames.reshape(-1, 64, 64, 3)).reshape(7, 2, -1)
    none = np.zeros_like(latents[0, 0])
    left, right = latents[:, 0], latents[:, 1]
    seen = [  # what each environment's agent acts on: the picture before, and the step
        [(none, 0)] * 2 + [(left[0], 2)] * 2 + [(left[2], 4)] * 2 + [(left[4], 6)],
        [(none, 0)] * 2 + [(right[0], 2)] + [(none, 3)] * 2 + [(right[3], 5)] * 2,
    ]
    for row, moments in enumerate(seen):
        stacked = [np.concatenate([before, latents[now, row]]) for before, now in moments]
        expected = load_agent(tmp_path / "agent").predict(np.stack(stacked))
        assert [action[row] for action in actions] == expected.tolist()


def test_an_agent_on_factors_cannot_act_on_frames(tmp_path):
    spec = AgentSpec("Darla/GoToObject-v0", "factors", "ppo", "source", 0, None, 8, {})
    spec = replace(spec, settings=settings_for("ppo", "factors", SMALL["ppo"]))
    venv = make_vec_env(spec, "source", 1)
    save_agent(build_for_training(spec, venv, 0, "cpu"), spec, tmp_path / "agent")
    venv.close()
    with pytest.raises(ValueError, match="cannot act on pictures"):
        make_policy(tmp_path / "agent", PICTURE)
