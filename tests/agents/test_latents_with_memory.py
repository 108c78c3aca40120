"""From frames in order to agents whose latents remember: every command, on a task that needs it."""

from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.encoder.remembered import encode_sequence, remembers
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.acting import AgentPolicy
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.played_worlds import make_played_worlds
from darla_agents.playing.rows import read_rows
from toy_commands import run_darla

ENV = "Darla/HiddenCatch-v0"
SMALL = ["--latents", "4", "--memory", "8", "--channels", "4", "8", "--hidden-units", "16"]
SIZE = ["--size", "32", "--chunk-size", "100"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect, train an encoder and an agent, and evaluate it, as a user would."""
    folder = tmp_path_factory.mktemp("made")
    data, run, agent = folder / "data", folder / "vision", folder / "agents" / "memory_0"
    at = ["--env", ENV, "--policy", "random"]
    collected = run_darla("collect", *at, *SIZE, "--num-frames", 200, "--out", data)
    training = ["--sequence-length", 8, "--epochs", 2, "--device", "cpu", "--threads", 1]
    trained = run_darla(
        *("train-vision", "--data", data, "--objective", "sequence_vae", "--out", run),
        *(*SMALL, *training),
    )
    learnt = run_darla(
        *("train-agent", "--env", ENV, "--encoder", run / "encoder", "--out", agent),
        *("--total-timesteps", 64, "--num-envs", 2, "--eval-freq", 64, "--eval-episodes", 2),
        *("--settings", "n_steps=16", "batch_size=16", "--device", "cpu", "--anyway"),
    )
    assert (collected, trained, learnt) == (0, 0, 0)
    return folder


def test_the_encoder_remembers_and_its_memory_moves(made: Path) -> None:
    encoder = load_encoder(made / "vision" / "encoder")
    assert remembers(encoder) and encoder.latent_dim == 12
    assert encoder.encoder.shape.memory is not None
    assert encoder.encoder.shape.memory.choices == 3
    assert (encoder.statistics.std[4:] > 1e-3).any()


def test_it_predicts_as_far_as_episodes_are_long(made: Path, tmp_path: Path) -> None:
    asked = ("use", "predict", "--encoder", made / "vision" / "encoder", "--data", made / "data")
    assert run_darla(*asked, "--context", 3, "--horizon", 5, "--out", tmp_path) == 0
    assert (tmp_path / "predict.png").is_file()
    assert run_darla(*asked, "--out", tmp_path) == 2  # 50 frames in a row


def test_its_agent_is_evaluated_in_other_colours_and_watched(made: Path, tmp_path: Path) -> None:
    rows = tmp_path / "transfer.csv"
    evaluated = run_darla(
        *("evaluate-transfer", "--agents", made / "agents", "--out", rows),
        *("--domains", "source", "new_colors", "--episodes", 3, "--device", "cpu"),
    )
    assert evaluated == 0
    found = read_rows(rows)
    assert {row.domain for row in found} == {"source", "new_colors"}
    video = tmp_path / "watch.gif"
    watched = ("watch", "--agent", made / "agents" / "memory_0", "--domains", "source")
    assert run_darla(*watched, "--steps", 10, "--out", video) == 0
    assert video.is_file()


def test_an_agent_that_acts_sees_what_encoding_its_episodes_gives(made: Path) -> None:
    agent = load_agent(made / "agents" / "memory_0")
    encoder = agent_encoder(agent.spec)
    assert encoder is not None
    seen: list[np.ndarray] = []
    predict = agent.predict
    object.__setattr__(agent, "predict", lambda shown: seen.append(shown) or predict(shown))
    transform = LatentTransform(encoder, agent.spec.latent_options)
    with make_played_worlds(agent.spec.environment, "pictures", ["source"], 2, "batched") as played:
        worlds = played["source"]
        policy = AgentPolicy(agent, worlds.observation_space, encoder)
        for seed in (0, 7):  # the second episode knows nothing of the first
            worlds.reset([0, 1], [seed, seed + 1])
            for number in (0, 1):
                policy.begin(number, seed + number)
            seen.clear()
            frames, actions = [], []
            for _ in range(5):
                frames.append(worlds.observe([0, 1]))
                actions.append(policy.act(frames[-1], [0, 1]))
                worlds.step([0, 1], actions[-1])
            for number in (0, 1):
                shown = transform.sized(np.stack([each[number] for each in frames]))
                led = np.array([-1, *(each[number] for each in actions[:-1])])
                whole = encode_sequence(encoder, shown, led, np.arange(5) == 0)
                own = np.stack([each[number] for each in seen])
                np.testing.assert_allclose(own, transform.observe(whole), atol=1e-3)
