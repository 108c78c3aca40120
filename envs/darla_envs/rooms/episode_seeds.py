"""The random numbers of each world's episodes."""

import numpy as np

from darla_envs.batch.worlds import Seeds


class EpisodeSeeds:
    """Counts the episodes of each world, and gives each episode its uniform numbers.

    An episode's numbers come from the world's seed and the episode's number alone.
    """

    def __init__(self, num_worlds: int) -> None:
        self._seeds: list[int | None] = [None] * num_worlds
        self._episodes = np.zeros(num_worlds, dtype=np.int64)
        self._unseeded = num_worlds

    def start(self, chosen: np.ndarray, seeds: Seeds) -> None:
        """Go on to the next episode of the chosen worlds; a seed begins a new sequence of them."""
        self._episodes[chosen] += 1
        if seeds is None and not self._unseeded:
            return
        given = [None] * len(chosen) if seeds is None else seeds
        for world, seed in zip(chosen.tolist(), given, strict=True):
            if seed is not None:
                self._begin(world, int(seed))
            elif self._seeds[world] is None:
                self._begin(world, int(np.random.SeedSequence().generate_state(1)[0]))

    def uniform(self, chosen: np.ndarray, count: int) -> np.ndarray:
        """Return the uniform numbers of the chosen worlds' episodes, (n, count) float64."""
        drawn = np.empty((len(chosen), count))
        for row, world in zip(drawn, chosen.tolist(), strict=True):
            seed = [self._seeds[world], int(self._episodes[world])]
            np.random.default_rng(seed).random(out=row)
        return drawn

    def _begin(self, world: int, seed: int) -> None:
        """Give a world a seed, and let its next episode be number 0."""
        self._unseeded -= self._seeds[world] is None
        self._seeds[world], self._episodes[world] = seed, 0
