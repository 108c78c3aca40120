"""Show a policy that learns in one look the looks of all of D_U, without drawing any of them.

Where the source has one look, the latents that hold the look stand still, and a policy that sees
them does anything when they move. They can be hidden (``masked`` of
:class:`darla.wrappers.latent_transform.LatentTransform`); here they are made to move while the
policy learns: in each episode the environment wears the look of a frame of D_U, taken from the
frames that a bundle carries. The state is the source's own, and so are rewards: a policy trains in
every look at the cost of one.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from darla.wrappers.latent_transform import LatentTransform

Encode = Callable[[np.ndarray], np.ndarray]


class LookResampling:
    """Replaces the look in the latents of several environments, one look an episode.

    The latents that hold the look are ``resampled``, by index; a ValueError where there are none
    such. To repaint is also to decode what results into a picture and encode this again, so that
    what the state's latents do in that look is shown as well; it takes about twice as long again as
    encoding. Without a seed looks are others each time.

    Attributes:
        bank: (F, L) float32, the look of each frame that the bundle carries, not standardised.
        looks: (num_envs, L) float32, the look of each environment's episode.
    """

    def __init__(
        self,
        transform: LatentTransform,
        resampled: Sequence[int],
        repaint: bool,
        num_envs: int,
        seed: int | None,
    ) -> None:
        latents = transform.latent_dim
        self._columns = np.unique(np.asarray(resampled, dtype=np.int64))
        if not len(self._columns) or not 0 <= self._columns[0] <= self._columns[-1] < latents:
            raise ValueError(
                f"resampled latents are {list(resampled)}; give one or more of 0 to {latents - 1}"
            )
        self._transform = transform
        self._repaint = repaint
        self._rng = np.random.default_rng(seed)
        self.bank = transform.encoder.encode(transform.encoder.reference_frames)[:, self._columns]
        self.looks = self._draw(num_envs)

    def begin(self) -> Encode:
        """Begin an episode in every environment; returns what encodes their pictures."""
        self.looks = self._draw(len(self.looks))
        return partial(self._encode, looks=self.looks)

    def step(self, ended: Sequence[int], finals: Mapping[int, Any]) -> Encode:
        """Begin new episodes in the environments ``ended``.

        Returns what encodes the pictures of all environments followed by those of ``finals``, the
        last observations of these episodes, which still wear their look.
        """
        worn = self.looks[list(finals)]
        self.looks = self.looks.copy()
        self.looks[list(ended)] = self._draw(len(ended))
        return partial(self._encode, looks=np.concatenate([self.looks, worn]))

    def _draw(self, count: int) -> np.ndarray:
        """Draw looks of D_U, (count, L)."""
        return self.bank[self._rng.integers(len(self.bank), size=count)]

    def _encode(self, frames: np.ndarray, looks: np.ndarray) -> np.ndarray:
        """Return what a policy sees of pictures (N, h, w, 3) in looks (N, L) of D_U."""
        latents = self._transform.encode(frames)
        latents[:, self._columns] = looks
        if self._repaint:
            latents = self._transform.encode(self._transform.encoder.decode(latents))
        return self._transform.observe(latents)
