"""DARLA's loss, learnt from pairs, which tell the look from the state.

The loss is that of :mod:`darla.objectives.darla_2017`. Pairs of frames of one episode tell the look
from the state, and the state is inferred from recoloured copies, both as in
:mod:`darla.objectives.ml_vae`. A policy that sees the state latents alone then acts in a new look
as it does in its own.

Where there are no pairs, or to compare with the paper, train ``darla_2017``. Version 0.1 called
this objective ``darla``; it still answers to that name.
"""

from dataclasses import dataclass
from typing import ClassVar

from darla.objectives.darla_2017 import Darla2017, Darla2017Settings
from darla.objectives.ml_vae import LookStateSettings, ProductOfPairs
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class LookStateVAESettings(LookStateSettings, Darla2017Settings):
    """DARLA's loss on pairs; see :mod:`darla.objectives.look_state_vae`."""

    objective: ClassVar[str] = "look_state_vae"

    state_likeness: AtLeastZero = 0.3
    """Where frames are recoloured, what each nat between the states of a copy and of its frame
    costs."""


class LookStateVAE(ProductOfPairs, Darla2017):
    """DARLA's loss, on pairs that share the product of their posteriors."""

    settings_class = LookStateVAESettings
    settings: LookStateVAESettings
