"""What kinds of agents there are: one object a kind, which says all that the kind does otherwise.

Agents of different kinds share tasks, algorithms and settings, and differ in what they see. A kind
of another package is added by an entry point, without an import of ours::

    [project.entry-points."darla.kinds"]
    grey = "my_package.grey:GREY"

It can then be trained, evaluated, collected with, compared and plotted as any other. Neither torch
nor Stable-Baselines3 is loaded here, so that tables and plots need none of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from darla.running.names import lookup
from darla.running.registry import Registry

if TYPE_CHECKING:
    import numpy as np

    PictureTransform = Callable[[np.ndarray], np.ndarray]
    """Maps pictures (n, H, W, 3) uint8 to what an agent sees of them (n, ...): other uint8 pictures
    (n, h, w, channels), or float32 numbers without bounds."""

RANDOM = "random"
"""What rows, tables and plots call the random policy, which is no kind and sees nothing."""

BASELINE = "pixels"
"""The kind that others are compared with."""

Observing = Literal["pictures", "factors"]
"""What environments are to show: what they show by themselves, which is or holds a picture, or the
true factors of their state, (D,) float32."""

PICTURES: Observing = "pictures"
FACTORS: Observing = "factors"

FROZEN, UNTRAINED, TRAINED = "frozen", "untrained", "trained"
ENCODER_USES = {
    FROZEN: "its observations are the latents of the bundle's encoder",
    UNTRAINED: "the same, of the same network with random weights",
    TRAINED: "its policy begins with the bundle's encoder and trains it further",
}
"""What a kind may do with an encoder bundle."""

_NAME = re.compile(r"[A-Za-z0-9_.+-]+")


@dataclass(frozen=True)
class Kind:
    """A kind of agent."""

    name: str
    """What commands, descriptions, rows and tables call it."""
    help: str
    """What its agents see, in half a sentence."""
    observation: Observing = PICTURES
    """What its environments must give; pictures or factors."""
    encoder: str | None = None
    """What it does with an encoder bundle; a name in ENCODER_USES, or None for a kind that takes
    none."""
    transform: "PictureTransform | None" = None
    """What pictures are turned into before the agent sees them; None for nothing. For kinds without
    an encoder that see pictures."""
    extractor: Callable[[], type[Any]] | None = None
    """Called to get the class of features extractor that the policy has, so that this can be
    imported late; None for the one that suits the observation, or trains an encoder."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the algorithm's name, what the kind changes of the shared settings."""
    style: tuple[str, str] | None = None
    """Its colour and marker in plots, as matplotlib writes them; free ones when None."""

    @property
    def needs_encoder(self) -> bool:
        """Whether its agents need an encoder bundle."""
        return self.encoder is not None

    @property
    def sees_latents(self) -> bool:
        """Whether an encoder makes its observations."""
        return self.encoder in (FROZEN, UNTRAINED)

    @property
    def trains_encoder(self) -> bool:
        """Whether an encoder is part of its policy, and trained with it."""
        return self.encoder == TRAINED

    @property
    def sees_factors(self) -> bool:
        """Whether its observations are true factors; no picture needs to be drawn for it."""
        return self.observation == FACTORS

    @property
    def learns_from_pictures(self) -> bool:
        """Whether its policy is trained on pictures, which can be augmented."""
        return not self.sees_factors and not self.sees_latents


def _check(name: str, kind: Kind) -> None:
    """Check that a kind can be used under a name."""
    if not isinstance(kind, Kind):
        raise ValueError(
            f"the kind {name!r} is {kind!r}, but must be a darla_agents.agent.kinds.Kind"
        )
    if kind.name != name or name == RANDOM or not _NAME.fullmatch(name):
        raise ValueError(
            f"the kind {name!r} is called {kind.name!r}, but must be called {name!r}, in letters, "
            f"digits, _, -, + and ., and not {RANDOM!r}"
        )
    lookup("observation of a kind", kind.observation, {PICTURES: None, FACTORS: None})
    if kind.needs_encoder:
        lookup("use of an encoder", str(kind.encoder), ENCODER_USES)
    if kind.sees_factors and (kind.needs_encoder or kind.transform is not None):
        raise ValueError(f"the kind {name!r} sees factors, which nothing turns into pictures")
    if kind.needs_encoder and kind.transform is not None:
        raise ValueError(f"the kind {name!r} has an encoder, so it takes no transform")


KINDS: Registry[Kind] = Registry("kind of agent", "darla.kinds", _check)
"""The kinds by name, in the order of tables and plots."""


def describe_kinds() -> str:
    """Return what all kinds see, as text for a help page."""
    return "; ".join(f"{kind.name}: {kind.help}" for kind in KINDS.usable().values())


def kind_of_label(label: str) -> str | None:
    """Return the kind that a label begins with (pixels_shift: pixels); None for another label."""
    fitting = [name for name in KINDS if label == name or label.startswith(f"{name}_")]
    return max(fitting, key=len, default=None)


# Steps that are remembered; of 64x64 pictures they take 0.5 GB.
_FEWER_PICTURES = {name: {"buffer_size": 20_000} for name in ("dqn", "sac", "td3")}

# Colours are of Okabe and Ito's palette, which people with any colour vision can tell apart.
for _kind in (
    Kind("latent", "the latents of a frozen encoder", encoder=FROZEN, style=("#0072B2", "o")),
    Kind(
        "pixels",
        "the pictures themselves, through a convolutional network",
        settings=_FEWER_PICTURES,
        style=("#D55E00", "s"),
    ),
    Kind(
        "finetuned",
        "pictures, through an encoder that is trained further with the policy",
        encoder=TRAINED,
        settings=_FEWER_PICTURES,
        style=("#E69F00", "p"),
    ),
    Kind(
        "random_encoder",
        "the latents of the same network with random weights, a lower reference",
        encoder=UNTRAINED,
        style=("#CC79A7", "D"),
    ),
    Kind(
        "factors",
        "the true factors of the world's state, an upper reference",
        observation=FACTORS,
        style=("#009E73", "^"),
    ),
):
    KINDS.register(_kind.name, _kind)
