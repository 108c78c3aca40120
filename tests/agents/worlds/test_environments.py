import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3.common.monitor import Monitor

import toy_tasks  # noqa: F401
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import is_batched, make_env, make_vec_env
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.suites import suite_of
from toy_encoder import LATENTS, make_toy_bundle

ROOT = Path(__file__).parents[2]


def make_spec(kind="pixels", task="Toy/BrightSide-v0", encoder=None):
    return AgentSpec(task, kind, "ppo", "source", 0, encoder, 100, {})


@pytest.fixture
def bundle(tmp_path):
    return str(make_toy_bundle(tmp_path / "encoder"))


def test_pixels_come_channels_first():
    venv = make_vec_env(make_spec(), "source", 2)
    assert venv.observation_space == spaces.Box(0, 255, (3, 64, 64), np.uint8)
    assert venv.reset().shape == (2, 3, 64, 64)


@pytest.mark.parametrize("kind", ["latent", "random_encoder"])
def test_latents_of_either_encoder(bundle, kind):
    spec = make_spec(kind, encoder=bundle)
    venv = make_vec_env(spec, "source", 2)
    observations = venv.reset()
    assert observations.shape == (2, LATENTS)
    shared = make_vec_env(spec, "source", 2, encoder=agent_encoder(spec))
    np.testing.assert_array_equal(shared.reset(), observations)


def test_random_encoders_follow_the_seed(bundle):
    frames = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    first = agent_encoder(make_spec("random_encoder", encoder=bundle)).encode(frames)
    again = agent_encoder(make_spec("random_encoder", encoder=bundle)).encode(frames)
    trained = agent_encoder(make_spec("latent", encoder=bundle)).encode(frames)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, trained)


def test_factors_of_a_real_task():
    venv = make_vec_env(make_spec("factors", "Darla/GoToObject-v0"), "source", 2)
    observations = venv.reset()
    assert observations.dtype == np.float32
    assert np.abs(observations).max() <= 1
    venv.close()


def play(venv, steps=110):
    """Step environments with the same actions; return what they told, showed, and paid in all."""
    rng, told, seen, returns = np.random.default_rng(0), [], [venv.reset()], []
    for _ in range(steps):
        observations, rewards, dones, infos = venv.step(
            rng.choice(3, venv.num_envs, p=[0.1, 0.1, 0.8])
        )
        seen.append(observations)
        ends = [infos[index] for index in np.flatnonzero(dones)]
        told.append((rewards.tolist(), dones.tolist(), [end["is_success"] for end in ends]))
        told.append([(end["TimeLimit.truncated"], end["episode"]["l"]) for end in ends])
        returns += [end["episode"]["r"] for end in ends]
        seen += [end["terminal_observation"] for end in ends]
    venv.close()
    return told, seen, returns


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("kind", ["factors", "pixels"])
def test_batched_environments_live_through_what_stock_ones_do(task, kind):
    spec = make_spec(kind, task)
    venvs = [make_vec_env(spec, "source", 3, 4, rendering=each) for each in ("batched", "stock")]
    assert venvs[0].observation_space == venvs[1].observation_space
    (told, seen, returns), (expected, expected_seen, expected_returns) = map(play, venvs)
    assert told == expected
    assert any(successes for _, _, successes in told[::2])
    np.testing.assert_allclose(returns, expected_returns, atol=1e-5)
    for ours, theirs in zip(seen, expected_seen, strict=True):
        assert ours.dtype == theirs.dtype
        if kind == "factors":
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert np.abs(ours.astype(int) - theirs).mean() < 0.1


@pytest.mark.parametrize("kind", ["factors", "pixels"])
def test_workers_share_batched_environments_in_any_number(kind):
    spec = make_spec(kind, "darla_envs:Darla/GoToObject-v0")
    here, there = (
        play(make_vec_env(spec, "new_floor", 3, workers=workers), 45) for workers in (0, 2)
    )
    assert here[0] == there[0]
    for ours, theirs in zip(here[1], there[1], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_batched_environments_need_no_miniworld():
    code = (
        "import sys; from darla_agents.worlds.environments import make_vec_env; "
        "from darla_agents.agent.spec import *; "
        "spec = AgentSpec('Darla/GoToObject-v0', 'pixels', 'ppo', 'source', 0, None, 1, {}); "
        "make_vec_env(spec, 'source', 2).reset(); "
        "print([name for name in ('miniworld', 'pyglet') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"


def test_tasks_from_elsewhere_with_domains_of_their_own_are_left_to_themselves():
    assert not is_batched(suite_of("Toy/BrightSide-v0"), "pictures", "batched")
    assert is_batched(suite_of(GO_TO_OBJECT), "pictures", "batched")
    assert not is_batched(suite_of(GO_TO_OBJECT), "pictures", "stock")


def test_an_unknown_rendering_is_said():
    with pytest.raises(ValueError, match="unknown rendering 'batchd'; did you mean 'batched'"):
        make_vec_env(make_spec(), "source", 1, rendering="batchd")


def test_a_monitor_is_innermost():
    env = make_env("Toy/BrightSide-v0", "pictures", "source")
    assert isinstance(env, Monitor)
    _, info = env.reset(seed=0)
    for _ in range(5):
        *_, info = env.step(0)
    assert info["episode"]["l"] == 5


def test_episodes_follow_the_seed():
    first, again, other = (make_vec_env(make_spec(), "source", 2, seed) for seed in (3, 3, 5))
    frames = [[venv.reset()] + [venv.step([0, 0])[0] for _ in range(7)] for venv in (first, again)]
    np.testing.assert_array_equal(*frames)
    different = [other.reset()] + [other.step([0, 0])[0] for _ in range(7)]
    assert not np.array_equal(frames[0], different)


def test_domains_reach_the_task():
    source = make_vec_env(make_spec(), "source", 1).reset()
    target = make_vec_env(make_spec(), "new_floor", 1).reset()
    assert source[0, 2].max() == 0
    assert target[0, 2].min() == 120


def test_worker_processes_show_the_same():
    spec = make_spec(task="toy_tasks:Toy/BrightSide-v0")
    here, elsewhere = make_vec_env(spec, "source", 2), make_vec_env(spec, "source", 2, workers=2)
    np.testing.assert_array_equal(here.reset(), elsewhere.reset())
    np.testing.assert_array_equal(here.step([0, 1])[0], elsewhere.step([0, 1])[0])
    elsewhere.close()


@pytest.mark.parametrize(
    ("changes", "domain", "workers", "message"),
    [
        ({}, "new_flor", 0, "unknown domain"),
        ({"task": "Toy/BrightSite-v0"}, "source", 0, "did you mean 'Toy/BrightSide-v0'"),
        ({"task": "no_such_module:Task-v0"}, "source", 0, "there is no module"),
        ({"task": "Toy/Counting-v0"}, "new_floor", 0, "has no domain 'new_floor'"),
        ({"task": "Toy/Blind-v0"}, "source", 0, "has no pictures"),
        ({"kind": "factors"}, "source", 0, "no factors"),
        ({}, "source", 3, "must be 0"),
        ({"task": GO_TO_OBJECT}, "new_flor", 0, "unknown domain"),
        ({"task": GO_TO_OBJECT}, "source", 3, "must be 0 .* or up to 2"),
    ],
)
def test_what_a_task_cannot_show_is_said(changes, domain, workers, message):
    import toy_envs  # noqa: F401

    with pytest.raises(ValueError, match=message):
        make_vec_env(make_spec(**changes), domain, 2, workers=workers)
