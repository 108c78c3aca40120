"""Which commands there are, without importing any."""

import importlib
from types import ModuleType

from darla.running.names import unknown

COMMANDS = {
    "show-looks": "draw what the looks of an environment do to its pictures",
    "collect": "collect frames from a Gymnasium environment into a dataset",
    "convert": "turn frames of others into a dataset, and back",
    "train-vision": "train an encoder on frames",
    "evaluate-encoder": "measure what encoders keep, and what moves with the look",
    "explore": "play with encoders in a page of the browser",
    "export": "write an encoder as ONNX, to be run without torch",
    "use": "use an encoder: denoise, fill, sample, find, alarm",
    "train-agent": "train an agent on latents, pixels or true factors",
    "sweep": "search settings of encoders and agents",
    "import-agent": "take over an agent that a script of your own has saved",
    "evaluate-transfer": "play agents in domains that look different, into rows",
    "compare": "turn those rows into tables and plots",
    "watch": "record what an agent is shown and what its encoder keeps",
    "plot-curves": "draw what agents returned while they learned",
    "push": "put an encoder or an agent on the Hugging Face Hub",
    "pull": "take an encoder or an agent from there",
}
"""What each command does, in the order of the work; its module has its name."""


def find_command(name: str) -> ModuleType:
    """Import a command's module by its name; a ValueError, suggesting the nearest, for others."""
    listed = name.replace("_", "-")
    if listed not in COMMANDS:
        raise unknown("command", name, COMMANDS)
    return importlib.import_module(f"darla_agents.commands.{listed.replace('-', '_')}")
