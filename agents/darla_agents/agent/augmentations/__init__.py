"""Random changes of pictures that an agent learns from, as functions of explicit parameters.

They are those that image-based reinforcement learning is usually compared with, one file each:
``shift``, ``color`` and ``convolution``; ``recolor``, what encoders learn from; and ``repaint``,
what an encoder makes of it. Each draws parameters with a generator, and maps pictures and
parameters to new pictures. Names joined by ``+`` stand for one after the other: ``shift+recolor``.
One of another package is added by an entry point::

    [project.entry-points."darla.augmentations"]
    blur = "my_package.blur:BLUR"
"""

from typing import TYPE_CHECKING

from darla.running.names import unknown
from darla.running.registry import Registry
from darla_agents.agent.augmentations.base import Augmentation, EncoderAugmentation

if TYPE_CHECKING:
    from darla.encoder.frozen_encoder import FrozenEncoder

NONE = "none"
"""Stands for no augmentation."""
EPISODE, STEP = "episode", "step"
EACH = (EPISODE, STEP)
"""What parameters can be drawn for."""


def _check(name: str, augmentation: Augmentation | EncoderAugmentation) -> None:
    """Check that an augmentation can be used."""
    if not isinstance(augmentation, Augmentation | EncoderAugmentation) or (
        name == NONE or "+" in name
    ):
        raise ValueError(
            f"the augmentation {name!r} is {augmentation!r}, but must be an Augmentation of "
            f"darla_agents.agent.augmentations with another name than {NONE!r}, and without a +"
        )


_HERE = "darla_agents.agent.augmentations"
AUGMENTATIONS: Registry[Augmentation | EncoderAugmentation] = Registry(
    "augmentation", "darla.augmentations", _check
)
"""What can be done to pictures, by name."""
AUGMENTATIONS.register("shift", f"{_HERE}.shift:SHIFT")
AUGMENTATIONS.register("color", f"{_HERE}.color:COLOR")
AUGMENTATIONS.register("recolor", f"{_HERE}.recolor:RECOLOR")
AUGMENTATIONS.register("conv", f"{_HERE}.convolution:CONVOLUTION")
AUGMENTATIONS.register("repaint", f"{_HERE}.repaint:REPAINT")


def check_augmentation(text: str, share: float = 1.0, each: str = EPISODE) -> None:
    """Raise a ValueError for what is neither ``none`` nor names in AUGMENTATIONS joined by ``+``.

    Also for a share that is not above 0 and at most 1, what parameters are not drawn for, and
    where either is said of no augmentation.
    """
    for name in _names(text):
        if name not in AUGMENTATIONS:
            raise unknown("augmentation", name, [NONE, *AUGMENTATIONS])
    if not 0 < share <= 1:
        raise ValueError(f"augmentation_share is {share}, but must be above 0 and at most 1")
    if each not in EACH:
        raise unknown("value of augmentation_each", each, EACH)
    if text == NONE and (share, each) != (1, EPISODE):
        raise ValueError(
            f"augmentation_share is {share} and augmentation_each {each}, but there is no "
            "augmentation; give one, or leave them out"
        )


def needs_encoder(text: str) -> bool:
    """Whether any of the augmentations is made of an encoder."""
    return any(isinstance(AUGMENTATIONS[name], EncoderAugmentation) for name in _names(text))


def make_augmentations(text: str, encoder: "FrozenEncoder | None" = None) -> list[Augmentation]:
    """Return augmentations that can be applied, in the order in which they are.

    A ValueError where a name is unknown, or one needs an encoder and there is none, or one that
    cannot do it.
    """
    made = []
    for name in _names(text):
        found = AUGMENTATIONS[name]
        if isinstance(found, EncoderAugmentation):
            if encoder is None:
                raise ValueError(f"the augmentation {name} needs an encoder; give its folder")
            found = found.make(encoder)
        made.append(found)
    return made


def _names(text: str) -> list[str]:
    """Return the names that a text joins; of ``none`` there are none."""
    return [] if text == NONE else text.split("+")


def describe_augmentations() -> str:
    """Return what all augmentations do, as text for a help page."""
    known = AUGMENTATIONS.usable()
    return "; ".join([NONE, *(f"{name}: {each.help}" for name, each in known.items())])
