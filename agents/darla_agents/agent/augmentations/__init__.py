"""Random changes of pictures that an agent learns from, as functions of explicit parameters.

They are those that image-based reinforcement learning is usually compared with, one file each:
``shift``, ``color`` and ``convolution``; ``recolor``, what encoders learn from; and ``repaint``,
what an encoder makes of it. Each draws parameters with a generator, and maps pictures and
parameters to new pictures. One of another package is added by an entry point::

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


def _check(name: str, augmentation: Augmentation | EncoderAugmentation) -> None:
    """Check that an augmentation can be used."""
    if not isinstance(augmentation, Augmentation | EncoderAugmentation) or name == NONE:
        raise ValueError(
            f"the augmentation {name!r} is {augmentation!r}, but must be an Augmentation of "
            f"darla_agents.agent.augmentations with another name than {NONE!r}"
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


def check_augmentation(name: str) -> None:
    """Raise a ValueError for a name that is neither ``none`` nor in AUGMENTATIONS."""
    if name != NONE and name not in AUGMENTATIONS:
        raise unknown("augmentation", name, [NONE, *AUGMENTATIONS])


def needs_encoder(name: str) -> bool:
    """Whether an augmentation, or ``none``, is made of an encoder."""
    return name != NONE and isinstance(AUGMENTATIONS[name], EncoderAugmentation)


def make_augmentation(name: str, encoder: "FrozenEncoder | None" = None) -> Augmentation:
    """Return an augmentation that can be applied.

    A ValueError where its name is unknown, or it needs an encoder and there is none, or one that
    cannot do it.
    """
    found = AUGMENTATIONS[name]
    if isinstance(found, Augmentation):
        return found
    if encoder is None:
        raise ValueError(f"the augmentation {name} needs an encoder; give its folder")
    return found.make(encoder)


def describe_augmentations() -> str:
    """Return what all augmentations do, as text for a help page."""
    known = AUGMENTATIONS.usable()
    return "; ".join([NONE, *(f"{name}: {each.help}" for name, each in known.items())])
