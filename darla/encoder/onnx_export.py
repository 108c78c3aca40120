"""Write a frozen encoder and its decoder as ONNX, to be run where there is no torch.

A folder holds two models, each of any number of frames at a time, and what is known of the latents:

- ``encoder.onnx``: ``frames``, uint8 (N, H, W, 3), to ``mu``, float32 (N, z), as
  :meth:`darla.encoder.frozen_encoder.FrozenEncoder.encode` returns it;
- ``decoder.onnx``: ``latents``, float32 (N, z), to ``frames``, uint8 (N, H, W, 3);
- ``latents.json``: which latents hold the look and which the state (``roles``), which carry
  anything (``active``), and their ``mean``, ``std``, ``low`` and ``high`` over D_U.

Both models are run by ONNX Runtime before anything is written, and must say what torch says.
"""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from darla.encoder.frozen_encoder import FrozenEncoder, LatentStatistics
from darla.encoder.networks import Decoder, Encoder, to_frames, to_pictures
from darla.running.atomic import write_bytes, write_json
from darla.running.one_line import one_line
from darla.running.plain_json import plain

TOLERANCE = 1e-5
"""By how much latents may differ from torch's, as a share of the largest: float32 has 7 digits, and
the two add up in another order."""
GREY_LEVELS = 1
"""By how much decoded frames may: what is cut off to whole numbers may fall either way."""
ONNX_FILES = ("encoder.onnx", "decoder.onnx", "latents.json")
"""What a folder holds."""
_NEEDED = ("onnx", "onnxscript", "onnxruntime")
_TRACED = 2  # frames that the exporter follows through the network: 1 would become a constant


@dataclass(frozen=True)
class OnnxModels:
    """Both models in memory, and how near they come to torch on the bundle's reference frames."""

    encoder: bytes
    """What ``encoder.onnx`` holds."""
    decoder: bytes | None
    """What ``decoder.onnx`` holds; None where it was left out."""
    latents: dict[str, Any]
    """What ``latents.json`` holds."""
    latent_difference: float
    """The largest between latents of both."""
    grey_levels: int | None
    """The largest between frames that both decode; None without a decoder."""


@dataclass(frozen=True)
class OnnxFiles:
    """What was written, and how near it comes to torch on the bundle's reference frames."""

    encoder: Path
    decoder: Path | None
    latents: Path
    latent_difference: float
    """The largest between latents of both."""
    grey_levels: int | None
    """The largest between frames that both decode; None without a decoder."""


class _FramesToLatents(nn.Module):
    """What ``encoder.onnx`` computes."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.network = encoder

    def forward(self, frames: Tensor) -> Tensor:
        """Return the means of uint8 frames (N, H, W, 3)."""
        return self.network(to_pictures(frames)).mu  # type: ignore[no-any-return]


class _LatentsToFrames(nn.Module):
    """What ``decoder.onnx`` computes."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.network = decoder

    def forward(self, latents: Tensor) -> Tensor:
        """Return uint8 frames (N, H, W, 3)."""
        return to_frames(torch.sigmoid(self.network(latents)))


def export_onnx(encoder: FrozenEncoder, folder: Path, decoder: bool = True) -> OnnxFiles:
    """Write the models of an encoder on a CPU into a folder; earlier ones are replaced.

    Args:
        encoder: of any objective; in float32.
        folder: where to; it is made when it is missing.
        decoder: whether to write the decoder, too.

    Raises:
        ValueError: as of :func:`onnx_models`. Nothing is written then.
    """
    return write_onnx(onnx_models(encoder, decoder), folder)


