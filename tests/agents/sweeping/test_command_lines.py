import shlex
from pathlib import Path

import tyro

from darla.vision.command_line import parse_vision_config
from darla_agents.commands.train_vision import DEFAULT
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.sweeping.command_lines import train_agent_line, train_vision_line
from darla_agents.sweeping.stage_settings import agent_config, vision_config


def words(line: str, command: str) -> list[str]:
    """Return what follows ``darla command``."""
    darla, name, *rest = shlex.split(line)
    assert (darla, name) == ("darla", command)
    return rest


def test_a_vision_models_command_asks_for_its_configuration():
    config = vision_config(
        {
            "data": ["data/some frames", "data/more"],
            "objective": "factor_vae",
            "gamma": 12.5,
            "channels": [8, 16],
            "compile": False,
            "threads": 2,
            "learning_rate": 1.25e-4,
        },
        Path("runs/best/vision"),
    )
    parsed = parse_vision_config(words(train_vision_line(config), "train-vision"), DEFAULT)
    assert parsed == config


def test_an_agents_command_asks_for_its_configuration():
    config = agent_config(
        {
            "task": "toy_tasks:Toy/BrightSide-v0",
            "env_kwargs": {"size": 48, "ending": "terminated"},
            "wrappers": ["toy_wrappers:Brighter(0.5)"],
            "kind": "pixels",
            "augmentation": "shift",
            "standardize": False,
            "max_episode_steps": 3,
            "settings": {"n_steps": 8, "learning_rate": "linear:1e-3", "normalize_advantage": True},
        },
        Path("runs/best/agent"),
        progress=False,
        eval_domains=("validation",),
    )
    parsed = tyro.cli(TrainAgentConfig, args=words(train_agent_line(config), "train-agent"))
    assert parsed.settings == config.settings
    assert (parsed.eval_domains, parsed.progress) == ((), True)  # are the sweep's
    again = {name: getattr(parsed, name) for name in vars(config)}
    again |= {"eval_domains": ("validation",), "progress": False}
    assert TrainAgentConfig(**again) == config
