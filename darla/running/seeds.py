"""Seeds for the purposes of a run, and the list of these purposes."""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What random numbers are for: a number for each, so that none shares them with another.

    A number stays what it is, since results of earlier versions come from it.
    """

    TRAINING = 1
    """Exploration, and the environments that an agent learns in; with the steps done so far."""
    SOURCE_EVALUATION = 2
    """Episodes that are played in the source while an agent learns; with their index."""
    STILL_LATENTS = 3
    """Episodes that show which latents stand still in the source."""
    RESAMPLED_LOOKS = 4
    """The looks that an agent's latents wear while it learns."""
    AUGMENTATION = 5
    """What is done to the pictures that an agent learns from."""
    RESTYLING = 6
    """The looks that pictures of an environment are shown in; with the seed of its reset."""
    SWEPT_SETTINGS = 7
    """The settings of a sweep's trials; with the trial's number."""
    STACKED_SEEDS = 8
    """What seeds of an encoder that are trained at once draw while they are; with all of them."""
    TRANSFER = 7_000
    """Episodes of an evaluation, apart from those that agents were trained on."""
    RANDOM_POLICY = 7_001
    """Actions of the random policy, apart from what the episode itself is made of."""
    AGENT_ACTIONS = 7_002
    """Actions that an agent draws in an episode; with the episode's seed."""
    DRAWN_LOOKS = 0x100C
    """Looks of worlds, apart from what a simulator draws from the same seed."""


def derive_seed(seed: int, *purpose: int) -> int:
    """Return a seed for one purpose of a run; neighbouring run seeds share none of them.

    ``purpose`` is a :class:`Purpose`, and numbers that tell its uses in one run apart.
    """
    return int(np.random.SeedSequence([seed, *purpose]).generate_state(1)[0] % 2**31)
