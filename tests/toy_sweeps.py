"""Sweeps whose trials take a second: their files, with toy frames, a toy task and looks."""

from pathlib import Path

import toy_tasks  # noqa: F401
from toy_frames import write_toy_dataset

LOOKS = """
targets = ["new_floor"]
[domains.source]
[domains.validation]
restyle = { brightness = 0.4 }
[domains.new_floor]
env_kwargs = { domain = "new_floor" }
"""
RETURN = """
[[objectives]]
measure = "return"
domain = "validation"
episodes = 4
"""
PROBE = """
[[objectives]]
measure = "probe"
frames = 400
latents = "all"
probe = "linear"
"""
MOVEMENT = """
[[objectives]]
measure = "movement"
frames = 400
latents = "all"
"""
VISION = """
[vision]
data = ["{folder}/data"]
objective = "beta_vae"
channels = [8, 16, 16]
hidden_units = 16
latents = 4
epochs = 1
threads = 1
device = "cpu"
batch_size = 16
pictures_per_stage = 0
checkpoint_every = 2
[search.vision]
learning_rate = {{ low = 1e-3, high = 1e-2, log = true }}
beta = {{ values = [1.0, 4.0] }}
"""
AGENT = """
[agent]
task = "toy_tasks:Toy/BrightSide-v0"
looks = "{folder}/looks.toml"
kind = "{kind}"
anyway = true
total_timesteps = 64
num_envs = 2
eval_freq = 16
eval_episodes = 3
checkpoint_freq = 32
threads = 1
[agent.settings]
n_steps = 8
n_epochs = 1
[search.agent]
frame_stack = {{ low = 1, high = 2 }}
[search.agent.settings]
batch_size = {{ values = [8, 16] }}
"""


def write_sweep(folder: Path, text: str) -> Path:
    """Write a sweep's file, with looks and frames beside it; ``{folder}`` in it is the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "looks.toml").write_text(LOOKS)
    if not (folder / "data").exists():
        write_toy_dataset(folder / "data", 96, size=64, per_look=4)
    file = folder / "sweep.toml"
    file.write_text(text)
    return file


def of_agents(folder: Path, kind: str = "pixels", objectives: str = RETURN, more: str = "") -> Path:
    """Write a sweep of agents alone."""
    agent = AGENT.format(folder=folder, kind=kind)
    return write_sweep(folder, f'commands = ["agent"]\n{more}\n{objectives}\n{agent}')


def of_encoders(folder: Path, objectives: str = PROBE, more: str = "") -> Path:
    """Write a sweep of encoders alone."""
    vision = VISION.format(folder=folder)
    return write_sweep(folder, f'commands = ["vision"]\n{more}\n{objectives}\n{vision}')


def of_both(folder: Path, objectives: str = RETURN) -> Path:
    """Write a sweep of encoders, and of agents on their latents."""
    both = VISION.format(folder=folder) + AGENT.format(folder=folder, kind="latent")
    return write_sweep(folder, f'commands = ["vision", "agent"]\n{objectives}\n{both}')
