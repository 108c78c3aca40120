"""Take an encoder or an agent from the hub into a folder of one's own."""

from dataclasses import dataclass
from pathlib import Path

import tyro

from darla.encoder.bundle import load_encoder
from darla.encoder.shipped_encoders import BUNDLE_FILES
from darla.hub.names import HubName, hub_name
from darla.hub.pull import has_files, pull
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
class Pulled:
    """What was taken."""

    name: HubName
    """With its commit."""
    folder: Path
    is_agent: bool


def pull_folder(config: PullConfig) -> Pulled:
    """Bring an encoder or an agent here, and check that it can be used.

    Raises:
        ValueError: the repository has neither, or what it has is damaged or too large; or the hub
            cannot be reached.
    """
    asked = hub_name(config.name)
    is_agent = has_files(asked, AGENT_FILES)
    files = AGENT_FILES if is_agent else BUNDLE_FILES
    name, cached = pull(asked, files)
    (load_agent if is_agent else load_encoder)(cached)  # before any file of the folder is replaced
    folder = config.out or Path("runs/hub") / name.repo.split("/")[1]
    for each, most in files.items():
        write_bytes(folder / each, read_regular(cached / each, most))
    return Pulled(name, folder, is_agent)
