"""What can be evaluated: saved agents found on disk, and the random policy."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gymnasium as gym

from darla.encoder.shipped_encoders import bundle_folder
from darla.environments.looks import Looks
from darla.environments.spec import EnvironmentSpec
from darla.running.checked_json import LARGEST_JSON
from darla.running.run_record import RECORD
from darla.running.step_folders import CHECKPOINTS
from darla.stores.local_copies import bring_tree
from darla.stores.urls import StoreUrl, place
from darla_agents.agent.alarm_words import StoppingWords
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.interaction import PLAIN, Interaction
from darla_agents.agent.kinds import RANDOM, Observing
from darla_agents.agent.saved_agent import (
    AGENT_FILES,
    SavedAgent,
    is_saved,
    load_agent,
    read_spec,
)
from darla_agents.agent.spec import AgentSpec
from darla_agents.agent.trusted_modules import check_trusted
from darla_agents.agent.weights import WEIGHTS
from darla_agents.playing.row import STOCHASTIC

_HASH_LENGTH = 8


@dataclass(frozen=True)
class Player:
    """Something that plays a task; its fields are columns of transfer rows."""

    name: str
    """Of the agent's folder, and a hash of what it has learned, so that an agent that was trained
    again into the same folder is another player."""
    spec: AgentSpec | None
    """Of a saved agent; None for the random policy."""
    folder: Path | None
    """Of a saved agent; None for the random policy."""
    environment: EnvironmentSpec
    deterministic: bool = True
    """Take the most probable actions instead of drawing them."""

    interaction: Interaction = PLAIN
    """How it meets its environment."""
    stops_after: int | None = None
    """Steps in a row with an alarm after which it stops; None if it never does."""

    @property
    def shown_task(self) -> str:
        """What rows and tables call its task, and how time passes there: what it is compared in."""
        return self.task + self.interaction.suffix

    @property
    def task(self) -> str:
        """The text that tells its environment from others."""
        return self.environment.text

    def in_looks(self, looks: Looks | None) -> "Player":
        """Return the same player in an environment with other looks than it has recorded.

        None leaves them. A ValueError where they lack the domain that the agent learned in.
        """
        if looks is None:
            return self
        if self.spec is not None and self.spec.domain not in looks.domains:
            raise ValueError(
                f"the looks have no domain {self.spec.domain!r}, in which the agent {self.name} "
                f"learned; they have {', '.join(looks.domains)}: name the one that is its source so"
            )
        return replace(self, environment=replace(self.environment, looks=looks))

    def stopping(self, words: StoppingWords) -> "Player":
        """Return the same agent as one that stops for an alarm, which is another player.

        Itself where it is not told to. For errors see :attr:`StoppingWords.tag`.
        """
        return replace(self, name=self.name + words.tag, stops_after=words.stop_after)

    def drawing_actions(self) -> "Player":
        """Return the same agent as another player, which draws its actions from the policy."""
        return replace(self, name=self.name + STOCHASTIC, deterministic=False)

    @property
    def kind(self) -> str:
        """What it observes, or that it is the random policy."""
        return RANDOM if self.spec is None else self.spec.kind

    @property
    def observation(self) -> Observing | None:
        """What its environments must show; None for the random policy, which looks at nothing."""
        return None if self.spec is None else self.spec.traits.observation

    @property
    def shown_kind(self) -> str:
        """What rows and tables call agents of its kind and label, and whether they stop."""
        if self.spec is None:
            return RANDOM
        stops = "" if self.stops_after is None else f"_stop{self.stops_after}"
        return self.spec.shown_kind + stops


def random_player(environment: EnvironmentSpec, interaction: Interaction = PLAIN) -> Player:
    """Return the random policy in an environment, which time passes for as for some agent."""
    return Player(RANDOM, None, None, environment, interaction=interaction)


def find_players(
    folders: Sequence[Path], deterministic: bool = True, trusted: Sequence[str] = ()
) -> list[Player]:
    """Find saved agents, check that they and their encoders load, and return them as players.

    Args:
        folders: of agents, or of folders that hold agents at any depth, or URLs of such in a store.
            Runs that have not finished, and the best models and checkpoints within runs, are only
            taken when their own folder is given.
        deterministic: whether they are to take the most probable actions.
        trusted: modules that their environments may name, and that may be imported.

    Raises:
        FileNotFoundError: there is no agent, or an agent's encoder is missing.
        ValueError: an agent is damaged, not finished, does not fit its encoder, or names another
            module.
    """
    found = dict.fromkeys(path for folder in folders for path in _agents_under(_brought(folder)))
    for path in found:
        check_trusted(read_spec(path).environment, path, trusted)
    agents = {player.name: player for player in (_player(path) for path in found)}
    return [each if deterministic else each.drawing_actions() for each in agents.values()]


def find_player(folder: Path, deterministic: bool = True, trusted: Sequence[str] = ()) -> Player:
    """Find the one agent in a folder; a ValueError where there are several.

    For the rest see :func:`find_players`.
    """
    found, *others = find_players([folder], deterministic, trusted)
    if others:
        names = ", ".join(each.name for each in (found, *others))
        raise ValueError(f"{folder} holds several agents ({names}); give the folder of one")
    return found


def _brought(path: Path) -> Path:
    """Return a folder of agents, brought from a store where it is a URL."""
    where = place(path)
    if isinstance(where, StoreUrl):
        return bring_tree(where, {**AGENT_FILES, RECORD: LARGEST_JSON}, without=(CHECKPOINTS,))
    return where


def _agents_under(folder: Path) -> list[Path]:
    """Return the folders of finished agents in a folder."""
    if not folder.exists():
        raise FileNotFoundError(
            f"there is no folder {folder}; give the folders of agents that were trained with "
            "darla train-agent"
        )
    found = list(_search(folder))
    if not found and (folder / "encoder" / "config.json").is_file():
        raise ValueError(
            f"{folder} is the folder of an encoder's run, not of an agent; train one on it with "
            f"darla train-agent --encoder {folder / 'encoder'}"
        )
    if not found and _is_run(folder):
        raise ValueError(
            f"the agent in {folder} has not finished training; continue it with the command that "
            f"began it, or give one of its saved models, such as {folder / 'best'}"
        )
    if not found:
        raise FileNotFoundError(
            f"there is no finished agent in {folder}; train one with darla train-agent"
        )
    return found


def unfinished_runs(folders: Sequence[Path]) -> list[Path]:
    """Return the runs under folders whose agents have not finished training; they are left out."""
    runs = {file.parent for folder in folders for file in _brought(folder).rglob(RECORD)}
    return sorted(run for run in runs if not is_saved(run))


def _search(folder: Path) -> Iterator[Path]:
    """Yield the folders of agents at any depth, but none within runs that have not finished."""
    if is_saved(folder):
        yield folder.resolve()
    elif folder.is_dir() and not _is_run(folder):
        for child in sorted(folder.iterdir()):
            if child.is_dir() and not child.name.startswith("."):
                yield from _search(child)


def _is_run(folder: Path) -> bool:
    """Whether a folder holds a run, finished or not."""
    return (folder / RECORD).is_file()


def _player(folder: Path) -> Player:
    """Return the agent in a folder as a player, after checking that it can be loaded."""
    agent = load_agent(folder)
    try:
        _check_encoder(agent)
    except (FileNotFoundError, ValueError) as error:
        kind = FileNotFoundError if isinstance(error, FileNotFoundError) else ValueError
        raise kind(f"the agent in {folder} cannot be evaluated: {error}") from error
    name = f"{_readable_name(folder)}@{_content_hash(folder, agent.spec)}"
    spec = agent.spec
    return Player(name, spec, folder, spec.environment, interaction=spec.interaction)


def _readable_name(folder: Path) -> str:
    """Return the folder's name, preceded by that of the run that it lies within."""
    for parent in folder.parents:
        if _is_run(parent):
            return f"{parent.name}/{folder.relative_to(parent)}"
    return folder.name


def _content_hash(folder: Path, spec: AgentSpec) -> str:
    """Hash what decides the agent's actions: its weights and those of a frozen encoder."""
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes())
    if spec.traits.sees_latents:
        digest.update((bundle_folder(str(spec.encoder)) / "model.safetensors").read_bytes())
    return digest.hexdigest()[:_HASH_LENGTH]


def _check_encoder(agent: SavedAgent) -> None:
    """Check that an agent takes as many latents as its encoder gives."""
    encoder, space = agent_encoder(agent.spec), agent.model.observation_space
    if encoder is None or isinstance(space, gym.spaces.Dict):
        return
    latents = encoder.latent_dim * agent.spec.interaction.frame_stack
    if space.shape != (latents,):
        raise ValueError(
            f"it was trained on observations of shape {space.shape}, and its encoder "
            f"{encoder.path} gives {latents} latents; put back the encoder that it was "
            "trained with"
        )
