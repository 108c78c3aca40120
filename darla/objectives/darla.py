"""DARLA, as it is trained here: the published loss, learnt from pairs of frames of one episode.

The loss is that of :mod:`darla.objectives.darla_2017`. Pairs tell the look from the state, and the
state is inferred from recoloured copies, both as in :mod:`darla.objectives.ml_vae`. A policy that
sees the state latents alone then acts in a new look as it does in its own.

Where there are no pairs, or to compare with the paper, train ``darla_2017``.
"""

from typing import ClassVar

from darla.objectives.darla_2017 import Darla2017
from darla.objectives.ml_vae import LOOK_SETTINGS, ProductOfPairs


class Darla(ProductOfPairs, Darla2017):
    """DARLA's loss, on pairs that share the product of their posteriors."""

    name: ClassVar[str] = "darla"
    uses: ClassVar[frozenset[str]] = Darla2017.uses | LOOK_SETTINGS
    default_beta: ClassVar[float] = 0.5
    default_recolored: ClassVar[float] = 1.0
    default_state_likeness: ClassVar[float] = 0.3
    default_beta_look: ClassVar[float] = 1.5
    default_look_latents: ClassVar[int] = 12
