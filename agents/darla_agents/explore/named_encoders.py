"""The encoders that are explored, each with a short name, and what the page is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from darla.encoder.abilities import GAUSSIAN, can_decode, role_by_latent
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import most_informative
from darla.frames.pictures import resize_frames
from darla.uses.refusals import can_tell_roles
from darla_agents.encoder_evaluation.bundles import bundle_labels, load_bundles
from darla_agents.explore.messages import Answer, numbers


@dataclass(frozen=True, eq=False)
class NamedEncoder:
    """An encoder, and what it is called here."""

    name: str
    encoder: FrozenEncoder

    def sized(self, frames: np.ndarray) -> np.ndarray:
        """Return frames, uint8 (N, H, W, 3) of any size, in the size that it encodes."""
        return resize_frames(frames, self.encoder.image_shape[:2])

    def checked(self, latents: Sequence[float]) -> np.ndarray:
        """Return latents of one frame as float32 (1, z); a ValueError where they are not z."""
        if len(latents) != self.encoder.latent_dim:
            raise ValueError(
                f"{len(latents)} latents were given; {self.name} has {self.encoder.latent_dim}"
            )
        return np.array([latents], dtype=np.float32)

    def about(self) -> Answer:
        """Return what the page shows of it before any frame is encoded."""
        encoder, found = self.encoder, self.encoder.statistics
        roles = role_by_latent(encoder)
        return {
            "name": self.name,
            "objective": encoder.config["objective"]["name"],
            "size": list(encoder.image_shape[:2]),
            "latents": encoder.latent_dim,
            "active": numbers(encoder.active),
            "order": numbers(most_informative(encoder)),
            "gaussian": encoder.encoder.shape.posterior == GAUSSIAN,
            "quantized": encoder.encoder.shape.quantized,
            "kl": numbers(found.kl),
            "mean": numbers(found.mean),
            "std": numbers(found.std),
            "low": numbers(found.low),
            "high": numbers(found.high),
            "roles": [roles.get(latent, "") for latent in range(encoder.latent_dim)],
            "decodes": can_decode(encoder),
            "tells_roles": can_tell_roles(encoder),
            "references": len(encoder.reference_frames),
            "failure": encoder.failure,
        }


def open_encoders(bundles: Sequence[Path], device: str) -> tuple[NamedEncoder, ...]:
    """Load the encoders of bundles; for errors see ``load_bundles``."""
    labels = bundle_labels(bundles)
    encoders = load_bundles(bundles, device, "float32")
    return tuple(map(NamedEncoder, labels, encoders))
