"""Encoder bundles: a folder that holds a trained encoder and all that is needed to use it.

``config.json`` says what the encoder is and what it has seen; ``model.safetensors`` holds the
weights, the latents' statistics and a few reference frames. Nothing in it can run code.

Keys of ``config.json``:

- ``format``, ``schema``: what the folder is, and the version of this layout;
- ``network``: the :class:`darla.encoder.network_shape.NetworkShape`;
- ``objective``: ``name`` and ``settings`` of what it was trained to do;
- ``likelihood``: ``name`` and ``sigma`` of the pixels;
- ``preprocessing``: how frames become the network's input;
- ``dataset``: what D_U was, and what of each factor it covered;
- ``training``: the settings of the run that made it;
- ``latent_roles``: indices of the latents that hold the ``look`` and of those that hold the
  ``state``, or of each level of a hierarchy, ``level_1`` the top; only of objectives that tell them
  apart;
- ``verdict``: what the run itself found the encoder to be worth, see
  :class:`darla.vision.verdict.Verdict`; not in bundles of version 0.1;
- ``versions``: of Python and the packages.
"""

import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import numpy as np
import torch
from msgspec import Meta
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from darla.encoder.frozen_encoder import FrozenEncoder, LatentStatistics, latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import (
    NETWORKS,
    Decoder,
    Encoder,
    MemoryEncoder,
    make_decoder,
    make_encoder,
)
from darla.encoder.remembered import sequence_statistics
from darla.encoder.shipped_encoders import bundle_folder, shipped_encoders
from darla.running.atomic import write_bytes, write_json
from darla.running.checked_json import Count, Name, check_shape, read_json
from darla.running.names import nearest
from darla.running.run_record import versions
from darla.running.tensor_files import read_tensors

__all__ = ["FrozenEncoder", "load_encoder", "random_encoder", "save_bundle"]

FORMAT = "darla encoder"
SCHEMA = 1
PREPROCESSING = "uint8 (N, H, W, 3) RGB / 255, channels first"
_REMEDY = "copy the bundle whole, or train the encoder again"


class _Named(TypedDict):
    """An objective or a likelihood, by its name."""

    name: Name


class _Objective(_Named):
    settings: NotRequired[dict[str, Any]]


class _Verdict(TypedDict):
    kept_variance: float
    active_latents: Count
    state_movement: float | None
    failure: Annotated[str, Meta(max_length=2000)] | None


class _Config(TypedDict):
    """``config.json`` of a bundle; see the top of this module for what the keys mean."""

    network: dict[str, Any]
    objective: _Objective
    likelihood: NotRequired[_Named | None]
    preprocessing: NotRequired[str]
    dataset: NotRequired[dict[str, Any] | None]
    training: NotRequired[dict[str, Any] | None]
    latent_roles: NotRequired[dict[str, Annotated[list[Count], Meta(max_length=1 << 16)]]]
    verdict: NotRequired[_Verdict]
    versions: NotRequired[dict[str, str]]


