"""From what environments show to an agent's actions: encode if the agent needs it, then choose."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm

from agents.spec import AgentSpec
from darla.bundle import FrozenEncoder, load_encoder, random_encoder
from darla.latents import LatentTransform, image_of, resolve_device, with_latents


class AgentPolicy:
    """Acts as an agent does, on what its task's environments show before any encoder.

    Args:
        model: the agent's algorithm.
        transform: makes the agent's latents of pictures; None for agents that have no encoder.
        key: the picture's entry when observations are a Dict.
        deterministic: take the most probable action instead of drawing one.
    """

    def __init__(
        self,
        model: BaseAlgorithm,
        transform: LatentTransform | None = None,
        *,
        key: str | None = None,
        deterministic: bool = True,
    ) -> None:
        self._model = model
        self._transform = transform
        self._key = key
        self._deterministic = deterministic

    def begin(self, environment: int, seed: int) -> None:
        """Get ready for an episode: there is nothing to remember."""

    def act(self, observations: Any, environments: Sequence[int] = ()) -> np.ndarray:
        """Choose actions.

        Args:
            observations: a batch of n pictures (H, W, 3) uint8 or factors (D,) float32, or a
                dictionary of such batches.
            environments: which environment each comes from, which makes no difference.

        Returns:
            (n,) int64 actions.
        """
        if self._transform is not None:
            latents = self._transform(image_of(observations, self._key))
            observations = with_latents(observations, self._key, latents)
        return self._model.predict(observations, deterministic=self._deterministic)[0]


def agent_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Load the encoder that makes an agent's observations; None for kinds that have none.

    An agent of kind random_encoder has the random weights that its own seed gives.

    Args:
        spec: the agent.
        device: where the encoder runs: "cpu", "cuda" or "auto" (a GPU when there is one).

    Raises:
        FileNotFoundError: there is no bundle in the folder that the agent names.
    """
    if not spec.encoded:
        return None
    folder = Path(str(spec.encoder))
    if spec.kind == "random_encoder":
        return random_encoder(folder, seed=spec.seed, device=resolve_device(device))
    return load_encoder(folder, device=resolve_device(device))


def agent_transform(spec: AgentSpec, encoder: FrozenEncoder | None) -> LatentTransform | None:
    """Return what makes an agent's latents of pictures; None for kinds that have no encoder.

    Args:
        spec: the agent.
        encoder: what :func:`agent_encoder` returned for it.
    """
    return None if encoder is None else LatentTransform(encoder, **spec.latent_options)
