"""Put an encoder or an agent on the hub, with a card that says what it is."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tyro

from darla.encoder.bundle import load_encoder
from darla.encoder.shipped_encoders import BUNDLE_FILES, bundle_folder, shipped_encoders
from darla.hub.names import HubName, hub_name, is_hub_name
from darla.hub.push import push
from darla.running.regular_files import read_regular
from darla_agents.agent.saved_agent import (
    AGENT_FILES,
    DESCRIPTION,
    best_evaluation,
    is_saved,
    load_agent,
    read_description,
)
from darla_agents.sharing.cards import agent_card, encoder_card

_CARD = "README.md"
_PICTURES = ("reconstructions.png", "traversals.png")
_LARGEST_PICTURE = 16 << 20
_LICENSE = re.compile(r"[a-z0-9.-]{1,60}")


@dataclass(frozen=True)
class PushConfig:
    """What to put on the hub, and under which name."""

    folder: tyro.conf.Positional[Path]
    """An encoder bundle's folder, or an agent's."""
    name: tyro.conf.Positional[str]
    """The repository: user/name. It is made when it is missing."""
    encoder: str | None = None
    """Of an agent on latents whose encoder is a folder here: where that encoder is on the hub,
    hf://user/name@revision, as darla push said when it was put there."""
    license: str | None = None
    """What the card says of the licence, in the hub's words, such as mit or cc-by-4.0."""
    private: bool = False
    """Whether a repository that is made can be seen by nobody else."""


@dataclass(frozen=True)
class Pushed:
    """What was put on the hub."""

    name: HubName
    """With its commit."""
    files: tuple[str, ...]


def push_folder(config: PushConfig) -> Pushed:
    """Check what lies in a folder, and put it on the hub.

    Raises:
        ValueError: it is neither an encoder nor an agent, or is damaged; the encoder of an agent
            is on this machine alone; or the hub refuses.
    """
    name = hub_name(config.name)
    if config.license is not None and not _LICENSE.fullmatch(config.license):
        raise ValueError(f"license is {config.license!r}; expected a word such as mit or cc-by-4.0")
    if is_saved(config.folder):
        files, what = _agent_files(config, name), "agent"
    else:
        if config.encoder is not None:
            raise ValueError(f"{config.folder} is no agent, so it has no encoder; leave it out")
        files, what = _encoder_files(config, name), "encoder"
    pushed = push(name, files, f"{what} of darla", config.private)
    return Pushed(pushed, tuple(files))


def _encoder_files(config: PushConfig, name: HubName) -> dict[str, bytes]:
    """Return the files of a bundle, with the pictures of its run where they are."""
    encoder = load_encoder(config.folder)
    folder = bundle_folder(config.folder)
    files = {each: read_regular(folder / each, most) for each, most in BUNDLE_FILES.items()}
    for picture in _PICTURES:
        path = folder.parent / picture
        if path.is_file():
            files[picture] = read_regular(path, _LARGEST_PICTURE)
    shown = [each for each in _PICTURES if each in files]
    files[_CARD] = encoder_card(encoder, name, config.license, shown).encode()
    return files


def _agent_files(config: PushConfig, name: HubName) -> dict[str, bytes]:
    """Return the files of an agent, whose encoder is named so that others find it."""
    spec = load_agent(config.folder).spec  # says what is wrong with it, if anything is
    description = read_description(config.folder)
    spec = replace(spec, encoder=_public_encoder(config, spec.encoder))
    description["spec"]["encoder"] = spec.encoder
    files = {each: read_regular(config.folder / each, most) for each, most in AGENT_FILES.items()}
    files[DESCRIPTION] = _json(description)
    card = agent_card(spec, best_evaluation(config.folder), name, config.license)
    files[_CARD] = card.encode()
    return files


def _public_encoder(config: PushConfig, own: str | None) -> str | None:
    """Return the name by which others find an agent's encoder."""
    if own is None:
        if config.encoder is not None:
            raise ValueError(f"{config.folder} sees no latents, so it has no encoder; leave it out")
        return None
    if config.encoder is not None:
        if not is_hub_name(config.encoder) or not hub_name(config.encoder).is_pinned:
            raise ValueError(
                f"encoder is {config.encoder!r}; expected hf://user/name@commit, as darla push "
                "says when it has put an encoder there"
            )
        return str(hub_name(config.encoder))
    if is_hub_name(own) or own in shipped_encoders():
        return own
    raise ValueError(
        f"the agent's encoder is {own}, which nobody else has; darla push {own} USER/NAME, and "
        "give the name that this says as --encoder"
    )


def _json(value: Any) -> bytes:
    """Return JSON as files of ours hold it."""
    return (json.dumps(value, indent=2, allow_nan=False) + "\n").encode()
