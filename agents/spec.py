"""What an agent is, in data: enough to build it again and to know where its results belong."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from agents.defaults import ALGORITHMS, check_kind
from darla.names import lookup, unknown

ENCODED_KINDS = ("latent", "random_encoder")
"""The kinds of observation that an encoder makes."""


@dataclass(frozen=True)
class AgentSpec:
    """An agent: what it does, what it sees, how and where it learns.

    Attributes:
        task: the id of the environment.
        kind: the kind of observation: pixels, latent, factors or random_encoder.
        algorithm: ppo, a2c or dqn.
        domain: the source domain, where it learns.
        seed: of its weights, its environments and its exploration.
        encoder: the encoder bundle's folder for the kinds that need one, else None.
        total_timesteps: how many steps it learns for, all environments together.
        settings: the algorithm's settings, complete.
        latent_options: how latents are made: ``standardize``, ``zero_dead`` and, where some are
            hidden from the agent, ``masked``.
        learning_options: what is done to observations while it learns, and never when it is
            evaluated: ``resampled`` and ``repaint`` of :class:`darla.VecLatent`.

    Raises:
        ValueError: an unknown kind or algorithm, or an encoder that is missing or not needed.
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

    def __post_init__(self) -> None:
        check_kind(self.kind)
        lookup("algorithm", self.algorithm, ALGORITHMS)
        if self.encoded and self.encoder is None:
            raise ValueError(f"an agent of kind {self.kind} needs an encoder; give its folder")
        if not self.encoded and self.encoder is not None:
            raise ValueError(f"an agent of kind {self.kind} has no encoder, not {self.encoder}")

    @property
    def encoded(self) -> bool:
        """Whether its observations are made by an encoder."""
        return self.kind in ENCODED_KINDS

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
        for name in data:
            if name not in names:
                raise unknown("entry of an agent's description", name, names)
        missing = [
            entry.name
            for entry in fields(cls)
            if entry.name not in data and entry.default is entry.default_factory is MISSING
        ]
        if missing:
            raise ValueError(f"the agent's description lacks {', '.join(missing)}")
        return cls(**data)
