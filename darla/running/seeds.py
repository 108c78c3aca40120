"""Seeds for the purposes of a run."""

import numpy as np


def derive_seed(seed: int, *purpose: int) -> int:
    """Return a seed for one purpose of a run; neighbouring run seeds share none of them.

    Args:
        seed: the run's seed.
        purpose: numbers that tell the purposes of one run apart.
    """
    return int(np.random.SeedSequence([seed, *purpose]).generate_state(1)[0] % 2**31)
