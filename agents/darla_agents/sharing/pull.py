"""Take an encoder or an agent from the hub into a folder of one's own."""

from dataclasses import dataclass
from pathlib import Path

import tyro

from darla.encoder.bundle import load_encoder
from darla.encoder.shipped_encoders import BUNDLE_FILES
from darla.hub.names import HubName, hub_name
from darla.hub.pull import pull
from darla.running.atomic import write_bytes
from darla.running.regular_files import read_regular
from darla_agents.agent.saved_agent import AGENT_FILES, load_agent


@dataclass(frozen=True)
class PullConfig:
    """What to take from the hub, and where to."""

    name: tyro.conf.Positional[str]
    """The repository: user/name, or user/name@revision for a commit, tag or branch."""
    out: Path | None = None
    """Folder of the encoder or the agent; runs/hub/NAME when not given."""


@dataclass(frozen=True)
class PulledFolder:
    """What was taken."""

    name: HubName
    """With its commit."""
    folder: Path
    is_agent: bool


def pull_folder(config: PullConfig) -> PulledFolder:
    """Bring an encoder or an agent here, and check that it can be used.

    Raises:
        ValueError: the repository has neither, or what it has is damaged or too large; or the hub
            cannot be reached.
    """
    brought = pull(hub_name(config.name), AGENT_FILES, BUNDLE_FILES)
    is_agent = brought.files is AGENT_FILES
    check = load_agent if is_agent else load_encoder
    check(brought.folder)  # before any file of the folder is replaced
    folder = config.out or Path("runs/hub") / brought.name.repo.split("/")[1]
    for each, most in brought.files.items():
        write_bytes(folder / each, read_regular(brought.folder / each, most))
    return PulledFolder(brought.name, folder, is_agent)
