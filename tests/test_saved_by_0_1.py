"""What version 0.1 has saved, encoder, agent, frames and rows, still loads and means the same.

It was made by four of its commands: 120 frames of ``Darla/GoToObject-v0`` at 32x32 pixels, an
encoder with 6 latents, 1,024 steps of PPO with the look masked, and two episodes in two domains.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

import darla
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.rows import read_rows

SAVED = Path(__file__).with_name("saved_by_0_1")
# What version 0.1 itself made of these files.
FRAMES_SUM = 36_754_486
LATENTS = [
    [0.17738, 0.21497, 0.18074, 0.26805, 0.00681, 0.2061],
    [0.1771, 0.21535, 0.18006, 0.26761, 0.00713, 0.20618],
]
ACTIONS = [0, 2, 2, 2]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy in the place where the agent looks for its encoder."""
    shutil.copytree(SAVED, tmp_path / "saved")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "saved"


def test_frames_and_their_factors(saved: Path) -> None:
    dataset = darla.FrameDataset.open(saved / "frames")
    assert dataset.shape == (120, 32, 32, 3)
    frames = dataset.read(0, 120)
    assert int(frames.sum()) == FRAMES_SUM
    assert dataset.attributes["env"] == "Darla/GoToObject-v0"


def test_the_bundle_encodes_as_it_did(saved: Path) -> None:
    encoder = darla.load_encoder(saved / "bundle")
    assert encoder.config["objective"]["name"] == "darla"
    assert encoder.latent_roles["look"].tolist() == [0, 1, 2]
    frames = darla.FrameDataset.open(saved / "frames").read(0, 2)
    np.testing.assert_allclose(encoder.encode(frames), LATENTS, atol=1e-4)


def test_the_agent_acts_as_it_did(saved: Path) -> None:
    agent = load_agent(saved / "agent")
    assert (agent.spec.kind, agent.num_timesteps) == ("latent", 1024)
    latents = np.linspace(-2, 2, 24, dtype=np.float32).reshape(4, 6)
    assert agent.predict(latents).tolist() == ACTIONS


def test_rows_are_continued_and_not_played_again(saved: Path) -> None:
    before = read_rows(saved / "rows.csv")
    assert len(before) == 8
    config = EvaluateTransferConfig(
        agents=(saved / "agent",),
        domains=("source", "all_three"),
        episodes=2,
        random_episodes=2,
        out=saved / "rows.csv",
        progress=False,
    )
    assert evaluate_transfer(config).played == 0
    assert read_rows(saved / "rows.csv") == before
