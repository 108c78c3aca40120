"""A bundle's encoder as the features extractor of a policy."""

from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.preprocessing import get_flattened_obs_dim, is_image_space
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from darla.encoder.bundle import FrozenEncoder
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Encoder, make_encoder
from darla.encoder.remembered import remembers
from darla.frames.pictures import resize_pixels
from darla.wrappers.latent_options import LatentOptions, LatentOptionsDict
from darla.wrappers.latent_transform import LatentTransform

_SMALLEST_WIDTH = 16  # pixels; what has fewer along an axis is no picture there, but channels


class EncoderExtractor(BaseFeaturesExtractor):
    """A features extractor made of a bundle's encoder, frozen or fine-tuned.

    For the same pictures its features are the latents that :class:`darla.VecLatent` shows. Use it
    with a ``CnnPolicy`` or a ``MultiInputPolicy``: ``policy_kwargs={"features_extractor_class":
    EncoderExtractor, "features_extractor_kwargs": {"encoder": folder}}``. With stacked frames (3k
    channels) the k pictures are encoded one by one and their latents put side by side. Of a Dict
    the other entries follow them, flattened, in the space's order. An encoder that stays frozen
    belongs in :class:`darla.VecLatent`, which encodes each picture once; here it is encoded again
    in every epoch. A grey picture, (1, H, W), is encoded as one of three equal channels.

    Args:
        observation_space: pictures as policies see them, (3k, H, W) or (1, H, W): uint8 from 0 to
            255, or with ``normalized_image`` any Box whose pictures go from 0 to its highest bound;
            or a Dict with such an entry.
        encoder: a bundle's folder, or an encoder that is already loaded; or the shape of one whose
            weights, with all that the next options decide, are loaded with the policy's.
        trainable: fine-tune the encoder with the policy. False: it never changes and stays in
            eval mode, whatever the policy does.
        key: the pictures' entry in a Dict; needed only when there are several.
        normalized_image: the policy has ``normalize_images=False``, so that pictures come as they
            are in the observation space and not divided by 255.
        **options: how latents are shown: ``standardize``, ``zero_dead`` and ``masked`` of
            :class:`darla.LatentOptions`.

    Raises:
        ValueError: observations are no such pictures, there is no latent of a masked index, or
            another option is set.
        FileNotFoundError: there is no bundle in that folder.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        encoder: FrozenEncoder | str | Path | NetworkShape,
        trainable: bool = False,
        *,
        key: str | None = None,
        normalized_image: bool = False,
        **options: Unpack[LatentOptionsDict],
    ) -> None:
        self._key = _picture_key(observation_space, key, normalized_image)
        pictures: Any = observation_space
        self._others: list[str] = []
        if isinstance(observation_space, spaces.Dict):
            pictures = observation_space[str(self._key)]
            self._others = [name for name in observation_space.spaces if name != self._key]
        frames = _stacked_frames(pictures, normalized_image)
        network, shift, scale = _network(encoder, LatentOptions.from_dict(options))
        others: Any = observation_space
        rest = sum(get_flattened_obs_dim(others[name]) for name in self._others)
        super().__init__(observation_space, features_dim=frames * network.shape.latents + rest)
        self._trainable = trainable
        self._highest = float(pictures.high.max()) if normalized_image else 1.0
        height, width, _ = network.shape.image_shape
        self._size = (height, width)
        self.network = network.requires_grad_(trainable)
        self.shift: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("shift", torch.from_numpy(shift))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.train()

    def forward(self, observations: Any) -> torch.Tensor:
        """Encode pictures (N, 3k, H, W), uint8, or float as policies hand them on; (N, k * z).

        Of a Dict the other entries follow, flattened.
        """
        if self._key is None:
            return self._latents(observations)
        others = [observations[name].flatten(1).float() for name in self._others]
        return torch.cat([self._latents(observations[self._key]), *others], dim=1)

    def _latents(self, observations: torch.Tensor) -> torch.Tensor:
        """Encode pictures (N, 3k, H, W); (N, k * z)."""
        highest = 255.0 if observations.dtype == torch.uint8 else self._highest
        pixels = observations.float() / highest
        if pixels.shape[1] == 1:
            pixels = pixels.expand(-1, 3, -1, -1)
        pixels = pixels.reshape(-1, 3, *pixels.shape[-2:])
        latents: torch.Tensor = self.network(resize_pixels(pixels, self._size)).mu
        return ((latents - self.shift) * self.scale).reshape(len(observations), -1)

    def train(self, mode: bool = True) -> "EncoderExtractor":
        """Follow the policy's mode only when the encoder is trained with it."""
        return super().train(mode and self._trainable)

    def apply(self, fn: Any) -> "EncoderExtractor":
        """Keep the encoder's weights: policies initialise their extractors anew through this."""
        return self


