"""A Gymnasium wrapper: the picture that an environment shows becomes an encoder's latents."""

from pathlib import Path
from typing import Any, Unpack

import gymnasium as gym
import numpy as np
from gymnasium.utils import RecordConstructorArgs

from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_memory import memory_for
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform


class LatentObservation(gym.ObservationWrapper[Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Observations are latents (z,) float32 instead of pictures.

    In a Dict observation the picture's entry is replaced and all others are passed on. The spec
    records the bundle's folder and never the network, so ``env.spec.to_json()`` and
    ``gym.make(env.spec)`` work. For many environments at once prefer
    :class:`darla.VectorLatentObservation` or :class:`darla.VecLatent`, which encode all in one
    batch. Where the encoder has a memory, latents are those of a frame given all before it in its
    episode; what encodes observations is then :meth:`reset` and :meth:`step`.

    Args:
        env: an environment that observes pictures, or a Dict with one, in any of the
            :mod:`darla.frames.picture_forms`.
        encoder: a bundle's folder, or an encoder that is already loaded.
        key: the picture's entry in a Dict; needed only when there are several.
        device: where a bundle given by its folder is put: "cpu", "cuda" or "auto".
        **options: how latents are shown: ``standardize``, ``zero_dead``, ``masked``, ``removed``
            and ``precision`` of :class:`darla.LatentOptions`.

    Raises:
        ValueError: the observation holds no picture that can be encoded, an option is unknown,
            there is no latent of an index given, or an encoder with memory has learnt of other
            actions.
        FileNotFoundError: there is no bundle in that folder.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        encoder: FrozenEncoder | str | Path,
        *,
        key: str | None = None,
        device: str = "cpu",
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        transform = LatentTransform(encoder, LatentOptions.from_dict(options), device=device)
        observer = transform.observer(env.observation_space, key)
        memory = memory_for(transform, env.action_space)
        RecordConstructorArgs.__init__(
            self,
            encoder=transform.path,
            key=key,
            device=device,
            **transform.options.to_dict(),
        )
        super().__init__(env)
        self.transform = transform
        self.observation_space = observer.space
        self._observer = observer
        self._memory = memory

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode, and encode what it shows."""
        if self._memory is not None:
            self._memory.begin([0])
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Act, and encode what comes of it."""
        if self._memory is not None:
            self._memory.act([0], np.asarray(action)[None])
        return super().step(action)

    def observation(self, observation: Any) -> Any:
        """Encode one observation; with memory, the next one of the episode."""
        memory = self._memory
        if memory is None:
            return self._observer.single(observation)
        return self._observer.single(observation, lambda frames: memory.see(frames, [0]))