def save_bundle(
    path: Path,
    encoder: Encoder,
    decoder: Decoder,
    statistics: LatentStatistics,
    reference_frames: np.ndarray,
    description: dict[str, Any],
) -> None:
    """Write a bundle; ``config.json`` comes last, so that a folder with one is whole.

    An earlier bundle in the folder is replaced. The decoder's shape is the encoder's, and may name
    an architecture of its own. ``statistics`` and ``reference_frames``, uint8
    (n, H, W, 3), are of D_U; ``description`` is the ``objective``, ``likelihood``, ``dataset``,
    ``training`` and, if known, ``latent_roles`` and ``verdict`` of the config.
    """
    tensors = {f"encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
    tensors |= {f"decoder.{name}": tensor for name, tensor in decoder.state_dict().items()}
    tensors |= {f"statistics.{name}": value for name, value in statistics.tensors().items()}
    tensors["reference_frames"] = torch.from_numpy(reference_frames)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    config = {
        "format": FORMAT,
        "schema": SCHEMA,
        "network": decoder.shape.to_json(),
        **description,
        "preprocessing": PREPROCESSING,
        "versions": versions(),
    }
    (path / "config.json").unlink(missing_ok=True)
    write_bytes(path / "model.safetensors", save_tensors(plain))
    write_json(path / "config.json", config)


def load_encoder(path: str | os.PathLike[str], device: str = "cpu") -> FrozenEncoder:
    """Load the frozen encoder of a bundle, onto a device such as "cpu" or "cuda".

    The path is the bundle's folder; or the name of a bundle that comes with the package, such as
    "rooms", where there is no folder of that name; or one on the Hugging Face Hub,
    "hf://user/name@revision"; or a URL in an object store, "s3://bucket/name".

    Raises:
        FileNotFoundError: there is no bundle.
        ValueError: the folder holds something else, or a damaged bundle; or the hub has none.
    """
    folder = bundle_folder(path)
    config = _read_config(folder)
    where = f"network in {folder / 'config.json'}"
    shape = NetworkShape.from_json(config["network"], where, _REMEDY)
    _check_roles(folder, config, shape.latents)
    with torch.device("meta"):  # without memory, and without drawing random weights
        encoder, decoder = _networks(folder, shape)
    tensors = _read_tensors(folder)
    _fill(encoder, "encoder.", tensors, folder)
    _fill(decoder, "decoder.", tensors, folder)
    statistics = _statistics(tensors, shape, folder)
    frames = _take(tensors, "reference_frames", (None, *shape.image_shape), torch.uint8, folder)
    frozen = FrozenEncoder(encoder, decoder, statistics, frames.numpy(), config, folder)
    if len(frames) and not np.isfinite(frozen.encode(frames[:1])).all():
        raise ValueError(
            f"{folder / 'model.safetensors'} makes latents that are not finite of the bundle's own "
            f"frames; {_REMEDY}"
        )
    return frozen.to(device)


def random_encoder(path: str | os.PathLike[str], seed: int, device: str = "cpu") -> FrozenEncoder:
    """Make an encoder of the same shape as a bundle's, but untrained: a baseline.

    Its statistics are measured on the bundle's reference frames; with memory, one after the other
    as if they were an episode. The seed decides the weights; torch's own random numbers are left as
    they were. For the rest see :func:`load_encoder`.
    """
    trained = load_encoder(path)
    shape = trained.encoder.shape
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder, decoder = make_encoder(shape), make_decoder(shape)
    frames = trained.reference_frames
    shown = torch.from_numpy(frames)
    if isinstance(encoder, MemoryEncoder) and shape.memory:  # one after the other
        nothing = torch.zeros(len(shown), shape.memory.told)
        statistics = sequence_statistics(encoder, [(shown, nothing)])
    else:
        statistics = latent_statistics(encoder, [shown])
    objective = {"name": "random", "settings": {"seed": seed}}
    config = {**trained.config, "objective": objective}
    for told in ("latent_roles", "verdict"):  # of the trained one
        config.pop(told, None)
    return FrozenEncoder(encoder, decoder, statistics, frames, config, trained.path).to(device)


def _read_config(folder: Path) -> dict[str, Any]:
    """Read config.json, and check that it is one that this version reads."""
    path = folder / "config.json"
    if not path.is_file():
        if (folder / "encoder" / path.name).is_file():
            raise FileNotFoundError(
                f"{folder} is the folder of a run; its encoder bundle is {folder / 'encoder'}"
            )
        shipped = ", ".join(shipped_encoders())
        near = nearest(str(folder), shipped_encoders())
        raise FileNotFoundError(
            f"there is no encoder bundle at {folder} (no config.json in it); {near}train one with "
            "darla train-vision, and give the path of its folder 'encoder', or the name of "
            f"one that comes with darla: {shipped}"
        )
    try:
        config = read_json(path)
    except ValueError as error:
        raise ValueError(f"{error}; {_REMEDY}") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise ValueError(
            f"{path} does not describe an encoder; give the folder 'encoder' of a run of "
            "darla train-vision"
        )
    if config.get("schema") != SCHEMA:
        raise ValueError(
            f"{path} has schema {config.get('schema')}, but this version of darla reads {SCHEMA}; "
            "use the version that wrote it, or train the encoder again"
        )
    return dict(check_shape(config, _Config, str(path), _REMEDY))


def _networks(folder: Path, shape: NetworkShape) -> tuple[Encoder, Decoder]:
    """Make the networks of a bundle, without its weights."""
    for name in (shape.network, shape.decoder or shape.network):
        if name not in NETWORKS:
            raise ValueError(
                f"{folder} holds a network {name!r}, which no installed package adds (known: "
                f"{', '.join(NETWORKS)}); install the package that it was trained with"
            )
    try:
        return make_encoder(shape), make_decoder(shape)
    except ValueError as error:
        raise ValueError(f"{folder / 'config.json'}: bad network: {error!s}") from error


def _check_roles(folder: Path, config: dict[str, Any], latents: int) -> None:
    """Check that latent_roles, if there are any, name latents that there are."""
    roles = config.get("latent_roles", {})
    if any(index >= latents for indices in roles.values() for index in indices):
        raise ValueError(
            f"{folder / 'config.json'}: bad latent_roles {roles!r}; expected lists of indices from "
            f"0 to {latents - 1}"
        )


def _read_tensors(folder: Path) -> dict[str, Tensor]:
    """Read model.safetensors."""
    path = folder / "model.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"the bundle {folder} has no model.safetensors; copy it whole")
    return read_tensors(path, _REMEDY)


def _fill(module: nn.Module, prefix: str, tensors: dict[str, Tensor], folder: Path) -> None:
    """Load the tensors that begin with ``prefix`` into ``module``, after checking each."""
    state = {
        name: _take(tensors, prefix + name, tuple(own.shape), own.dtype, folder).clone()
        for name, own in module.state_dict().items()
    }
    module.load_state_dict(state, assign=True)


def _statistics(tensors: dict[str, Tensor], shape: NetworkShape, folder: Path) -> LatentStatistics:
    """Take the latents' statistics out of a bundle's tensors."""
    size = (shape.latents,)
    values = {
        each.name: _take(tensors, f"statistics.{each.name}", size, torch.float32, folder).numpy()
        for each in fields(LatentStatistics)
    }
    return LatentStatistics(**values)


def _take(
    tensors: dict[str, Tensor],
    name: str,
    shape: tuple[int | None, ...],
    dtype: torch.dtype,
    folder: Path,
) -> Tensor:
    """Return one tensor, checked: there, of that shape (None: any size) and dtype."""
    path = folder / "model.safetensors"
    if name not in tensors:
        raise ValueError(f"{path} lacks {name}; it does not belong to its config.json")
    tensor = tensors[name]
    sides = zip(tensor.shape, shape, strict=False)
    fits = tensor.ndim == len(shape) and all(want in (None, have) for have, want in sides)
    if not fits or tensor.dtype != dtype:
        raise ValueError(
            f"{path}: {name} is {tensor.dtype} of shape {tuple(tensor.shape)}, "
            f"but its config.json asks for {dtype} of {shape}"
        )
    return tensor