def _network(
    encoder: FrozenEncoder | str | Path | NetworkShape, options: LatentOptions
) -> tuple[Encoder, np.ndarray, np.ndarray]:
    """Return a network of its own, and what its latents are shifted and scaled by."""
    if isinstance(encoder, NetworkShape):
        latents = encoder.latents
        return make_encoder(encoder), np.zeros(latents, np.float32), np.ones(latents, np.float32)
    if options.removed or options.precision != "float32":
        raise ValueError(
            "an EncoderExtractor projects no directions out and computes in the policy's float32; "
            "leave removed and precision out, or use VecLatent"
        )
    transform = LatentTransform(encoder, options)
    if remembers(transform.encoder):
        raise ValueError(
            "an EncoderExtractor sees pictures in any order, but the encoder has a memory; use "
            "VecLatent (--kind latent)"
        )
    return transform.encoder.trainable_copy(), transform.shift.copy(), transform.scale.copy()


def _picture_key(space: spaces.Space[Any], key: str | None, normalized_image: bool) -> str | None:
    """Return the pictures' entry in a Dict; None for a space that is no Dict."""
    if not isinstance(space, spaces.Dict):
        return None
    found = [
        name
        for name, entry in space.spaces.items()
        if isinstance(entry, spaces.Box) and _holds_pictures(entry, normalized_image)
    ]
    shapes = {name: space[name].shape or (0,) for name in found}
    found = [name for name in found if shapes[name][0] % 3 == 0] or found  # RGB goes before grey
    if key is None and len(found) == 1:
        return found[0]
    if key is None or key not in space.spaces:
        raise ValueError(
            f"key is {key!r}, but must name the entry with pictures, (3k, H, W), of {space}; "
            f"these may be: {', '.join(found) or 'none'}"
        )
    return key


def _stacked_frames(space: spaces.Space[Any], normalized_image: bool) -> int:
    """Return how many pictures an observation (3k, H, W) or (1, H, W) holds."""
    if not isinstance(space, spaces.Box) or not _holds_pictures(space, normalized_image):
        raise ValueError(
            "an EncoderExtractor takes RGB pictures of shape (3k, H, W), channels first, or a grey "
            "one, (1, H, W), uint8 from 0 to 255 or, with normalized_image=True, from 0 to one "
            "highest bound, not "
            f"{space}; policies of Stable-Baselines3 transpose pictures that are uint8, others "
            "need VecTransposeImage"
        )
    return max(int(space.shape[0]) // 3, 1)


def _holds_pictures(space: spaces.Box, normalized_image: bool) -> bool:
    """Whether a space is of pictures with channels first, and bounds that say what white is."""
    if len(space.shape) != 3 or (space.shape[0] % 3 and space.shape[0] != 1):
        return False
    channels, height, width = space.shape
    channels_last = width < _SMALLEST_WIDTH or (width < height and width < channels)
    if channels_last or height < _SMALLEST_WIDTH:
        return False
    if not normalized_image:
        return is_image_space(space)
    low, high = float(space.low.min()), float(space.high.max())
    return low == space.low.max() == 0 and high == space.high.min() and 0 < high < np.inf