def onnx_models(encoder: FrozenEncoder, decoder: bool = True) -> OnnxModels:
    """Return the models of an encoder on a CPU, without writing any file.

    Args:
        encoder: of any objective; in float32.
        decoder: whether to make the decoder, too.

    Raises:
        ValueError: a package is missing, a network cannot be written as ONNX, or what is made
            would say something else than torch.
    """
    _check_installed()
    frames = _reference(encoder)
    latents = encoder.encode(frames)
    encoding = _Model("encoder", _FramesToLatents(encoder.encoder), "frames", "mu", frames)
    runs = encoding.run(frames)
    off = float(np.abs(runs - latents).max())
    if not off <= TOLERANCE * np.abs(latents).max():
        raise encoding.wrong(f"latents that differ by up to {off:.2g}")
    told = plain(_told(encoder))
    if not decoder:
        return OnnxModels(encoding.serialized, None, told, off, None)
    decoding = _Model("decoder", _LatentsToFrames(encoder.decoder), "latents", "frames", latents)
    drawn = encoder.decode(latents).astype(int)
    levels = int(np.abs(decoding.run(latents) - drawn).max())
    if levels > GREY_LEVELS:
        raise decoding.wrong(f"frames that differ by up to {levels} grey levels")
    return OnnxModels(encoding.serialized, decoding.serialized, told, off, levels)


def write_onnx(models: OnnxModels, folder: Path) -> OnnxFiles:
    """Write models into a folder, which is made when it is missing; earlier ones are replaced."""
    encoder, decoder, told = (folder / name for name in ONNX_FILES)
    write_bytes(encoder, models.encoder)
    if models.decoder is not None:
        write_bytes(decoder, models.decoder)
    write_json(told, models.latents)
    written = None if models.decoder is None else decoder
    return OnnxFiles(encoder, written, told, models.latent_difference, models.grey_levels)


class _Model:
    """One network as ONNX, in memory."""

    def __init__(
        self, name: str, network: nn.Module, takes: str, gives: str, example: np.ndarray
    ) -> None:
        self._name = name
        self.serialized = _serialized(name, network, takes, gives, example[:_TRACED])
        import onnxruntime

        cpu = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(self.serialized, providers=cpu)

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Compute with ONNX Runtime."""
        (given,) = self._session.get_inputs()
        result: np.ndarray = self._session.run(None, {given.name: batch})[0]
        return result

    def wrong(self, what: str) -> ValueError:
        """Return the error for a model that does not say what torch does."""
        return ValueError(
            f"the {self._name} as ONNX gives {what} from torch's; nothing was written. Another "
            "version of torch, onnxscript or onnxruntime may do better"
        )


def _serialized(
    name: str, network: nn.Module, takes: str, gives: str, example: np.ndarray
) -> bytes:
    """Return a network as the bytes of an ONNX file; its first axis may have any length."""
    try:
        with _quiet(), torch.no_grad():
            program = torch.onnx.export(
                network.eval(),
                (torch.from_numpy(example),),
                dynamo=True,
                dynamic_shapes={takes: {0: torch.export.Dim("batch")}},
                input_names=[takes],
                output_names=[gives],
                verbose=False,
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
        remedy = "; leave it out" if name == "decoder" else ""
        raise ValueError(
            f"the {name} cannot be written as ONNX{remedy} ({one_line(error)})"
        ) from error
    assert program is not None  # as always with dynamo
    serialized: bytes = program.model_proto.SerializeToString()
    return serialized


def _reference(encoder: FrozenEncoder) -> np.ndarray:
    """Return frames to compare on: the bundle's own, or noise where it has too few."""
    frames = encoder.reference_frames
    if len(frames) >= _TRACED:
        return frames
    noise = np.random.default_rng(0).integers(0, 256, (8, *encoder.image_shape))
    return noise.astype(np.uint8)


def _told(encoder: FrozenEncoder) -> dict[str, Any]:
    """Return what ``latents.json`` holds."""
    return {
        "objective": encoder.config["objective"]["name"],
        "image_shape": encoder.image_shape,
        "latents": encoder.latent_dim,
        "roles": encoder.latent_roles,
        "active": encoder.active,
        **{each.name: getattr(encoder.statistics, each.name) for each in fields(LatentStatistics)},
    }


def _check_installed() -> None:
    """Raise a ValueError where a package is missing."""
    for package in _NEEDED:
        try:
            importlib.import_module(package)
        except ModuleNotFoundError as error:
            raise ValueError(
                f"writing ONNX needs {error.name}, which is not installed; "
                "pip install 'darla[onnx]'"
            ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter from telling of libraries and of its own insides."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
