"""Repeated actions, stacked frames and scaled rewards, for those who learn and those who act."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack

import toy_tasks  # noqa: F401
from darla_agents.agent.acting import AgentPolicy
from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.frame_history import FrameHistory
from darla_agents.agent.interaction import PLAIN, Interaction
from darla_agents.agent.models import build_for_training
from darla_agents.agent.saved_agent import SavedAgent
from darla_agents.agent.spec import AgentSpec
from darla_agents.playing.episode_queue import play_queue
from darla_agents.playing.played_worlds import make_played_worlds
from darla_agents.playing.random_policy import RandomPolicy
from darla_agents.worlds.agent_steps import ActionRepeat, StackedFrames
from darla_agents.worlds.environments import make_vec_env
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_encoder import make_toy_bundle
from toy_envs import CountingImageEnv, counting_frame


@given(
    length=st.integers(1, 20),
    times=st.integers(1, 7),
    ending=st.sampled_from(["truncated", "terminated"]),
)
def test_a_repeated_action_is_paid_as_often_as_it_is_done_until_the_end(length, times, ending):
    env = ActionRepeat(CountingImageEnv(size=8, episode_length=length, ending=ending), times)
    env.reset(seed=0)
    done, paid = False, []
    while not done:
        shown, reward, terminated, truncated, _ = env.step(2)
        paid.append(reward)
        done = terminated or truncated
        count = min(len(paid) * times, length)
        np.testing.assert_array_equal(shown, counting_frame(count, 0, 8))
    assert paid[:-1] == [2 * times] * (len(paid) - 1) and sum(paid) == 2 * length
    assert (terminated, truncated) == (ending == "terminated", ending == "truncated")


@pytest.mark.parametrize("ending", ["truncated", "terminated"])
@pytest.mark.parametrize("depth", [2, 4])
def test_frames_are_stacked_as_stable_baselines3_stacks_them(ending, depth):
    def make():
        return DummyVecEnv(
            [
                lambda length=length: CountingImageEnv(episode_length=length, ending=ending)
                for length in (1, 3, 7)
            ]
        )

    theirs, below = VecFrameStack(make(), depth), make()
    ours = StackedFrames(below, FrameHistory(below.observation_space, depth))
    assert ours.observation_space == theirs.observation_space
    np.testing.assert_array_equal(ours.reset(), theirs.reset())
    for _ in range(10):
        seen, *_, infos = ours.step([0, 1, 2])
        expected, *_, expected_infos = theirs.step([0, 1, 2])
        np.testing.assert_array_equal(seen, expected)
        for info, other in zip(infos, expected_infos, strict=True):
            assert ("terminal_observation" in info) == ("terminal_observation" in other)
            if "terminal_observation" in info:
                last, expected_last = info["terminal_observation"], other["terminal_observation"]
                np.testing.assert_array_equal(last, expected_last)


def spec_of(tmp_path, kind, task="toy_tasks:Toy/BrightSide-v0", **options):
    encoder = None if kind in ("pixels", "factors") else str(make_toy_bundle(tmp_path / "encoder"))
    settings = settings_for("ppo", kind, {"policy_kwargs": {"net_arch": [8]}})
    interaction = Interaction(**options)
    return AgentSpec(task, kind, "ppo", "source", 0, encoder, 8, settings, interaction=interaction)


class Noting:
    """An agent that acts in a fixed order, and notes what it sees."""

    def __init__(self, model):
        self.model, self.seen = model, []

    def predict(self, observations):
        self.seen.append(observations)
        return np.array([len(self.seen) % 2])


def rows_of(observations):
    """Return what a batch of one observation shows, pictures with channels last."""
    if isinstance(observations, dict):
        return np.concatenate([rows_of(each).ravel() for each in observations.values()])
    row = observations[0]
    return row.transpose(1, 2, 0) if row.ndim == 3 and row.shape[0] < row.shape[2] else row


@pytest.mark.parametrize(
    ("kind", "task", "options"),
    [
        ("pixels", "toy_tasks:Toy/BrightSide-v0", {"frame_stack": 3, "picture_size": (40, 48)}),
        ("pixels", "toy_tasks:Toy/BrightSide-v0", {"frame_stack": 2, "action_repeat": 2}),
        ("pixels", "toy_tasks:Toy/Dict-v0", {"frame_stack": 3, "picture_size": (40, 40)}),
        ("latent", "toy_tasks:Toy/BrightSide-v0", {"frame_stack": 3, "max_episode_steps": 3}),
        ("latent", "toy_tasks:Toy/Dict-v0", {"frame_stack": 2, "key": "image"}),
        ("finetuned", "toy_tasks:Toy/BrightSide-v0", {"frame_stack": 2, "picture_size": (32, 32)}),
        ("factors", GO_TO_OBJECT, {"frame_stack": 4, "action_repeat": 3, "max_episode_steps": 4}),
    ],
)
@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_an_agent_sees_the_same_when_it_learns_and_when_it_is_tested(
    tmp_path, kind, task, options, rendering
):
    spec = spec_of(tmp_path, kind, task, **options)
    venv = make_vec_env(spec, "source", 1, seed=3, rendering=rendering, learning=True)
    model = build_for_training(spec, venv, 0, "cpu")
    played = make_played_worlds(
        spec.task, spec.traits.observation, ["source"], 1, rendering, interaction=spec.interaction
    )
    with played as worlds:
        shown = worlds["source"].observation_space
        agent = Noting(model)
        encoder = agent_encoder(spec)
        policy = AgentPolicy(SavedAgent(spec, model, 0), shown, encoder)
        policy._agent = agent
        (episode,) = play_queue(worlds["source"], policy, [3])
    venv.seed(3)  # the model has seeded it
    observations, total = venv.reset(), 0.0
    for count, seen in enumerate(agent.seen, start=1):
        np.testing.assert_allclose(rows_of(seen), rows_of(observations), atol=1e-5)
        observations, rewards, dones, infos = venv.step(np.array([count % 2]))
        total += rewards[0]
    assert dones[0] and episode.length == len(agent.seen) == infos[0]["episode"]["l"]
    assert episode.total == pytest.approx(total, abs=1e-5)
    limit = options.get("max_episode_steps")
    assert limit is None or episode.length <= limit
    venv.close()


@pytest.mark.parametrize("options", [{"action_repeat": 3}, {"max_episode_steps": 55}, {
    "action_repeat": 4, "max_episode_steps": 13}])  # fmt: skip
def test_batches_and_single_environments_play_the_same_episodes(options):
    interaction = Interaction(**options)
    results = []
    for rendering, count in (("stock", 1), ("batched", 1), ("batched", 5)):
        with make_played_worlds(
            GO_TO_OBJECT, "factors", ["source"], count, rendering, interaction=interaction
        ) as played:
            worlds = played["source"]
            policy = RandomPolicy(worlds.action_space)
            results.append(list(play_queue(worlds, policy, range(100, 112))))
    assert results[0] == results[1] == results[2]
    longest = max(episode.length for episode in results[0])
    assert longest == options.get("max_episode_steps", -(-40 // options.get("action_repeat", 1)))


def test_rewards_are_scaled_for_learning_and_reported_as_they_are(tmp_path):
    spec = spec_of(tmp_path, "pixels", reward_scale=0.25)
    for learning, scale in ((True, 0.25), (False, 1.0)):
        venv = make_vec_env(spec, "source", 1, learning=learning)
        venv.reset()
        paid = [venv.step([1]) for _ in range(5)]
        assert sum(float(rewards[0]) for _, rewards, *_ in paid) == pytest.approx(
            scale * paid[-1][-1][0]["episode"]["r"]
        )
        assert {float(rewards[0]) for _, rewards, *_ in paid} == {0.0, scale}


def test_without_options_pictures_are_as_they_were(tmp_path):
    spec = spec_of(tmp_path, "pixels")
    assert spec.interaction == PLAIN
    plain = make_vec_env(spec, "source", 2)
    sized = make_vec_env(replace(spec, interaction=Interaction(picture_size=(64, 64))), "source", 2)
    assert type(plain) is type(sized) and type(plain.venv) is type(sized.venv)
    np.testing.assert_array_equal(plain.reset(), sized.reset())


@pytest.mark.parametrize(
    ("form", "native_shape"),
    [("grey last", (1, 32, 40)), ("rgba", (4, 32, 40)), ("rgb float", (3, 32, 40))],
)
def test_agents_on_pixels_see_rgb_of_their_size_or_what_is_shown(tmp_path, form, native_shape):
    import gymnasium as gym

    import toy_envs

    name = f"Toy/Formed_{form.replace(' ', '_')}-v0"
    if name not in gym.registry:
        gym.register(name, entry_point=toy_envs.FormedEnv, kwargs={"form": form})
    spec = spec_of(tmp_path, "pixels", name, picture_size=(48, 48))
    shown = make_vec_env(spec, "source", 1)
    assert shown.observation_space.shape == (3, 48, 48)
    assert shown.reset().dtype == np.uint8
    native = make_vec_env(replace(spec, interaction=PLAIN), "source", 1)
    assert native.observation_space.shape == native_shape
