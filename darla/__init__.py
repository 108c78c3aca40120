"""Learning to see before learning to act: frames, objectives, encoders and their wrappers.

The names below are the public API. They are imported when first used, so that ``import darla``
stays light and Stable-Baselines3 is only needed by those who use its adapters.
"""

import importlib
from typing import Any

_HOMES = {
    "FrameDataset": "darla.frames.dataset",
    "load_encoder": "darla.encoder.bundle",
    "FrozenEncoder": "darla.encoder.bundle",
    "LatentOptions": "darla.wrappers.latent_options",
    "LatentTransform": "darla.wrappers.latent_transform",
    "LatentObservation": "darla.wrappers.latent_observation",
    "VectorLatentObservation": "darla.wrappers.vector_latent_observation",
    "VecLatent": "darla.wrappers.sb3",
    "EncoderExtractor": "darla.wrappers.sb3",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        raise AttributeError(f"module 'darla' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public API for completion in editors."""
    return __all__


def _version() -> str:
    """Return the version that is installed, or "unknown" where none is."""
    from importlib import metadata  # takes as long as everything else here

    try:
        return metadata.version("darla")
    except metadata.PackageNotFoundError:
        return "unknown"
