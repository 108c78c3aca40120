"""Which of the settings that are drawn in a row share a look, and which a state.

They come in blocks: some states, all of them in one look, then the same states in the next look.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from darla.running.names import unknown


def shared(count: int, per_look: int, looks_per_state: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the state and of the look of each of some settings, both int64 (n,).

    Both count from 0 through all blocks, each of ``per_look`` states in ``looks_per_state`` looks.
    """
    block, within = np.divmod(np.arange(count), per_look * looks_per_state)
    look, state = np.divmod(within, per_look)
    return block * per_look + state, block * looks_per_state + look


def in_look(names: Iterable[str], usual: Iterable[bool], asked: Sequence[str]) -> np.ndarray:
    """Return which of some factors make the look, bool (S,).

    They are those that are ``asked`` for, or the ``usual`` ones; a ValueError where one that is
    asked for is unknown.
    """
    names = list(names)
    for name in asked:
        if name not in names:
            raise unknown("factor of the look", name, names)
    return np.array([name in asked for name in names]) if asked else np.array([*usual], np.bool_)
