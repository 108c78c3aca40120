"""Damage to good files: wrong JSON and tensors, cut and swapped bytes, things that are no files."""

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numcodecs import Zstd
from numcodecs.checksum32 import CRC32C
from safetensors import safe_open
from safetensors.torch import save

Mutation = Callable[[Path, np.random.Generator], str]
"""Damages a file, and says how."""

WRONG: tuple[Any, ...] = (
    *(None, True, [], {}, [[]], "", "x", "__class__", "../../../../etc/passwd", "os:Foo-v0"),
    *(-1, 0, 3, 8.5, 2**31, 10**12, 10**30, 1e308, float("nan"), [1, "a"], {"evil": 1}, "\ud800"),
)
TEXTS = (
    b"",
    b"[",
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"9" * 5000,
    b'{"a":' * 9999,
)


def mutate_json(path: Path, rng: np.random.Generator) -> str:
    """Replace, remove or rename something in a JSON file."""
    held = json.loads(path.read_text())
    places = list(_places(held))
    holder, key = places[rng.integers(len(places))]
    how = ("replaced", "removed", "renamed")[rng.choice(3, p=(0.8, 0.15, 0.05))]
    if how == "removed":
        del holder[key]
    elif how == "renamed" and isinstance(holder, dict):
        holder["evil"] = holder.pop(key)
    else:
        holder[key] = WRONG[rng.integers(len(WRONG))]
        how = f"= {holder[key]!r}"
    path.write_text(json.dumps(held))
    return f"{path.name}: {key} {how}"


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (holder, key) in a JSON value."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def mutate_bytes(path: Path, rng: np.random.Generator) -> str:
    """Cut, flip or replace bytes of a file, or put something else than a file there."""
    data = bytearray(path.read_bytes())
    how = str(rng.choice(["cut", "flip", "text", "gone", "pipe", "folder", "sparse", "grown"]))
    if how == "cut":
        path.write_bytes(data[: rng.integers(len(data) + 1)])
    elif how == "flip":
        for place in rng.integers(len(data), size=rng.integers(1, 9)).tolist() if data else []:
            data[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
    elif how == "text":
        path.write_bytes(TEXTS[rng.integers(len(TEXTS))])
    elif how == "grown":
        path.write_bytes(bytes(data) * 2)
    elif how == "sparse":
        os.truncate(path, 30 << 30)
    else:
        path.unlink()
        if how == "pipe":
            os.mkfifo(path)
        elif how == "folder":
            path.mkdir()
    return f"{path.name}: {how}"


def mutate_tensors(path: Path, rng: np.random.Generator) -> str:
    """Change, drop, swap or rename a tensor, or change the text in the header."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata() or {}
    first, second = (list(tensors)[rng.integers(len(tensors))] for _ in range(2))
    changes: dict[str, Callable[[], Any]] = {
        "dropped": lambda: tensors.pop(first),
        "renamed": lambda: tensors.update({f"{first}.evil": tensors.pop(first)}),
        "swapped": lambda: tensors.update({first: tensors[second], second: tensors[first]}),
        "empty": lambda: tensors.update({first: tensors[first].flatten()[:0].clone()}),
        "flat": lambda: tensors.update({first: tensors[first].flatten().clone()}),
        "longer": lambda: tensors.update({first: torch.cat([tensors[first].flatten()] * 2)}),
        "float64": lambda: tensors.update({first: tensors[first].double()}),
        "int8": lambda: tensors.update({first: tensors[first].to(torch.int8)}),
        "NaN": lambda: _fill(tensors, first, float("nan")),
        "3e38": lambda: _fill(tensors, first, 3e38),
        "header": lambda: metadata.update(_header(metadata, rng)),
    }
    how = str(rng.choice(list(changes)))
    changes[how]()
    path.write_bytes(save({name: each.clone() for name, each in tensors.items()}, metadata))
    return f"{path.name}: {first} {how}"


def _fill(tensors: dict[str, torch.Tensor], name: str, value: float) -> None:
    """Fill a tensor of floats."""
    if tensors[name].is_floating_point():
        tensors[name] = torch.full_like(tensors[name], value)


def _header(metadata: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """Return the text in a header with something wrong in it."""
    if not metadata:
        return {"state": "{}"}
    name = next(iter(metadata))
    held = json.loads(metadata[name])
    places = list(_places(held))
    holder, key = places[rng.integers(len(places))]
    holder[key] = WRONG[rng.integers(len(WRONG))]
    return {name: json.dumps(held)}


def mutate_chunk(path: Path, rng: np.random.Generator) -> str:
    """Put a bomb, or another chunk, in a chunk's place."""
    if rng.random() < 0.5:
        path.write_bytes(_zstd_bomb())
        return f"{path.name}: bomb"
    others = [each for each in path.parents[3].rglob("c/**/*") if each.is_file()] or [path]
    shutil.copy(others[rng.integers(len(others))], path.with_name("other"))
    os.replace(path.with_name("other"), path)
    return f"{path.name}: another chunk"


def mutate_rows(path: Path, rng: np.random.Generator) -> str:
    """Change a field of a row, or add one that is wrong."""
    lines = path.read_text().splitlines()
    row = int(rng.integers(len(lines)))
    fields = lines[row].split(",")
    wrong = (
        "",
        "nan",
        "inf",
        "1e400",
        "x",
        "-1",
        "9" * 400,
        '"',
        "x" * 200_000,
        "\x00",
        "1_0",
        "٣",
    )
    place = int(rng.integers(len(fields)))
    fields[place] = wrong[rng.integers(len(wrong))]
    lines[row] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")
    return f"row {row}, field {place} = {fields[place][:20]!r}"


def compress_rows(path: Path, rng: np.random.Generator) -> str:
    """Put a file of another kind where rows lie, compressed."""
    data = _gzip_bomb() if rng.random() < 0.2 else b"\x1f\x8b" + rng.bytes(50)
    path.unlink()
    path.with_suffix(".csv.gz").write_bytes(data)
    return "compressed"


@cache
def _zstd_bomb() -> bytes:
    """Return a chunk with its checksum that holds 256 MiB."""
    return bytes(CRC32C(location="end").encode(Zstd(level=1).encode(np.zeros(1 << 28, np.uint8))))


@cache
def _gzip_bomb() -> bytes:
    """Return 9 GiB in 9 MiB: a file may consist of many parts."""
    return gzip.compress(b"0" * (1 << 20)) * (9 << 10)
