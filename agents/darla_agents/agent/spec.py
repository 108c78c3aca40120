"""What an agent is, in data: enough to build it again and to know where its results belong."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from darla.environments.looks import Looks
from darla.environments.spec import EnvironmentSpec
from darla.running.names import lookup, unknown
from darla.wrappers.latent_options import LatentOptions, LearningOptions
from darla_agents.agent.algorithms import ALGORITHMS
from darla_agents.agent.augmentations import EPISODE, NONE, check_augmentation, needs_encoder
from darla_agents.agent.group_labels import name_of
from darla_agents.agent.interaction import PLAIN, Interaction
from darla_agents.agent.kinds import KINDS, RANDOM, Kind
from darla_envs.description.usual_domains import SOURCE

_LABEL = re.compile(r"[A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class AgentSpec:
    """An agent: what it does, what it sees, how and where it learns.

    A ValueError for an unknown kind, algorithm or augmentation, an encoder that is missing or not
    needed, an augmentation of what is no picture, a label that tables cannot have, or what is no
    description of an environment.
    """

    task: str
    """The id of the environment, or ``module:function``."""
    kind: str
    """The kind of agent; a name in ``darla_agents.agent.kinds.KINDS``."""
    algorithm: str
    """ppo or a2c for any actions, dqn for a Discrete one, sac or td3 for a Box of numbers."""
    domain: str
    """The source domain, where it learns."""
    seed: int
    """Of its weights, its environments and its exploration."""
    encoder: str | None
    """The encoder bundle's folder for the kinds and augmentations that need one, else None."""
    total_timesteps: int
    """How many steps it learns for, all environments together."""
    settings: dict[str, Any]
    """The algorithm's settings, complete."""
    latent_options: LatentOptions = field(default_factory=LatentOptions)
    """How latents are shown to it; for kinds with an encoder."""
    learning_options: LearningOptions = field(default_factory=LearningOptions)
    """What is done to its latents while it learns, and never when it is evaluated."""
    augmentation: str = NONE
    """What is done to the pictures that it learns from; ``none`` or a name in
    ``darla_agents.agent.augmentations.AUGMENTATIONS``, or several joined by ``+``."""
    augmentation_share: float = 1.0
    """The share of episodes, or of steps, whose pictures are augmented."""
    augmentation_each: str = EPISODE
    """What it is drawn anew for: ``episode`` or ``step``."""
    label: str = ""
    """What tables call it; empty for its kind."""
    env_kwargs: dict[str, Any] = field(default_factory=dict)
    """What the environment is made with, besides its domain."""
    wrappers: tuple[str, ...] = ()
    """What is put around it, innermost first."""
    looks: Looks | None = None
    """Its domains, where its package does not name them."""
    interaction: Interaction = PLAIN
    """How it meets its environment."""

    def __post_init__(self) -> None:
        kind = self.traits
        _ = self.environment  # an error where it is none
        lookup("algorithm", self.algorithm, ALGORITHMS)
        check_augmentation(self.augmentation, self.augmentation_share, self.augmentation_each)
        if not kind.needs_encoder and needs_encoder(self.augmentation):
            if self.encoder is None:
                raise ValueError(
                    f"the augmentation {self.augmentation} needs an encoder; give its folder"
                )
        elif kind.needs_encoder and self.encoder is None:
            raise ValueError(f"an agent of kind {self.kind} needs an encoder; give its folder")
        elif not kind.needs_encoder and self.encoder is not None:
            raise ValueError(f"an agent of kind {self.kind} has no encoder, not {self.encoder}")
        if self.augmentation != NONE and not kind.learns_from_pictures:
            others = [name for name, each in KINDS.usable().items() if each.learns_from_pictures]
            raise ValueError(
                f"augmentation is {self.augmentation}, but an agent of kind {self.kind} sees no "
                f"pictures; those of kinds {' and '.join(others)} do"
            )
        _check_label(self.label, self.kind)

    @property
    def environment(self) -> EnvironmentSpec:
        """The environment that it acts in."""
        return EnvironmentSpec(self.task, self.env_kwargs, self.wrappers, self.looks)

    @property
    def traits(self) -> Kind:
        """What its kind is and does otherwise."""
        return KINDS[self.kind]

    @property
    def shown_kind(self) -> str:
        """What tables call it: its label; else its kind, with the augmentation (pixels_shift)."""
        how = self.augmentation, self.augmentation_share, self.augmentation_each
        return name_of(self.kind, *how, label=self.label)

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON can hold it; without an encoder there are no options."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        values["latent_options"] = self.latent_options.to_dict() if self.encoder else {}
        values["learning_options"] = self.learning_options.to_dict()
        values["interaction"] = self.interaction.to_dict()
        words = self.environment.to_json()
        return values | {name: words[name] for name in ("env_kwargs", "wrappers", "looks")}

    @staticmethod
    def acting_in(environment: EnvironmentSpec, domain: str) -> dict[str, Any]:
        """Return the fields that say where an agent learns; ``source`` is what looks call so."""
        looks = environment.looks
        return {
            "task": environment.env,
            "env_kwargs": environment.env_kwargs,
            "wrappers": environment.wrappers,
            "looks": looks,
            "domain": looks.source if looks is not None and domain == SOURCE else domain,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AgentSpec":
        """Undo :meth:`to_dict`; a ValueError where entries are missing or unknown."""
        names = [entry.name for entry in fields(cls)]
        needed = [
            each.name for each in fields(cls) if each.default is each.default_factory is MISSING
        ]
        for name in data:
            if name not in names:
                raise unknown("entry of an agent's description", name, names)
        missing = [name for name in needed if name not in data]
        if missing:
            raise ValueError(f"the agent's description lacks {', '.join(missing)}")
        options = LatentOptions.from_dict(data.get("latent_options", {}))
        learning = LearningOptions.from_dict(data.get("learning_options", {}))
        environment = EnvironmentSpec.from_json({"env": data["task"], **data})
        found = {
            "latent_options": options,
            "learning_options": learning,
            "interaction": Interaction.from_dict(data.get("interaction", {})),
            "wrappers": environment.wrappers,
            "looks": environment.looks,
        }
        return cls(**{**data, **found})


def _check_label(label: str, kind: str) -> None:
    """Check that tables can have a label, and that it is no other kind's name."""
    if label == RANDOM or not _LABEL.fullmatch(label):
        raise ValueError(
            f"label is {label!r}, but must be of letters, digits, _, -, + and ., such as "
            f"pixels_shift, and not {RANDOM!r}, which is the random policy"
        )
    if label in KINDS and label != kind:
        raise ValueError(f"label is {label!r}, but the agent is of kind {kind}; give another label")
