"""Read a zip file of Stable-Baselines3 that somebody else may have made: weights and plain values.

Such a file holds pickled code, which runs when it is loaded as usual. Here only two of its entries
are read. ``policy.pth`` is read by torch's reader of weights, which builds nothing but tensors and
plain containers; it is a zip file itself, whose entries are checked first. ``data`` is JSON, in
which pickles are texts that are passed over. Sizes are bounded before anything is unpacked.
"""

import io
import pickle
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from darla.running.checked_json import LARGEST_JSON, parse_json
from darla.running.one_line import one_line
from darla.running.regular_files import read_regular
from darla.running.tensor_files import LARGEST_WEIGHTS

POLICY, DATA = "policy.pth", "data"
_LARGEST_PICKLE = 1 << 22  # bytes; that of a policy, which names its tensors, has some thousands
_LARGEST_DATA = 4 * LARGEST_JSON  # bounds of spaces of large pictures are in it, as text
_MOST_ENTRIES = 10_000
_REMEDY = "give a zip file that model.save() of Stable-Baselines3 wrote"


@dataclass(frozen=True)
class SavedByScript:
    """What a zip file of Stable-Baselines3 says without being unpickled."""

    weights: dict[str, Tensor]
    """Of the policy, by name: dense tensors on the CPU, finite where they are floats."""
    values: dict[str, Any]
    """What it says of the algorithm in plain JSON: numbers, texts, and lists and mappings of
    these. Of what is pickled only its attributes that are plain or have a text."""


def read_zip(path: Path) -> SavedByScript:
    """Read the weights of the policy, and what is plain of the algorithm's attributes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is something else, damaged, or larger than an agent is.
    """
    if not path.exists():
        beside = path.with_name(f"{path.name}.zip")  # model.save("ball") writes ball.zip
        near = f"did you mean {str(beside)!r}? " if beside.exists() else ""
        raise FileNotFoundError(f"there is no file {path}; {near}{_REMEDY}")
    data = read_regular(path, LARGEST_WEIGHTS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            policy = _entry(archive, POLICY, LARGEST_WEIGHTS, path)
            text = _entry(archive, DATA, _LARGEST_DATA, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path} is no zip file ({one_line(error)}); {_REMEDY}") from error
    values = parse_json(text, f"{DATA} in {path}")
    if not isinstance(values, dict):
        raise ValueError(f"{DATA} in {path} holds no mapping; {_REMEDY}")
    return SavedByScript(_weights(policy, f"{POLICY} in {path}"), values)


def _entry(archive: zipfile.ZipFile, name: str, most: int, path: Path) -> bytes:
    """Read an entry of at most so many bytes when it is unpacked."""
    if name not in archive.namelist():
        raise ValueError(f"{path} has no {name}; {_REMEDY}")
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name} in {path} has more than {most:,} bytes; {_REMEDY}")
    return data


def _weights(data: bytes, where: str) -> dict[str, Tensor]:
    """Return the tensors that ``torch.save`` wrote, checked one by one."""
    _check_archive(data, where)
    try:
        found: Any = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, ValueError, KeyError, TypeError) as error:
        said = one_line(error).partition(". ")[0][:200]
        raise ValueError(f"{where} holds more than weights, or is damaged ({said})") from error
    except (AttributeError, IndexError, AssertionError, EOFError, OverflowError) as error:
        raise ValueError(f"{where} is damaged ({one_line(error)}); {_REMEDY}") from error
    if not isinstance(found, Mapping) or not found:
        raise ValueError(f"{where} holds no weights; {_REMEDY}")
    for name, tensor in found.items():
        dense = isinstance(tensor, Tensor) and tensor.layout == torch.strided
        if not isinstance(name, str) or not dense or tensor.device.type != "cpu":
            raise ValueError(f"{where} holds something else than weights; {_REMEDY}")
        if not tensor.is_contiguous() or tensor.nbytes > len(data):
            raise ValueError(f"{where}: {name} is not as model.save() writes weights; {_REMEDY}")
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ValueError(f"{where}: {name} holds NaN or infinity, which nothing learns from")
    return dict(found)


def _check_archive(data: bytes, where: str) -> None:
    """Check what ``torch.save`` wrote, a zip file, before torch reads it: nothing in it unpacks."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise ValueError(f"{where} is no file of weights ({one_line(error)}); {_REMEDY}") from error
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(f"{where} has {len(entries)} parts, expected at most {_MOST_ENTRIES}")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{where} is compressed, as torch never writes it; {_REMEDY}")
        if entry.filename.endswith(".pkl") and entry.file_size > _LARGEST_PICKLE:
            raise ValueError(f"{where} names too many weights; {_REMEDY}")


def plain_values(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a mapping among the values by its name, without what is pickled of it; {} if none."""
    found = values.get(name)
    if not isinstance(found, Mapping):
        return {}
    return {key: value for key, value in found.items() if not key.startswith(":")}
