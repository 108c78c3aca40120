"""The games of Procgen that are seen as pictures here, as data; nothing needs EnvPool.

Procgen (Cobbe et al., 2020, arXiv 1912.01588) makes a level from a number, which decides where
things are and, unless it is told otherwise, how they look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

EASY, HARD = "easy", "hard"
MODES = (EASY, HARD)
SIDE = 64
"""Height and width of pictures, in pixels: Procgen draws no others."""
NUM_ACTIONS = 15
"""Nine directions, standing still among them, and six actions that these games hardly use."""


@dataclass(frozen=True)
class ProcgenTask:
    """One game.

    Attributes:
        name: what it is called.
        mode: how hard its levels are, unless somebody says otherwise. CoinRun's easy levels have no
            walking enemies, and all look the same, so that nothing could be learned there about
            looks; FruitBot's easy ones look as different as the hard ones.
        shapes_mean: whether themes decide what things are, and not only how they look. In FruitBot
            another theme is another fruit, which nobody can know to be good.
    """

    name: str
    mode: str
    shapes_mean: bool

    @property
    def task_id(self) -> str:
        """The id that it is registered by."""
        return f"Darla/Procgen-{self.name}-v0"


PROCGEN_TASKS: Mapping[str, ProcgenTask] = {
    each.task_id: each
    for each in (
        ProcgenTask("CoinRun", HARD, shapes_mean=False),
        ProcgenTask("FruitBot", EASY, shapes_mean=True),
    )
}
"""All games, by their ids."""
