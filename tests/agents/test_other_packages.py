"""A kind and an augmentation of somebody else go the whole way, from training to plots."""

from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces
from PIL import Image

import toy_tasks  # noqa: F401
from darla.running.registry import Registry
from darla_agents.agent.acting import make_policy
from darla_agents.agent.augmentations import AUGMENTATIONS, describe_augmentations
from darla_agents.agent.kinds import KINDS, Kind, describe_kinds
from darla_agents.agent.saved_agent import load_agent
from darla_agents.comparison.compare import CompareConfig, compare
from darla_agents.comparison.curve_plot import PlotCurvesConfig, plot_curves
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.rows import read_rows

PACKAGE = """
import numpy as np
from darla_agents.agent.augmentations import Augmentation
from darla_agents.agent.kinds import Kind

def grey(pictures):
    return pictures.mean(axis=3, keepdims=True).astype(np.uint8)

GREY = Kind("grey", "pictures without colours", transform=grey, style=("#777777", "v"))
DIM = Augmentation(
    "dimmed",
    lambda rng, count: rng.random((count, 1, 1, 1)),
    lambda frames, shares: (frames * shares).astype(np.uint8),
)
"""


@pytest.fixture
def grey_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package installed beside ours: a kind, an augmentation, and a broken kind."""
    info = tmp_path / "installed" / "greys-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[darla.kinds]\ngrey = greys:GREY\nbroken = greys:GONE\n"
        "[darla.augmentations]\ndim = greys:DIM\n"
    )
    (info.parent / "greys.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(info.parent))
    for registry in (KINDS, AUGMENTATIONS):
        look_again(registry, monkeypatch)


def look_again(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a registry find packages that were installed since, and forget them afterwards."""
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    monkeypatch.setattr(registry, "_looked_for_others", False)


def train(folder: Path, **changes: object) -> Path:
    torch.set_num_threads(1)
    values = {
        "task": "toy_tasks:Toy/BrightSide-v0",
        "kind": "grey",
        "augmentation": "dim",
        "total_timesteps": 64,
        "num_envs": 2,
        "out": folder / "agents" / str(changes.get("kind", "grey")),
        "settings": ("n_steps=8", "batch_size=16", "n_epochs=2"),
        "eval_freq": 32,
        "eval_episodes": 2,
        "eval_domains": ("new_floor",),
        "progress": False,
    }
    return train_agent(TrainAgentConfig(**(values | changes)))


def test_from_training_to_plots(tmp_path: Path, grey_package: None) -> None:
    run = train(tmp_path)
    train(tmp_path, kind="pixels", augmentation="none")
    agent = load_agent(run)
    assert agent.spec.shown_kind == "grey_dim"
    assert agent.model.observation_space.shape == (1, 64, 64)
    rows = tmp_path / "rows.csv"
    evaluate_transfer(
        EvaluateTransferConfig(
            (tmp_path / "agents",), ("source", "new_floor"), 3, out=rows, progress=False
        )
    )
    assert {row.kind for row in read_rows(rows)} == {"grey_dim", "pixels", "random"}
    files = compare(CompareConfig((rows,), kinds=("grey_dim", "pixels"), resamples=100))
    assert "grey_dim against pixels" in files.report
    # it is listed after our own, whatever the names
    assert files.report.index("pixels (1 seed)") < files.report.index("grey_dim (1 seed)")
    assert len(files.plots) >= 2
    curves = plot_curves(PlotCurvesConfig((tmp_path / "agents",), out=tmp_path / "curves.png"))
    assert Image.open(curves).size[0] > 100


def test_it_collects_frames_of_any_size(tmp_path: Path, grey_package: None) -> None:
    agent = train(tmp_path)
    policy, same = (
        make_policy(agent, spaces.Box(0, 255, (side, side, 3), np.uint8)) for side in (64, 128)
    )
    frames = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    large = frames.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(policy(frames, []), same(large, []))


def test_help_and_messages_name_it_and_what_is_broken_harms_nobody(grey_package: None) -> None:
    assert "grey: pictures without colours" in describe_kinds()
    assert "broken" not in describe_kinds()
    assert "dim: dimmed" in describe_augmentations()
    with pytest.raises(ValueError, match="unknown kind of agent 'gray'; did you mean 'grey'"):
        KINDS["gray"]
    with pytest.raises(ValueError, match="kind of agent 'broken' cannot be imported from greys:"):
        KINDS["broken"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Kind("random", "nothing"), "must be called 'random', in letters"),
        (Kind("two words", "nothing"), "in letters, digits"),
        (Kind("a", "nothing", observation="sounds"), "unknown observation of a kind 'sounds'"),
        (Kind("a", "nothing", encoder="melted"), "unknown use of an encoder 'melted'"),
        (Kind("a", "nothing", encoder="frozen", transform=np.asarray), "takes no transform"),
        (Kind("a", "nothing", observation="factors", encoder="frozen"), "sees factors"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(kind: Kind, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        KINDS.register(kind.name, kind)
    assert kind.name not in KINDS
