"""Learning to see before learning to act: frames, objectives, encoders and their wrappers.

The names below are the public API, in the order in which a project needs them::

    Looks({"source": Look(), ...}), restyled(env, {"hue": 0.5})   how an environment looks
    CroppedPictures(env, rows=(80, 150))             which part of it is shown
    collect(CollectConfig(env="MyEnv-v0", ...))      frames      -> Collected
    train_vision(VisionConfig(data=...))             an encoder  -> TrainedVision
    train_seeds(VisionConfig(seeds=(0, 1, 2)))       several of one kind, at once
    objective_settings("beta_vae", beta=2.0)         what to train, for VisionConfig
    load_encoder(folder)                             in Python   -> FrozenEncoder
    VecLatent(venv, folder), LatentObservation(env, folder), ...  latents in place of pictures

They are imported when first used, so that ``import darla`` stays light and Stable-Baselines3 is
only needed by those who use its adapters. ``darla.checks`` holds checks for what others add.
"""

import importlib
from typing import TYPE_CHECKING, Any

from darla.running.notebook_backend import forget_missing_backend

if TYPE_CHECKING:  # for editors and type checkers, which do not look into __getattr__
    from darla import checks
    from darla.collection.collect import Collected, collect
    from darla.collection.config import CollectConfig
    from darla.encoder.bundle import load_encoder
    from darla.encoder.frozen_encoder import FrozenEncoder
    from darla.encoder.onnx_export import export_onnx
    from darla.environments.cropped_pictures import CroppedPictures
    from darla.environments.looks import Look, Looks
    from darla.environments.restyled_pictures import restyled
    from darla.frames.dataset import FrameDataset
    from darla.objectives.registry import objective_settings
    from darla.page.write import export_page
    from darla.vision.config import VisionConfig
    from darla.vision.results import TrainedVision
    from darla.vision.train import train_seeds, train_vision
    from darla.wrappers.latent_observation import LatentObservation
    from darla.wrappers.latent_options import LatentOptions
    from darla.wrappers.latent_transform import LatentTransform
    from darla.wrappers.sb3.extractor import EncoderExtractor
    from darla.wrappers.sb3.vec_latent import VecLatent
    from darla.wrappers.vector_latent_observation import VectorLatentObservation

forget_missing_backend()  # before anything imports Matplotlib

_HOMES = {
    "CollectConfig": "darla.collection.config",
    "Collected": "darla.collection.collect",
    "CroppedPictures": "darla.environments.cropped_pictures",
    "EncoderExtractor": "darla.wrappers.sb3.extractor",
    "FrameDataset": "darla.frames.dataset",
    "FrozenEncoder": "darla.encoder.frozen_encoder",
    "LatentObservation": "darla.wrappers.latent_observation",
    "LatentOptions": "darla.wrappers.latent_options",
    "LatentTransform": "darla.wrappers.latent_transform",
    "Look": "darla.environments.looks",
    "Looks": "darla.environments.looks",
    "VecLatent": "darla.wrappers.sb3.vec_latent",
    "VectorLatentObservation": "darla.wrappers.vector_latent_observation",
    "TrainedVision": "darla.vision.results",
    "VisionConfig": "darla.vision.config",
    "collect": "darla.collection.collect",
    "export_onnx": "darla.encoder.onnx_export",
    "export_page": "darla.page.write",
    "load_encoder": "darla.encoder.bundle",
    "objective_settings": "darla.objectives.registry",
    "restyled": "darla.environments.restyled_pictures",
    "train_seeds": "darla.vision.train",
    "train_vision": "darla.vision.train",
}

__all__ = [
    "CollectConfig",
    "Collected",
    "CroppedPictures",
    "EncoderExtractor",
    "FrameDataset",
    "FrozenEncoder",
    "LatentObservation",
    "LatentOptions",
    "LatentTransform",
    "Look",
    "Looks",
    "TrainedVision",
    "VecLatent",
    "VectorLatentObservation",
    "VisionConfig",
    "checks",
    "collect",
    "export_onnx",
    "export_page",
    "load_encoder",
    "objective_settings",
    "restyled",
    "train_seeds",
    "train_vision",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name == "__version__":
        return _version()
    if name == "checks":
        return importlib.import_module("darla.checks")
    if name not in _HOMES:
        raise AttributeError(f"module 'darla' has no attribute {name!r}")
    thing = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return thing


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
