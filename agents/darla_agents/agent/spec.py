"""What an agent is, in data: enough to build it again and to know where its results belong."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from typing import Any

from darla.running.names import lookup, unknown
from darla_agents.agent.algorithms import ALGORITHMS, KINDS, check_kind
from darla_agents.agent.augmentations import NONE, check_augmentation
from darla_agents.agent.group_labels import name_of
from darla_agents.playing.rows import RANDOM

ENCODED_KINDS = ("latent", "random_encoder")
"""The kinds of observation that an encoder makes."""

FINETUNED = "finetuned"

BUNDLE_KINDS = (*ENCODED_KINDS, FINETUNED)
"""The kinds that need an encoder bundle: for their observations, or for their network to begin."""

PICTURE_KINDS = ("pixels", FINETUNED)
"""The kinds whose policies see the pictures themselves."""

_LABEL = re.compile(r"[A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class AgentSpec:
    """An agent: what it does, what it sees, how and where it learns.

    Attributes:
        task: the id of the environment.
        kind: the kind of observation: pixels, latent, finetuned, factors or random_encoder.
        algorithm: ppo, a2c or dqn.
        domain: the source domain, where it learns.
        seed: of its weights, its environments and its exploration.
        encoder: the encoder bundle's folder for the kinds that need one, else None.
        total_timesteps: how many steps it learns for, all environments together.
        settings: the algorithm's settings, complete.
        latent_options: how latents are made: ``standardize``, ``zero_dead``, ``precision`` and,
            where some or directions among them are hidden from the agent, ``masked`` and
            ``removed``.
        learning_options: what is done to observations while it learns, and never when it is
            evaluated: ``resampled`` and ``repaint`` of :class:`darla.VecLatent`.
        augmentation: what is done to the pictures that it learns from; ``none`` or a name in
            ``darla_agents.agent.augmentations.AUGMENTATIONS``.
        label: what tables call it; empty for its kind.

    Raises:
        ValueError: an unknown kind, algorithm or augmentation, an encoder that is missing or not
            needed, an augmentation of what is no picture, or a label that tables cannot have.
    """

    task: str
    kind: str
    algorithm: str
    domain: str
    seed: int
    encoder: str | None
    total_timesteps: int
    settings: dict[str, Any]
    latent_options: dict[str, Any] = field(default_factory=dict)
    learning_options: dict[str, Any] = field(default_factory=dict)
    augmentation: str = NONE
    label: str = ""

    def __post_init__(self) -> None:
        check_kind(self.kind)
        lookup("algorithm", self.algorithm, ALGORITHMS)
        needs_bundle = self.kind in BUNDLE_KINDS
        if needs_bundle and self.encoder is None:
            raise ValueError(f"an agent of kind {self.kind} needs an encoder; give its folder")
        if not needs_bundle and self.encoder is not None:
            raise ValueError(f"an agent of kind {self.kind} has no encoder, not {self.encoder}")
        check_augmentation(self.augmentation)
        if self.augmentation != NONE and self.kind not in PICTURE_KINDS:
            raise ValueError(
                f"augmentation is {self.augmentation}, but an agent of kind {self.kind} sees no "
                f"pictures; those of kinds {' and '.join(PICTURE_KINDS)} do"
            )
        _check_label(self.label, self.kind)

    @property
    def encoded(self) -> bool:
        """Whether its observations are made by an encoder."""
        return self.kind in ENCODED_KINDS

    @property
    def shown_kind(self) -> str:
        """What tables call it: its label; else its kind, with the augmentation (pixels_shift)."""
        return name_of(self.kind, self.augmentation, self.label)

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AgentSpec":
        """Make a spec from :meth:`to_dict`'s result.

        Raises:
            ValueError: entries are missing or unknown.
        """
        names = [entry.name for entry in fields(cls)]
        needed = [each.name for each in fields(cls) if not _has_default(each)]
        for name in data:
            if name not in names:
                raise unknown("entry of an agent's description", name, names)
        missing = [name for name in needed if name not in data]
        if missing:
            raise ValueError(f"the agent's description lacks {', '.join(missing)}")
        return cls(**data)


def _has_default(entry: Field[Any]) -> bool:
    return entry.default is not MISSING or entry.default_factory is not MISSING


def _check_label(label: str, kind: str) -> None:
    if label == RANDOM or not _LABEL.fullmatch(label):
        raise ValueError(
            f"label is {label!r}, but must be of letters, digits, _, -, + and ., such as "
            f"pixels_shift, and not {RANDOM!r}, which is the random policy"
        )
    if label in KINDS and label != kind:
        raise ValueError(f"label is {label!r}, but the agent is of kind {kind}; give another label")
